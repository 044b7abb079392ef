import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { openQueue } from '../../shared/adapters/sqs/queue.ts';
import { sendTimer } from '../../shared/adapters/sqs/timer.ts';
import { revertFlip } from '../../shared/domain/overlays/revert.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import type { TimerMessage } from '../edge/flip-timer.ts';
import { logger } from '../edge/observe.ts';
import { queueDoor } from '../edge/queue.ts';
import { revertPorts, stopFlips } from '../edge/revert-ports.ts';

const env = readEnv('overlay-timer');
const timer = openQueue(env.overlayTimer);
const reverting = { table: openTable(env.table), shards: openQueue(env.shards) };

/** The exact one of those who take flips back: a message hops until its flip is over (SQS delays no message for more than 15 minutes). */
async function handle(body: unknown): Promise<void> {
  const message = body as TimerMessage;
  if ('stop' in message) return stopFlips(message.stop, reverting);
  const run = await revertFlip(message.flip, revertPorts(reverting));
  if (run.kind === 'later') return sendTimer(timer, message, run.ms);
  logger.info('flip is over', { ...message.flip, run: run.kind });
}

export const handler = queueDoor({ handle });
