import { marshall } from '@aws-sdk/util-dynamodb';
import { openTable } from '../shared/adapters/dynamo/client.ts';
import { readEntry, readLedger } from '../shared/adapters/dynamo/line-reads.ts';
import type { OrderEntry } from '../shared/domain/mirroring/order.ts';
import { type Ledger, toldOf } from '../shared/domain/mirroring/plan.ts';
import { format } from '../shared/kit/decimal.ts';
import { type CpuSplit, least, perChild, profiled } from './cpu.ts';
import { cpuGbSeconds, invoke } from './lambda.ts';
import { MemoryProbe, settle } from './memory.ts';
import type { Item } from './meter/attribute.ts';
import { callsOf, type Reading } from './meter/meter.ts';
import { usdOf } from './meter/prices.ts';
import { loopKey, loopOverAll } from './peers/one-loop.ts';
import { childrenQueue, fanOut, positionKey, rosterKey, work } from './peers/per-follower.ts';
import { peerKeys } from './peers/shared-steps.ts';
import { openVault, type Scales, symbol, type Vaulted } from './seed.ts';
import { accept, type Bench, mirror, type Order } from './vanta.ts';

export interface Measured {
  readonly who: 'platform' | 'per follower' | 'one loop';
  readonly followers: number;
  readonly deliveries: number;
  readonly reading: Reading;
  readonly calls: number;
  readonly usd: number;
  /** Microseconds per child of the run that took least, in the shares of all runs. */
  readonly cpu: CpuSplit;
  readonly runs: number;
  readonly peakBytes: number;
}

/** The first order, a part sale, more, a part sale; then those that are measured, and one while the memory is watched. */
const history: readonly Order[] = [
  { n: 1, side: 'buy', qty: 370 },
  { n: 2, side: 'sell', qty: 87 },
  { n: 3, side: 'buy', qty: 128 },
  { n: 4, side: 'sell', qty: 114 },
];
const quantities = [137, 61, 89, 118, 74, 92, 83, 85, 99, 66, 107, 71];
/** Up to this size orders are short, and twice as many are measured. */
const twiceUpTo = 10_000;

function ordersFor(count: number): { readonly measured: readonly Order[]; readonly watched: Order } {
  const all = count <= twiceUpTo ? [...quantities, ...quantities] : quantities;
  const measured = all.map((qty, at): Order => ({ n: history.length + 1 + at, side: 'buy', qty }));
  return { measured, watched: { n: history.length + measured.length + 1, side: 'buy', qty: 53 } };
}

/** The peers run so many of them, and of more followers than this one. */
const peersRuns = 3;
const peersRepeatUpTo = 1_000;

export interface OneSize {
  readonly rows: readonly Measured[];
  readonly first: Reading;
}

/** Whom a process measures: what functions of another kind do in it would change how the engine compiles the code that both run. */
export type Side = 'platform' | 'peers';

/** Orders for so many followers, by one side. */
export async function measureSize(bench: Bench, count: number, side: Side, scales: Scales = 'different'): Promise<OneSize> {
  const vaulted = await openVault(count, scales, bench.world);
  const [firstOrder, ...rest] = history;
  bench.world.meter.reset();
  await mirror(bench, vaulted, firstOrder as Order);
  const first = bench.world.meter.read();
  for (const order of rest) await mirror(bench, vaulted, order);
  const rows = side === 'peers' ? await measurePeers(bench, vaulted, count) : [await measurePlatform(bench, vaulted, count)];
  return { first, rows };
}

function measurePlatform(bench: Bench, vaulted: Vaulted, count: number): Promise<Measured> {
  const { measured, watched } = ordersFor(count);
  return measure(bench, 'platform', count, {
    runs: measured.map((order) => () => mirror(bench, vaulted, order)),
    watch: (probe) => mirror(bench, vaulted, watched, probe),
    readEvery: 1,
  });
}

/** The peers go on from where the platform's first orders left its followers; it only accepts those that they are measured with. */
async function measurePeers(bench: Bench, vaulted: Vaulted, count: number): Promise<Measured[]> {
  const { vault } = vaulted;
  await seedPeers(bench, vaulted);
  const orders = ordersFor(count);
  const sequence: number[] = [];
  for (const order of [...orders.measured.slice(0, count > peersRepeatUpTo ? 1 : peersRuns), orders.watched]) {
    await accept(bench, vaulted, order);
    sequence.push(history.length + 1 + sequence.length);
  }
  const entries = await Promise.all(sequence.map((seq) => readEntry(openTable('bench'), vault, seq)));
  const watched = entries.pop() as OrderEntry;
  const measured = entries as OrderEntry[];
  const perFollower = await measure(bench, 'per follower', count, {
    runs: measured.map((entry) => () => runPerFollower(bench, entry)),
    watch: (probe) => watchPerFollower(bench, watched, probe),
    readEvery: Math.max(7, Math.floor(count / 250)),
  });
  const oneLoop = await measure(bench, 'one loop', count, {
    runs: measured.map((entry) => () => runLoop(bench, entry)),
    watch: (probe) => watchLoop(bench, watched, probe),
    readEvery: Math.max(1, Math.floor(count / 2500)),
  });
  return [perFollower, oneLoop];
}

interface Runs {
  /** The first one's calls and units count, and the CPU of the one that took least: in the shares of all, which have more samples. */
  readonly runs: readonly (() => Promise<void>)[];
  readonly watch: (probe: MemoryProbe) => Promise<void>;
  /** Memory is read at every so many calls. */
  readonly readEvery: number;
}

interface Run {
  readonly reading: Reading;
  readonly gbSeconds: number;
  readonly deliveries: number;
  /** Microseconds per child. */
  readonly cpu: CpuSplit;
}

async function measure(bench: Bench, who: Measured['who'], followers: number, { runs, watch, readEvery }: Runs) {
  const done: Run[] = [];
  for (const run of runs) done.push(await measureRun(bench, who, run));
  const [first] = done as [Run];
  const cpu = least(done.map((run) => run.cpu));
  const peakBytes = await watched(bench, watch, new MemoryProbe(readEvery));
  const { reading, deliveries } = first;
  const lambdaGbSeconds = first.gbSeconds + cpuGbSeconds(cpu.total * deliveries);
  const usd = usdOf({ ...reading, lambdaRequests: reading.invocations, lambdaGbSeconds });
  const calls = callsOf(reading);
  return { who, followers, deliveries, reading, calls, usd, cpu, runs: runs.length, peakBytes } satisfies Measured;
}

async function measureRun({ world, endpoints }: Bench, who: Measured['who'], run: () => Promise<void>): Promise<Run> {
  world.meter.reset();
  world.gbSeconds = 0;
  endpoints.clear();
  const cpu = await profiled(run);
  const reading = world.meter.read();
  const deliveries = endpoints.clear();
  if (deliveries === 0) endpoints.faults.push(`${who}: nothing arrived`);
  if (deliveries !== reading.deliveries) endpoints.faults.push(`${who}: ${reading.deliveries - deliveries} came twice`);
  return { reading, gbSeconds: world.gbSeconds, deliveries, cpu: perChild(cpu, deliveries) };
}

async function watched({ world, endpoints }: Bench, watch: Runs['watch'], probe: MemoryProbe): Promise<number> {
  await settle();
  [world.onCall, world.onFlight, endpoints.checks] = [probe.call, probe.flight, false];
  await watch(probe);
  [world.onCall, world.onFlight, endpoints.checks] = [() => undefined, () => undefined, true];
  return probe.peakBytes;
}

/** The peers' own rows: the same followers at the same levels. Their keys are derived, as the platform's are by now. */
async function seedPeers({ world }: Bench, { vault, followers }: Vaulted): Promise<void> {
  const table = openTable('bench');
  const put = (item: object) => world.table.seed(marshall(item, { removeUndefinedValues: true }) as Item);
  const ledgers: Ledger[] = [];
  for (let shard = 0; shard < vault.shards; shard += 1) ledgers.push(await readLedger(table, { ...vault, shard }, symbol));
  for (const follower of followers) {
    const row = ledgers[follower.shard]?.rows.get(follower.place);
    if (row === undefined) throw new Error(`${follower.follower_id} has no levels`);
    const { place: _place, joined: _joined, ...rest } = row;
    const levels = { ...rest, told: format(toldOf(follower, symbol, row)) };
    await peerKeys.of(follower, 0);
    put({ ...rosterKey(vault.vault_id, follower), ...follower });
    put({ ...positionKey(follower, symbol), seq: 4, levels });
    put({ ...loopKey(vault.vault_id, follower), ...follower, position: { seq: 4, levels } });
  }
}

const workerWaits = { memoryMb: 1024, callRounds: 5, endpointRounds: 1 };

async function runPerFollower({ world }: Bench, entry: OrderEntry): Promise<void> {
  world.meter.invocation();
  await fanOut(entry);
  const messages = world.queues.drain(childrenQueue);
  for (let i = 0; i < messages.length; i += 10) await invoke(work, messages.slice(i, i + 10), true, workerWaits, world);
}

/** The fan-out, and ten of its workers. What leaves the process on AWS is not kept in it here. */
async function watchPerFollower({ world }: Bench, entry: OrderEntry, probe: MemoryProbe): Promise<void> {
  world.queues.forgets = true;
  probe.begin();
  await fanOut(entry);
  probe.end();
  world.queues.forgets = false;
  await fanOut(entry);
  const messages = world.queues.drain(childrenQueue);
  world.table.frozen = true;
  const every = Math.max(10, Math.floor(messages.length / 100) * 10);
  for (let i = 0; i < messages.length; i += every) {
    probe.begin();
    await invoke(work, messages.slice(i, i + 10), true, workerWaits, world);
    probe.end();
  }
  world.table.frozen = false;
}

async function runLoop({ world }: Bench, entry: OrderEntry): Promise<void> {
  world.meter.invocation();
  const { chunks } = await loopOverAll(entry);
  world.gbSeconds += (1769 / 1024) * chunks * 0.11;
}

async function watchLoop({ world }: Bench, entry: OrderEntry, probe: MemoryProbe): Promise<void> {
  world.table.frozen = true;
  probe.begin();
  await loopOverAll(entry);
  probe.end();
  world.table.frozen = false;
}
