import { describe, expect, it } from 'vitest';
import { type CallKind, type Mode, modesOf, quiet } from './sim/faults.ts';
import { runSeed } from './sim/seeds.ts';
import type { FollowerOf, Story } from './sim/story.ts';

const timeout = 300_000;

const follower = (name: string, more: Partial<FollowerOf> = {}): FollowerOf => ({
  name,
  joinsMs: -100_000,
  foreign: false,
  body: { mode: 'proportional', scale: '1' },
  temper: { name: 'well', moody: 0, moods: [], conflicts: false, slowMs: 0 },
  reports: 'no',
  ...more,
});

/** Three followers in two shards: one is well, one answers 503 at times, one loses answers on their way. */
const story: Story = {
  vault: { instruments: { IBM: { increment: '1' } }, max_age_s: 300 },
  shardSize: 2,
  followers: [
    follower('well'),
    follower('stumbles', {
      foreign: true,
      temper: { name: 'stumbles', moody: 0.5, moods: [{ kind: 'status', status: 503 }], conflicts: false, slowMs: 0 },
    }),
    follower('cuts', {
      body: { mode: 'capped', scale: '0.5', max_pos_usd: '60' },
      temper: { name: 'cuts', moody: 0.5, moods: [{ kind: 'cut', takes: true }], conflicts: true, slowMs: 0 },
    }),
  ],
  orders: [order('order-1', 0, 'buy', '20'), order('order-2', 300, 'sell', '8')],
  events: [],
  endMs: 1000,
  features: new Set(),
};

function order(external_id: string, atMs: number, side: 'buy' | 'sell', qty: string): Story['orders'][number] {
  const terms = { symbol: 'IBM', order_type: 'market', time_in_force: 'day', ref_price: '10' } as const;
  return { atMs, way: 'api', copies: 1, batch: [{ external_id, side, qty, ...terms }] };
}

const play = (plan: ReadonlyMap<number, Mode>) => runSeed({ seed: 4, story, rates: quiet, plan });

/** Every call of the undisturbed run, each with every way in which a process can end or fail there. */
async function points(modes: readonly Mode[]): Promise<{ at: number; kind: CallKind; label: string; mode: Mode }[]> {
  const { play: run, violations } = await play(new Map());
  expect(violations).toEqual([]);
  return run.world.faults.points.flatMap(({ kind, label }, i) =>
    modesOf[kind].filter((mode) => modes.includes(mode)).map((mode) => ({ at: i + 1, kind, label, mode })),
  );
}

async function everywhere(modes: readonly Mode[]): Promise<string[]> {
  const all = await points(modes);
  const wrong: string[] = [];
  for (const { at, kind, label, mode } of all) {
    const { violations, struck } = await play(new Map([[at, mode]]));
    if (struck.get(mode) !== 1) wrong.push(`${at} ${kind} ${label}: ${mode} never struck`);
    wrong.push(...violations.map((what) => `${at} ${kind} ${label} ${mode}: ${what}`));
  }
  console.info(`${all.length} points: ${modes.join(', ')}`);
  return wrong;
}

describe('a story of three followers and two orders', { timeout }, () => {
  it('survives a process killed before or after every single await', async () => {
    expect(await everywhere(['dies before', 'dies after', 'dies in flight'])).toEqual([]);
  });

  it('survives every call that fails, is lost on its way back, or meets another transaction', async () => {
    expect(await everywhere(['lost', 'unsent', 'throttled', 'twice', 'twice anew', 'conflict', 'partial'])).toEqual([]);
  });

  it('survives a process that stands still before or after every single await', async () => {
    expect(await everywhere(['freezes before', 'freezes after'])).toEqual([]);
  });
});
