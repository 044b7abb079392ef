/** The queues' functions of the mirroring room, put together as functions/mirroring does, over a process of the simulation. */
import { commitEntry, readForAccept } from '../../../shared/adapters/dynamo/accept-store.ts';
import { aftermathStore } from '../../../shared/adapters/dynamo/aftermath-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { laneStore } from '../../../shared/adapters/dynamo/lane-store.ts';
import { readEntry } from '../../../shared/adapters/dynamo/line-reads.ts';
import { vaultOwner } from '../../../shared/adapters/dynamo/lookups.ts';
import { openPartition, readDone, readOpen } from '../../../shared/adapters/dynamo/open-rows.ts';
import { readRefused } from '../../../shared/adapters/dynamo/order-reads.ts';
import { putRefused } from '../../../shared/adapters/dynamo/refused-store.ts';
import { closeOpen, shardStore } from '../../../shared/adapters/dynamo/shard-store.ts';
import { bellMessage, deadLetterMessage, laneMessage, type Queue, ringAll, sendOne } from '../../../shared/adapters/sqs/queue.ts';
import { type Accepted, type AcceptPorts, type AcceptRequest, acceptOrder } from '../../../shared/domain/mirroring/accept.ts';
import type { Aftermath } from '../../../shared/domain/mirroring/aftermath.ts';
import type { Dispatcher } from '../../../shared/domain/mirroring/attempt.ts';
import type { Bell } from '../../../shared/domain/mirroring/bell.ts';
import type { ChildKey } from '../../../shared/domain/mirroring/child.ts';
import { acceptIntent, type BusEvent } from '../../../shared/domain/mirroring/intents.ts';
import { workLane } from '../../../shared/domain/mirroring/lane.ts';
import { workShard } from '../../../shared/domain/mirroring/shard.ts';
import { sweep } from '../../../shared/domain/mirroring/sweep.ts';
import { sha256 } from '../../../shared/kit/hash.ts';
import { limits } from '../../../shared/wiring/limits.ts';

export const queueNames = ['intents', 'shards', 'lanes', 'dlx', 'timers'] as const;
export type QueueName = (typeof queueNames)[number];

/** What one process has of the world. */
export interface Means {
  readonly clock: () => number;
  readonly freshUlid: () => string;
  readonly pause: (ms: number) => Promise<void>;
  readonly table: Table;
  readonly dispatcher: Dispatcher;
  readonly queues: Readonly<Record<QueueName, Queue>>;
}

/** Seconds after which a message is to come back; undefined when it is done. */
export type Later = number | undefined;

/** As the ladder of SPEC 6.4. */
export const delays = [1, 5, 15, 60];
export const nothing = (): undefined => undefined;
export const backOff =
  ({ pause }: Means) =>
  (attempt: number): Promise<void> =>
    pause(Math.min(20 * attempt, 400) / 2);

export function acceptPorts(means: Means): AcceptPorts {
  const { clock, table, queues, freshUlid } = means;
  return {
    clock,
    backOff: backOff(means),
    read: (request, at) => readForAccept(table, request, at),
    commit: (entry, read) => commitEntry(table, entry, read),
    entry: (vault, seq) => readEntry(table, vault, seq),
    // No story has so many shards that there would be nodes.
    ring: async ({ bells }, again) => {
      const run = again ? freshUlid() : '';
      const messages = bells.map((bell) => bellMessage(bell, run));
      // As accept-ports does: what is not rung, sweep rings.
      await ringAll(queues.shards, messages).catch(nothing);
    },
  };
}

/** An order over the API. */
export const order = (request: AcceptRequest, means: Means): Promise<Accepted> => acceptOrder(request, acceptPorts(means));

/** An event of the bus. */
export async function intent(event: BusEvent, means: Means): Promise<Later> {
  const { clock, table, queues, freshUlid, pause } = means;
  await acceptIntent(event, {
    clock,
    pause,
    accept: acceptPorts(means),
    vaultOwner: (vaultId) => vaultOwner(table, vaultId),
    refused: (vault, orderId) => readRefused(table, vault, orderId),
    keepRefused: (refused) => putRefused(table, refused),
    putAside: (put, orderId) =>
      sendOne(queues.intents, { body: JSON.stringify(put), group: `aside#${orderId}`, deduplicationId: freshUlid() }),
    report: nothing,
    nav: async () => undefined,
  });
  return undefined;
}

export const shardTimeoutMs = limits.shardTimeoutSeconds * 1000;
/** A shard's worker. */
export async function shard(bell: Bell, means: Means): Promise<Later> {
  const { clock, table, queues, freshUlid, dispatcher } = means;
  const worker = { owner: freshUlid(), deadline: clock() + shardTimeoutMs };
  const aftermath: Aftermath = {
    ...aftermathStore(table),
    delays,
    deadLetter: (child, why) => sendOne(queues.dlx, deadLetterMessage(child, why)),
    ringLanes: (children, again) =>
      ringAll(
        queues.lanes,
        children.map((child) => laneMessage(child, again ? freshUlid() : '')),
      ),
  };
  const store = shardStore(table);
  const run = await workShard(bell, worker, { clock, observe: nothing, report: nothing, dispatcher, store, aftermath });
  if (run.kind === 'wait') return run.ms / 1000 + 0.5;
  if (run.kind === 'more') await sendOne(queues.shards, bellMessage(bell, freshUlid()));
  return undefined;
}

export const laneTimeoutMs = 30_000;
/** A follower's retry lane. */
export async function lane(key: ChildKey, { clock, table, queues, dispatcher }: Means): Promise<Later> {
  const run = await workLane(key, clock() + laneTimeoutMs, {
    clock,
    observe: nothing,
    dispatcher,
    delays,
    store: laneStore(table),
    deadLetter: (child, why) => sendOne(queues.dlx, deadLetterMessage(child, why)),
  });
  return run.kind === 'later' ? run.ms / 1000 : undefined;
}

/** One sweep; the world has one vault, so that one partition of OPEN rows is enough. */
export async function sweepOnce(vaultId: string, { clock, table, queues, freshUlid }: Means) {
  const run = freshUlid();
  return sweep({
    clock,
    open: async (partition) => (partition === openPartition(vaultId) ? readOpen(table, partition) : []),
    done: (entry) => readDone(table, entry),
    close: (entry) => closeOpen(table, entry, entry.seq),
    ring: (bells) =>
      ringAll(
        queues.shards,
        bells.map((bell) => bellMessage(bell, run)),
      ),
    report: nothing,
  });
}

/** EventBridge gives a FIFO queue the content's hash as its deduplication id. */
export const busMessage = (event: BusEvent, vaultId: string) => {
  const body = JSON.stringify(event);
  return { body, group: vaultId.slice(-1), deduplicationId: sha256(body).toString('hex') };
};
