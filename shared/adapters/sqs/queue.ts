import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Bell } from '../../domain/mirroring/bell.ts';
import type { Child, ChildKey } from '../../domain/mirroring/child.ts';
import { limits } from '../../wiring/limits.ts';

export interface Queue {
  readonly client: SQSClient;
  readonly url: string;
}
export const openQueue = (url: string): Queue => ({ client: new SQSClient({ maxAttempts: 3 }), url });

export interface FifoMessage {
  readonly body: string;
  readonly group: string;
  /** Names the send, not its content: within five minutes SQS drops a repeated id without a word (ARCHITECTURE 6). */
  readonly deduplicationId: string;
}

/** Sends up to ten messages per call; throws when any of them was not taken. */
export async function sendAll(queue: Queue, messages: readonly FifoMessage[]): Promise<void> {
  for (let i = 0; i < messages.length; i += limits.ringsPerBatch) {
    const Entries = messages.slice(i, i + limits.ringsPerBatch).map((m, n) => ({
      Id: String(n),
      MessageBody: m.body,
      MessageGroupId: m.group,
      MessageDeduplicationId: m.deduplicationId,
    }));
    const { Failed } = await queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    if (Failed !== undefined && Failed.length > 0)
      throw new Error(`${Failed.length} messages were not taken: ${Failed[0]?.Message ?? ''}`);
  }
}

export async function sendOne(queue: Queue, m: FifoMessage): Promise<void> {
  await queue.client.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: m.body,
      MessageGroupId: m.group,
      MessageDeduplicationId: m.deduplicationId,
    }),
  );
}

/** A ring for a shard: group per shard. `run` is empty for accept's own ring and names the run of whoever rings again. */
export function bellMessage(bell: Bell, run: string): FifoMessage {
  const group = `${bell.vault_id}#${bell.shard}`;
  return { body: JSON.stringify(bell), group, deduplicationId: `${group}#${bell.seq}${run === '' ? '' : `#${run}`}` };
}

/** A ring for a follower's lane: group per follower. `run` is empty for the first ring of a child. */
export function laneMessage(child: ChildKey, run: string): FifoMessage {
  const { follower_order_id, follower_id, tenant_id, vault_tenant_id, vault_id, shard, place, seq } = child;
  const key: ChildKey = { follower_order_id, follower_id, tenant_id, vault_tenant_id, vault_id, shard, place, seq };
  return { body: JSON.stringify(key), group: follower_id, deduplicationId: `${follower_order_id}${run === '' ? '' : `#${run}`}` };
}

/** What operations find on the dead-letter queue; the rows are what is listed and redriven. */
export function deadLetterMessage(child: Child, why: string): FifoMessage {
  const { follower_order_id, follower_id, vault_id, manager_order_id, seq, symbol, attempts } = child;
  const body = JSON.stringify({ follower_order_id, follower_id, vault_id, manager_order_id, seq, symbol, attempts, why });
  return { body, group: follower_id, deduplicationId: `${follower_order_id}#${attempts}` };
}
