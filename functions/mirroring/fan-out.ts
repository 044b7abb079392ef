import { bellMessage, type NodeMessage, openQueue, ringAll } from '../../shared/adapters/sqs/queue.ts';
import { bellsOf } from '../../shared/domain/mirroring/tree.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { logger } from '../edge/observe.ts';
import { queueDoor } from '../edge/queue.ts';

const shards = openQueue(readEnv('fan-out').shards);

/** Rings a node's shards. Repeated after a failure, it rings under the same ids: those that were taken are not taken twice. */
async function handle(body: unknown): Promise<void> {
  const node = body as NodeMessage;
  await ringAll(
    shards,
    bellsOf(node).map((bell) => bellMessage(bell, node.run)),
  );
  logger.info('rang', { vault_id: node.vault_id, seq: node.seq, shards: node.shards.length });
}

export const handler = queueDoor({ handle });
