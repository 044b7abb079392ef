import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, startDatabase } from './support/database.ts';
import type { Answer } from './support/endpoints.ts';
import type { Mode } from './support/faults.ts';
import type { Bugs } from './support/handlers.ts';
import { outcomes } from './support/invariants.ts';
import { play, prove, type Run } from './support/runs.ts';
import { pairStory, type Story, stumbles, well } from './support/stories.ts';
import type { World } from './support/world.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

/**
 * The first owner's request to `torn` takes longer than its lease. Its message comes back, a second owner takes the claim
 * over and finishes; only then the first one has its answer and goes on.
 */
async function twoOwners(answers: { first: Answer; second: Answer; later?: Answer }) {
  let world: World | undefined;
  const finishes: boolean[] = [];
  const script = async ({ count }: { count: number }): Promise<Answer> => {
    if (count > 1) return count === 2 ? answers.second : (answers.later ?? 200);
    await world?.elapse(31_000);
    return answers.first;
  };
  const shard: Bugs['shard'] = (real) => ({
    ...real,
    finish: async (key, finish) => {
      const done = await real.finish(key, finish);
      finishes.push(done);
      return done;
    },
  });
  const story = pairStory({ name: 'torn', scale: '1', script });
  const run = await prove(database, { story, bugs: { shard } }, (made) => {
    world = made;
  });
  return { ...run, finishes };
}

describe('two owners of one claim', () => {
  it('the lease runs out under the first: the second finishes, the first cannot', async () => {
    const { finishes, final, world } = await twoOwners({ first: 200, second: 200 });
    expect(finishes).toEqual([true, false]);
    expect(world.endpoints.of('torn').map((a) => a.attempt)).toEqual([2, 1]);
    expect(outcomes(final).ended.map((e) => e.state)).toEqual(['ack', 'ack']);
  });

  it('the first was heard and the second was not: the lane finds out, and it counts once', async () => {
    const { finishes, final } = await twoOwners({ first: 200, second: 503 });
    expect(finishes).toEqual([true, false]);
    expect(outcomes(final).ended.map((e) => e.state)).toEqual(['ack', 'ack']);
  });

  it('neither was heard: one row, one lane', async () => {
    const { finishes, final } = await twoOwners({ first: 503, second: 503 });
    // The first one stops before its finish, or cannot: only the second one's counts.
    expect(finishes.filter((done) => done)).toEqual([true]);
    expect(final.children.length).toBe(1);
  });
});

describe('a claim whose write landed', () => {
  const claimed = async (story: Story, mode: Mode): Promise<Run> => {
    const { world } = await play(database, { story });
    const n = world.faults.seen.findIndex(({ label }) => label === 'Put RESULT#1') + 1;
    return prove(database, { story, plan: new Map([[n, mode]]) });
  };
  const attempts = ({ world }: Run) => world.endpoints.arrivals.map((a) => `${a.name} ${a.attempt}`).sort();

  it('and whose reply was lost, asked again by the SDK: known as its own, everything goes out once', async () => {
    const run = await claimed(pairStory(stumbles), 'twice');
    expect(run.world.errors).toEqual([]);
    expect(attempts(run)).toEqual(['stumbles 1', 'stumbles 2', 'stumbles 3', 'well 1']);
  });

  it.each(['dies after', 'fails after'] as const)('and whose owner %s it: the next one sends what it says', async (mode) => {
    const run = await claimed(pairStory(well2), mode);
    expect(attempts(run)).toEqual(['well 2', 'well2 2']);
    expect(outcomes(run.final).ended.map((e) => e.state)).toEqual(['ack', 'ack']);
  });
});

const well2 = { ...well, name: 'well2' };
