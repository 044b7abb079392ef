import { type Clock, milliseconds } from '../../kit/clock.ts';
import { limits } from '../../wiring/limits.ts';
import type { Bell } from './bell.ts';

/** An entry that is accepted and not yet worked off by all of its shards. */
export interface OpenEntry {
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly seq: number;
  readonly shards: number;
  readonly opened_at: string;
  /** What a follower asked of one shard: that shard takes the row away when it is done. */
  readonly ask?: { readonly shard: number; readonly cause: string };
}

export interface SweepPorts {
  readonly clock: Clock;
  readonly open: (partition: number) => Promise<readonly OpenEntry[]>;
  /** Shards that have finished an entry. */
  readonly done: (entry: OpenEntry) => Promise<ReadonlySet<number>>;
  readonly close: (entry: OpenEntry) => Promise<void>;
  readonly ring: (bells: readonly Bell[]) => Promise<void>;
  /** Age of the oldest open entry, in seconds. */
  readonly report: (oldestSeconds: number) => void;
}

/** Younger entries are still on their ordinary way. */
const graceMs = 10_000;

/** Of a vault that stands still with many open entries, the oldest and the newest are looked at; a ring reaches all between. */
const lookedAt = 50;
/** Vaults at a time: one that is slow to read holds up few others. */
const vaultsAtOnce = 16;

/** Finds what was interrupted (ARCHITECTURE 2): closes finished entries, rings the shards that miss the others. */
export async function sweep(ports: SweepPorts): Promise<{ rung: number; closed: number }> {
  const partitions = Array.from({ length: limits.openPartitions }, (_, i) => i);
  const open = (await Promise.all(partitions.map((p) => ports.open(p)))).flat();
  const age = (e: OpenEntry): number => ports.clock() - milliseconds(e.opened_at);
  // A child that is to go out again waits for its follower's lane: that is no shard that stands still.
  const stuck = open.filter((e) => e.ask?.cause.startsWith('resend/') !== true);
  ports.report(Math.max(0, ...stuck.map(age)) / 1000);
  const vaults = [
    ...Map.groupBy(
      open.filter((e) => age(e) > graceMs),
      (e) => e.vault_id,
    ).values(),
  ];
  const total = { rung: 0, closed: 0 };
  for (let i = 0; i < vaults.length; i += vaultsAtOnce) {
    const swept = await Promise.all(vaults.slice(i, i + vaultsAtOnce).map((entries) => sweepVault(entries, ports)));
    for (const { rung, closed } of swept) {
      total.rung += rung;
      total.closed += closed;
    }
  }
  return total;
}

/** One vault, rung as soon as it is read: a sweep that ends early has done what it could. */
async function sweepVault(entries: readonly OpenEntry[], ports: SweepPorts): Promise<{ rung: number; closed: number }> {
  const bells = new Map<number, Bell>();
  let closed = 0;
  const looked = entries.length <= lookedAt ? entries : [...entries.slice(0, lookedAt - 1), ...entries.slice(-1)];
  for (const entry of looked) {
    const missing = entry.ask === undefined ? await missingShards(entry, ports) : [entry.ask.shard];
    if (missing.length === 0) {
      await ports.close(entry);
      closed += 1;
    }
    for (const shard of missing) bells.set(shard, bellFor(entry, shard, bells.get(shard)));
  }
  if (bells.size > 0) await ports.ring([...bells.values()]);
  return { rung: bells.size, closed };
}

/** One ring per shard, for the newest entry it misses: the worker works off all before it on its way, and marks those it had done. */
function bellFor({ tenant_id, vault_id, seq, ask }: OpenEntry, shard: number, rung: Bell | undefined): Bell {
  const unmarked = [...(rung?.unmarked ?? []), ...(ask === undefined ? [seq] : [])];
  const bell = { tenant_id, vault_id, shard, seq: Math.max(seq, rung?.seq ?? 0) };
  return unmarked.length === 0 ? bell : { ...bell, unmarked };
}

async function missingShards(entry: OpenEntry, ports: SweepPorts): Promise<number[]> {
  const done = await ports.done(entry);
  return Array.from({ length: entry.shards }, (_, shard) => shard).filter((shard) => !done.has(shard));
}
