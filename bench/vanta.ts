import { queueNames } from '../shared/wiring/resources.ts';
import type { Endpoints, World } from './aws/boundary.ts';
import { invoke, type QueueHandler } from './lambda.ts';
import type { MemoryProbe } from './memory.ts';
import { busEvent, type Vaulted } from './seed.ts';

/** The functions of the path from the bus to the followers, as they are deployed. */
export interface Functions {
  readonly accept: QueueHandler;
  readonly fanOut: QueueHandler;
  readonly shard: QueueHandler;
}

/** Loads the real handlers. The environment must stand before: they read it when they are loaded. */
export async function loadFunctions(): Promise<Functions> {
  const [accept, fanOut, shard] = await Promise.all([
    import('../functions/mirroring/accept.ts'),
    import('../functions/mirroring/fan-out.ts'),
    import('../functions/mirroring/shard.ts'),
  ]);
  return { accept: accept.handler, fanOut: fanOut.handler, shard: shard.handler };
}

export type Metered = World & { gbSeconds: number };
export interface Bench {
  readonly world: Metered;
  readonly endpoints: Endpoints;
  readonly functions: Functions;
}
export interface Order {
  readonly n: number;
  readonly side: 'buy' | 'sell';
  readonly qty: number;
}

/** accept: read, commit, ring (its batches in rounds); fan-out: its ten batches at once. */
const acceptWaits = { memoryMb: 1024, callRounds: 4, endpointRounds: 0 };
const fanOutWaits = { memoryMb: 1024, callRounds: 1, endpointRounds: 0 };
/** shard: load, ledger, claim, (dispatch), finish, mark. */
const shardWaits = { memoryMb: 1769, callRounds: 5, endpointRounds: 1 };

/** One order through accept, the tree and all shards. With a probe, only some of the shards' workers run, and are watched. */
export async function mirror(bench: Bench, vaulted: Vaulted, order: Order, probe?: MemoryProbe): Promise<void> {
  const { world, functions } = bench;
  await takeIn(bench, vaulted, order);
  const fanOut = world.queues.drain(queueNames.shardNodes);
  for (const node of fanOut) await invoke(functions.fanOut, [node], false, fanOutWaits, world);
  const bells = world.queues.drain(queueNames.shards);
  const watchEvery = Math.max(1, Math.floor(bells.length / 4));
  for (const [i, bell] of bells.entries()) {
    if (probe !== undefined && i % watchEvery !== 0) continue;
    probe?.begin();
    await invoke(functions.shard, [bell], true, shardWaits, world);
    probe?.end();
  }
}

/** One order through accept, its rings forgotten: an entry in the vault's log that no shard works off. */
export async function accept(bench: Bench, vaulted: Vaulted, order: Order): Promise<void> {
  await takeIn(bench, vaulted, order);
  for (const name of [queueNames.shardNodes, queueNames.shards]) bench.world.queues.drain(name);
}

async function takeIn({ world, functions }: Bench, { vault }: Vaulted, order: Order): Promise<void> {
  const event = { body: JSON.stringify(busEvent(vault, order.n, order.side, order.qty)), group: 'bus', id: `intent-${order.n}` };
  await invoke(functions.accept, [event], true, acceptWaits, world);
}
