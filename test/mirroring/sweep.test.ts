import { describe, expect, it } from 'vitest';
import type { Bell } from '../../shared/domain/mirroring/bell.ts';
import type { Claim } from '../../shared/domain/mirroring/claim.ts';
import type { LogEntry } from '../../shared/domain/mirroring/entry.ts';
import { type ShardPorts, workShard } from '../../shared/domain/mirroring/shard.ts';
import { type OpenEntry, sweep } from '../../shared/domain/mirroring/sweep.ts';

const key = { tenant_id: 'ten_1', vault_id: 'vlt_1' };
const now = Date.UTC(2026, 0, 5, 15);
const opened = (seq: number, ask?: OpenEntry['ask']): OpenEntry => ({
  ...key,
  seq,
  shards: ask === undefined ? 2 : 0,
  opened_at: '2026-01-05T14:00:00.000Z',
  ...(ask === undefined ? {} : { ask }),
});

async function rungBy(...open: OpenEntry[]): Promise<readonly Bell[]> {
  const rung: Bell[] = [];
  await sweep({
    clock: () => now,
    open: async (partition) => (partition === 0 ? open : []),
    // The second shard has done the first two.
    done: async ({ seq }) => new Set(seq < 3 ? [1] : []),
    close: async () => undefined,
    ring: async (bells) => void rung.push(...bells),
    report: () => undefined,
  });
  return rung;
}

describe('a sweep', () => {
  it('rings a shard once, for the newest entry it misses, and names all whose marks are missing', async () => {
    const asked = opened(0, { shard: 1, cause: 'sync/fol_1/1' });
    expect(await rungBy(opened(1), opened(2), opened(3), asked)).toEqual([
      { ...key, shard: 0, seq: 3, unmarked: [1, 2, 3] },
      { ...key, shard: 1, seq: 3, unmarked: [3] },
    ]);
    expect(await rungBy(asked)).toEqual([{ ...key, shard: 1, seq: 0 }]);
  });
});

describe('a shard that has done what it is rung for', () => {
  it.each([
    { bell: { seq: 3, unmarked: [1, 2, 3] }, marked: [1, 2, 3] },
    { bell: { seq: 3 }, marked: [3] },
    { bell: { seq: 0 }, marked: [] },
  ])('marks $marked for $bell', async ({ bell, marked }) => {
    const marks: number[] = [];
    const store = {
      last: async () => ({ seq: 3, state: 'done' }) as Claim,
      roster: async () => ({ roster: [], asks: [] }),
      entry: async (_: unknown, seq: number) => ({ seq }) as LogEntry,
      mark: async (_: unknown, { seq }: { seq: number }) => void marks.push(seq),
    };
    // Of the store and the other ports a shard that has nothing to do uses these.
    const ports = { store, clock: () => now, dispatcher: { ready: async () => undefined } } as unknown as ShardPorts;
    const run = await workShard({ ...key, shard: 0, ...bell }, { owner: 'one', deadline: now + 60_000 }, ports);
    expect([run, marks]).toEqual([{ kind: 'done' }, marked]);
  });
});
