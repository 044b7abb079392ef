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

/** Finds what was interrupted (ARCHITECTURE 2): closes finished entries, rings the shards that miss the others. */
export async function sweep(ports: SweepPorts): Promise<{ rung: number; closed: number }> {
  const partitions = Array.from({ length: limits.openPartitions }, (_, i) => i);
  const open = (await Promise.all(partitions.map((p) => ports.open(p)))).flat();
  const age = (e: OpenEntry): number => ports.clock() - milliseconds(e.opened_at);
  const due = open.filter((e) => age(e) > graceMs);
  // A child that is to go out again waits for its follower's lane: that is no shard that stands still.
  const stuck = open.filter((e) => e.ask?.cause.startsWith('resend/') !== true);
  ports.report(Math.max(0, ...stuck.map(age)) / 1000);
  const bells = new Map<string, Bell>();
  let closed = 0;
  for (const entry of due) {
    const missing = entry.ask === undefined ? await missingShards(entry, ports) : [entry.ask.shard];
    if (missing.length === 0) {
      await ports.close(entry);
      closed += 1;
    }
    // One ring per shard, for the newest entry it misses: the worker works off all before it on its way.
    for (const shard of missing) {
      const name = `${entry.vault_id}#${shard}`;
      const seq = Math.max(entry.seq, bells.get(name)?.seq ?? 0);
      bells.set(name, { tenant_id: entry.tenant_id, vault_id: entry.vault_id, shard, seq });
    }
  }
  await ports.ring([...bells.values()]);
  return { rung: bells.size, closed };
}

async function missingShards(entry: OpenEntry, ports: SweepPorts): Promise<number[]> {
  const done = await ports.done(entry);
  return Array.from({ length: entry.shards }, (_, shard) => shard).filter((shard) => !done.has(shard));
}
