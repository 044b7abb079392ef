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

/** A flip of the vault and one of a follower, in two shards, with an order that both count; they are over some seconds later. */
const flipped: Story = {
  ...story,
  shardSize: 1,
  followers: story.followers.slice(0, 2),
  orders: [order('order-1', 500, 'buy', '20')],
  events: [
    { kind: 'overlay', atMs: 0, name: 'of-all', follower: undefined, body: { kind: 'flip', amplify: '0.5', ttl_seconds: 5 } },
    { kind: 'overlay', atMs: 100, name: 'of-one', follower: 'well', body: { kind: 'flip', amplify: '1', ttl_seconds: 6 } },
  ],
  overlaid: {
    flip_policy: { min_ttl_s: 5, max_ttl_s: 60, max_amplify: '2' },
    nets: { timer: true, sweep: true, ttlLateMs: 0 },
    events: [],
  },
};

const play = (told: Story, plan: ReadonlyMap<number, Mode>) => runSeed({ seed: 4, story: told, rates: quiet, plan });

/** Every call of the undisturbed run, each with every way in which a process can end or fail there. */
async function points(told: Story, modes: readonly Mode[]): Promise<{ at: number; kind: CallKind; label: string; mode: Mode }[]> {
  const { play: run, violations } = await play(told, new Map());
  expect(violations).toEqual([]);
  return run.world.faults.points.flatMap(({ kind, label }, i) =>
    modesOf[kind].filter((mode) => modes.includes(mode)).map((mode) => ({ at: i + 1, kind, label, mode })),
  );
}

async function everywhere(told: Story, modes: readonly Mode[]): Promise<string[]> {
  const all = await points(told, modes);
  const wrong: string[] = [];
  for (const { at, kind, label, mode } of all) {
    const { violations, struck } = await play(told, new Map([[at, mode]]));
    if (struck.get(mode) !== 1) wrong.push(`${at} ${kind} ${label}: ${mode} never struck`);
    wrong.push(...violations.map((what) => `${at} ${kind} ${label} ${mode}: ${what}`));
  }
  console.info(`${all.length} points: ${modes.join(', ')}`);
  return wrong;
}

describe.each([
  ['three followers and two orders', story],
  ['two flips and an order', flipped],
] as const)('a story of %s', { timeout }, (_name, told) => {
  it('survives a process killed before or after every single await', async () => {
    expect(await everywhere(told, ['dies before', 'dies after', 'dies in flight'])).toEqual([]);
  });

  it('survives every call that fails, is lost on its way back, or meets another transaction', async () => {
    const modes = ['lost', 'unsent', 'throttled', 'twice', 'twice anew', 'conflict', 'partial'] as const;
    expect(await everywhere(told, modes)).toEqual([]);
  });

  it('survives a process that stands still before or after every single await', async () => {
    expect(await everywhere(told, ['freezes before', 'freezes after'])).toEqual([]);
  });
});
