/** The functions of the mirroring room, put together as functions/mirroring does, over a process of the world. */
import { commitEntry, readForAccept } from '../../../shared/adapters/dynamo/accept-store.ts';
import { aftermathStore } from '../../../shared/adapters/dynamo/aftermath-store.ts';
import { readChild } from '../../../shared/adapters/dynamo/child-reads.ts';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { commitFollower } from '../../../shared/adapters/dynamo/follower-store.ts';
import { laneStore } from '../../../shared/adapters/dynamo/lane-store.ts';
import { readEntry } from '../../../shared/adapters/dynamo/line-reads.ts';
import { findFollower, findVault } from '../../../shared/adapters/dynamo/lookups.ts';
import { openPartition, readDone, readOpen } from '../../../shared/adapters/dynamo/open-rows.ts';
import { settle } from '../../../shared/adapters/dynamo/settle-store.ts';
import { closeOpen, shardStore } from '../../../shared/adapters/dynamo/shard-store.ts';
import { bellMessage, deadLetterMessage, laneMessage, type Queue, ringAll, sendOne } from '../../../shared/adapters/sqs/queue.ts';
import type { FollowerBody } from '../../../shared/domain/followers/follower.ts';
import { registerFollower } from '../../../shared/domain/followers/register.ts';
import { type AcceptRequest, acceptOrder } from '../../../shared/domain/mirroring/accept.ts';
import type { Aftermath } from '../../../shared/domain/mirroring/aftermath.ts';
import type { Dispatcher } from '../../../shared/domain/mirroring/attempt.ts';
import type { Bell } from '../../../shared/domain/mirroring/bell.ts';
import type { ChildKey } from '../../../shared/domain/mirroring/child.ts';
import { type LaneStore, workLane } from '../../../shared/domain/mirroring/lane.ts';
import { settleChild } from '../../../shared/domain/mirroring/settle.ts';
import { workShard } from '../../../shared/domain/mirroring/shard.ts';
import type { ShardStore } from '../../../shared/domain/mirroring/shard-store.ts';
import { sweep } from '../../../shared/domain/mirroring/sweep.ts';
import { Refusal } from '../../../shared/kit/refusal.ts';
import { limits } from '../../../shared/wiring/limits.ts';
import { roomsIn } from '../../entitlements/support/room.ts';
import { ownerOf } from '../../tenants/support/callers.ts';

/** Bugs to plant: each gets the real thing and gives what the use cases see. */
export interface Bugs {
  readonly shard?: (real: ShardStore, table: Table) => ShardStore;
  readonly aftermath?: (real: Aftermath, table: Table) => Aftermath;
  readonly lane?: (real: LaneStore) => LaneStore;
  readonly dispatcher?: (real: Dispatcher) => Dispatcher;
}

/** What one process has of the world. */
export interface Process {
  readonly clock: () => number;
  readonly freshUlid: () => string;
  readonly table: Table;
  readonly dispatcher: Dispatcher;
  readonly queues: Readonly<Record<'shards' | 'lanes' | 'dlx', Queue>>;
  readonly bugs: Bugs;
}

/** Seconds after which a message is to come back; undefined when it is done. */
export type Later = number | undefined;
export type Handler = (body: unknown, process: Process) => Promise<Later>;

/** As the ladder of SPEC 6.4. */
export const delays = [1, 5, 15, 60];
const none = (): Promise<undefined> => Promise.resolve(undefined);
const observe = (): undefined => undefined;
const shardTimeoutMs = limits.shardTimeoutSeconds * 1000;
const retryTimeoutMs = 30_000;

export interface Registering {
  readonly vaultId: string;
  readonly tenantId: string;
  readonly body: FollowerBody;
  readonly seed: string;
  readonly shardSize: number;
}

async function register(body: unknown, { clock, table }: Process): Promise<Later> {
  const asked = body as Registering;
  const request = { ...asked, principal: ownerOf(asked.tenantId) };
  await registerFollower(request, {
    ring: none,
    clock,
    backOff: none,
    vault: (vaultId) => findVault(table, vaultId),
    follower: (followerId) => findFollower(table, followerId),
    room: roomsIn(table, clock),
    commit: (follower, vault, how) => commitFollower(table, follower, vault, { ...how, subject: 'world', request_id: 'world' }),
    whyUrlRefused: none,
    shardSize: request.shardSize,
  });
  return undefined;
}

async function accept(body: unknown, { clock, table, queues, freshUlid }: Process): Promise<Later> {
  await acceptOrder(body as AcceptRequest, {
    clock,
    backOff: none,
    read: (request, at) => readForAccept(table, request, at),
    commit: (entry, read) => commitEntry(table, entry, read),
    entry: (vault, seq) => readEntry(table, vault, seq),
    // No story has so many shards that there would be nodes.
    ring: async ({ bells }, again) => {
      const run = again ? freshUlid() : '';
      const messages = bells.map((bell) => bellMessage(bell, run));
      // As accept-ports does: what is not rung, sweep rings.
      await ringAll(queues.shards, messages).catch(() => undefined);
    },
  });
  return undefined;
}

async function shard(body: unknown, process: Process): Promise<Later> {
  const { clock, table, queues, freshUlid, bugs, dispatcher } = process;
  const bell = body as Bell;
  const worker = { owner: freshUlid(), deadline: clock() + shardTimeoutMs };
  const realAftermath: Aftermath = {
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
  const run = await workShard(bell, worker, {
    clock,
    observe,
    report: () => undefined,
    dispatcher,
    store: bugs.shard?.(store, table) ?? store,
    aftermath: bugs.aftermath?.(realAftermath, table) ?? realAftermath,
  });
  if (run.kind === 'wait') return run.ms / 1000 + 0.5;
  if (run.kind === 'more') await sendOne(queues.shards, bellMessage(bell, freshUlid()));
  return undefined;
}

async function lane(body: unknown, { clock, table, queues, bugs, dispatcher }: Process): Promise<Later> {
  const store = laneStore(table);
  const run = await workLane(body as ChildKey, clock() + retryTimeoutMs, {
    clock,
    observe,
    dispatcher,
    delays,
    store: bugs.lane?.(store) ?? store,
    deadLetter: (child, why) => sendOne(queues.dlx, deadLetterMessage(child, why)),
  });
  return run.kind === 'later' ? run.ms / 1000 : undefined;
}

export interface Settling {
  readonly followerId: string;
  readonly seq: number;
  readonly happened: boolean;
}

async function settles(body: unknown, { clock, table }: Process): Promise<Later> {
  const { followerId, seq, happened } = body as Settling;
  const read = async () => {
    const follower = await findFollower(table, followerId);
    if (follower === undefined) throw new Error(`no follower ${followerId}`);
    return { follower, child: await readChild(table, follower, { seq }) };
  };
  try {
    await settleChild(
      { happened, by: 'world' },
      {
        clock,
        read,
        settle: (s) => settle(table, s, 'no cancel'),
        canceledChild: none,
      },
    );
  } catch (error) {
    // Said a second time: the first one's answer was lost.
    if (!(error instanceof Refusal && error.code === 'not_unknown')) throw error;
  }
  return undefined;
}

/** One sweep; the world has one vault, so that one partition of OPEN rows is enough. */
export async function sweepOnce(vaultId: string, { clock, table, queues, freshUlid }: Process) {
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
    report: () => undefined,
  });
}

export const handlers = { registrations: register, intents: accept, shards: shard, lanes: lane, settlements: settles } as const;
export type QueueName = keyof typeof handlers;
