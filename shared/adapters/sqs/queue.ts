import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { BtcMessage, StripeMessage } from '../../domain/billing/message.ts';
import type { ProjectionMessage } from '../../domain/entitlements/projection.ts';
import type { Bell } from '../../domain/mirroring/bell.ts';
import type { Child, ChildKey } from '../../domain/mirroring/child.ts';
import type { ShardNode } from '../../domain/mirroring/tree.ts';
import type { ReconcilePage } from '../../domain/reconciliation/reconcile.ts';
import { limits } from '../../wiring/limits.ts';

export interface Queue {
  readonly client: SQSClient;
  readonly url: string;
}
export const openQueue = (url: string): Queue => ({ client: new SQSClient({ maxAttempts: 3 }), url });

/** A message as every queue takes it; a standard queue knows neither groups nor deduplication ids. */
export interface PlainMessage {
  readonly body: string;
}
export interface FifoMessage extends PlainMessage {
  readonly group: string;
  /** Names the send, not its content: within five minutes SQS drops a repeated id without a word (ARCHITECTURE 6). */
  readonly deduplicationId: string;
}

/**
 * Sends rings, ten to a call and ten calls at a time, begun in the order given: those of different shards need no order
 * among each other. Tries all of them; throws when any was not taken.
 */
export async function ringAll(queue: Queue, messages: readonly (PlainMessage | FifoMessage)[]): Promise<void> {
  const perRound = limits.ringsPerBatch * limits.ringBatchesAtOnce;
  const faults: unknown[] = [];
  for (const round of chunks(messages, perRound)) {
    const sent = await Promise.allSettled(chunks(round, limits.ringsPerBatch).map((batch) => sendBatch(queue, batch)));
    faults.push(...sent.flatMap((s) => (s.status === 'rejected' ? [s.reason] : [])));
  }
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} calls failed, first: ${String(faults[0])}`);
}

const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));

async function sendBatch(queue: Queue, messages: readonly (PlainMessage | FifoMessage)[]): Promise<void> {
  const Entries = messages.map((m, n) => ({
    Id: String(n),
    MessageBody: m.body,
    ...('group' in m ? { MessageGroupId: m.group, MessageDeduplicationId: m.deduplicationId } : {}),
  }));
  const { Failed } = await queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  if (Failed !== undefined && Failed.length > 0)
    throw new Error(`${Failed.length} messages were not taken: ${Failed[0]?.Message ?? ''}`);
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

/** A node's message carries the run of the send, so that the same message received twice rings under the same ids. */
export type NodeMessage = ShardNode & { readonly run: string };
export const nodeMessage = (node: ShardNode, run: string): PlainMessage => ({
  body: JSON.stringify({ ...node, run } satisfies NodeMessage),
});

/** A page of a vault's reconciliation. */
export const reconcileMessage = (page: ReconcilePage): PlainMessage => ({ body: JSON.stringify(page) });

/** A ring for a follower's lane: group per follower. `run` is empty for the first ring of a child. */
export function laneMessage(child: ChildKey, run: string): FifoMessage {
  const { follower_order_id, follower_id, tenant_id, vault_tenant_id, vault_id, shard, place, seq } = child;
  const key: ChildKey = { follower_order_id, follower_id, tenant_id, vault_tenant_id, vault_id, shard, place, seq };
  return { body: JSON.stringify(key), group: follower_id, deduplicationId: `${follower_order_id}${run === '' ? '' : `#${run}`}` };
}

/** An invoice may have changed, or a tenant's time has come: group per invoice or tenant; their writes hold each other's `ver`. */
export function btcMessageOf(message: BtcMessage, run: string): FifoMessage {
  const group = message.source_id ?? message.tenant_id ?? '';
  return { body: JSON.stringify(message), group, deduplicationId: `${message.event_id ?? group}${run === '' ? '' : `#${run}`}` };
}
/** Asks for a tenant's followers to be gone through: group per tenant. */
export const projectionMessage = (message: ProjectionMessage, deduplicationId: string): FifoMessage => ({
  body: JSON.stringify(message),
  group: message.tenant_id,
  deduplicationId,
});

/** Something may have changed for a customer: group per customer. `run` is empty when an event is sent for the first time. */
export function billingMessageOf(message: StripeMessage, run: string): FifoMessage {
  const group = message.customer_id;
  return { body: JSON.stringify(message), group, deduplicationId: `${message.event_id ?? group}${run === '' ? '' : `#${run}`}` };
}

/** What operations find on the dead-letter queue; the rows are what is listed and redriven. */
export function deadLetterMessage(child: Child, why: string): FifoMessage {
  const { follower_order_id, follower_id, vault_id, manager_order_id, seq, symbol, attempts } = child;
  const body = JSON.stringify({ follower_order_id, follower_id, vault_id, manager_order_id, seq, symbol, attempts, why });
  return { body, group: follower_id, deduplicationId: `${follower_order_id}#${attempts}` };
}
