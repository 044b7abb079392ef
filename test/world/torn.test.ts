import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, startDatabase } from './support/database.ts';
import type { Mode, Plan } from './support/faults.ts';
import { play, prove, type Run } from './support/runs.ts';
import { first, pairStory, type Story, stumbles } from './support/stories.ts';
import type { World, WorldOptions } from './support/world.ts';

/** Interleavings that the product once did not survive, each with the story that found it. */
let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const finish = /^TransactWrite RESULT#1 LEDGER#IBM$/;
const laneEntry = /^TransactWrite (RESULT#1 )?(CHILD#1 ROSTER#\d+ ?)+$/;

/** Plays a story with a fault at the first point of this label, and with each further mode one at its next occurrence. */
async function hurt(options: Omit<WorldOptions, 'plan'>, label: RegExp, modes: readonly Mode[]): Promise<Run> {
  let plan: Plan = new Map();
  for (const [i, mode] of modes.entries()) {
    const { world } = await play(database, { ...options, plan });
    const points = world.faults.seen.flatMap((point, n) => (label.test(point.label) ? [n + 1] : []));
    plan = new Map([...plan, [points[i] ?? 0, mode]]);
  }
  const run = await prove(database, { ...options, plan });
  expect(run.world.faults.missed).toBe(0);
  return run;
}

describe('a child that its shard kept as unknown, and whose owner then died', () => {
  it('is not sent again and taken as ack, with its row still saying unknown', async () => {
    const story = pairStory({ name: 'refuses', scale: '1', script: first(2, 404) });
    await hurt({ story }, finish, ['dies before', 'dies before']);
  });

  it('is not so after a throw of our own either; settling it then would count it twice', async () => {
    const story = pairStory({ name: 'breaks', scale: '1', script: first(1, 'broken') }, true);
    await hurt({ story }, finish, ['dies before']);
  });
});

describe('an owner that lost its claim', () => {
  it('gives no child to the lane any more, though it hears 503 after the second one heard 200', async () => {
    let world: World | undefined;
    const script = async ({ count }: { count: number }) => {
      if (count > 1) return 200;
      await world?.elapse(31_000);
      return 503;
    };
    await prove(database, { story: pairStory({ name: 'torn', scale: '1', script }) }, (made) => {
      world = made;
    });
  });

  it('nor when its process stood still after another follower of it had failed', async () => {
    const sluggish = { name: 'sluggish', scale: '1', script: first(1, 503), answerMs: 1500 };
    const plain = pairStory({ name: 'busy', scale: '1', script: first(1, 503) });
    const story: Story = { ...plain, followers: [...plain.followers, sluggish], shardSize: 3 };
    await hurt({ story, freezes: true }, laneEntry, ['fails before']);
  });
});

describe('a follower whose row another transaction is writing', () => {
  it('holds up nobody else in its shard', async () => {
    const { world } = await hurt({ story: pairStory(stumbles) }, laneEntry, ['conflicts']);
    expect(world.errors).toEqual([]);
    expect(world.endpoints.of('well').map((a) => a.attempt)).toEqual([1]);
  });
});
