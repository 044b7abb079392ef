import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, startDatabase } from './support/database.ts';
import { finalOf } from './support/final.ts';
import { nameOf, outcomes, violationsOf } from './support/invariants.ts';
import { prove, type Run } from './support/runs.ts';
import { laneStory, oddStory } from './support/stories.ts';
import { openedAt, type World } from './support/world.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const ends = ({ final }: Run): string[] =>
  outcomes(final).ended.map(({ follower, entry, state, qty, code, unknown }) =>
    [entry.seq, nameOf(follower), state, qty, code ?? '-', ...(unknown ? ['unknown'] : [])].join(' '),
  );
const requests = (world: World, name: string): string[] =>
  world.endpoints.of(name).map((a) => `${a.body.seq}/${a.attempt} ${a.answer}`);

describe('a story without faults', () => {
  it('ends as SPEC 6.2 and 6.4 say: the well one at once, the stumbling one in order, the dead one as a dead letter', async () => {
    const run = await prove(database, { story: laneStory });
    expect(ends(run).sort()).toEqual([
      '1 dead dead_lettered 10 attempts_exhausted unknown',
      '1 stumbles ack 5 -',
      '1 well ack 10 -',
      '2 dead skipped 0 position_unknown',
      '2 stumbles ack 3 -',
      '2 well ack 6 -',
      '3 dead skipped 0 position_unknown',
      '3 stumbles ack -4 -',
      '3 well ack -8 -',
    ]);
    const { world } = run;
    expect(world.errors).toEqual([]);
    expect(requests(world, 'well')).toEqual(['1/1 200', '2/1 200', '3/1 200']);
    expect(requests(world, 'stumbles')).toEqual(['1/1 503', '1/2 503', '1/3 200', '2/1 200', '3/1 200']);
    const tried = world.endpoints.of('dead').map((a) => Math.round((a.at - openedAt) / 1000));
    expect(tried).toEqual([0, 1, 6, 21, 81]);
  });

  it('is the same to the byte when it is played again', async () => {
    const runs = [await prove(database, { story: laneStory }), await prove(database, { story: laneStory })];
    const [one, other] = runs.map(({ world, final }) => [final.items, world.endpoints.arrivals, world.faults.seen]);
    expect(one).toEqual(other);
  });

  it('ends refusals, a 410, a throw of our own, a slow endpoint and a lost answer as the rules say', async () => {
    const run = await prove(database, { story: oddStory });
    expect(ends(run).sort()).toEqual([
      '1 breaks dead_lettered 10 internal',
      '1 cuts ack 10 -',
      '1 gone rejected 10 -',
      '1 refuses rejected 10 -',
      '1 slow ack 10 -',
      '1 well ack 10 -',
      '2 breaks skipped 0 position_unknown',
      '2 cuts ack -4 -',
      '2 gone skipped 0 no_change',
      '2 refuses skipped 0 no_change',
      '2 slow ack -4 -',
      '2 well ack -4 -',
    ]);
    expect(requests(run.world, 'cuts')).toEqual(['1/1 cut', '1/2 200', '2/1 200']);
    expect(run.final.children.map(({ child }) => `${child.seq} ${child.place}`)).toContain('2 4');
  });
});

describe('messages', () => {
  it('that all come twice change nothing', async () => {
    const plain = await prove(database, { story: laneStory });
    const doubled = await prove(database, { story: laneStory }, (world) => {
      for (const queue of Object.values(world.queues)) queue.doubles = true;
    });
    expect(ends(doubled)).toEqual(ends(plain));
    for (const { name } of laneStory.followers) expect(requests(doubled.world, name)).toEqual(requests(plain.world, name));
  });

  it('that come once more a week late change nothing', async () => {
    const { world, final } = await prove(database, { story: laneStory });
    const before = world.endpoints.arrivals.length;
    comeAgainAfterAWeek(world);
    await world.rest();
    expect(world.errors).toEqual([]);
    expect(world.endpoints.arrivals.length).toBe(before);
    expect((await finalOf(world)).items).toEqual(final.items);
  });

  it('of a lane that come a week late, while a new child is in it, change nothing about that one', async () => {
    const { world } = await prove(database, { story: { ...laneStory, followers: [well503()] } });
    comeAgainAfterAWeek(world);
    world.askOrder({ side: 'buy', qty: '20' });
    await world.rest();
    expect(violationsOf(await finalOf(world))).toEqual([]);
    expect(requests(world, 'moody').filter((r) => r.startsWith('4/'))).toEqual(['4/1 503', '4/2 503', '4/3 200']);
  });
});

/** Answers 503 to the first two requests of its first order and of its fourth. */
const well503 = () => {
  const seen = new Map<number, number>();
  return {
    name: 'moody',
    scale: '1',
    script: ({ seq }: { seq: number }) => {
      seen.set(seq, (seen.get(seq) ?? 0) + 1);
      return (seq === 1 || seq === 4) && (seen.get(seq) ?? 0) <= 2 ? 503 : 200;
    },
  };
};

function comeAgainAfterAWeek(world: World): void {
  world.now += 7 * 86_400_000;
  for (const queue of Object.values(world.queues)) {
    const late = [...queue.taken, ...queue.taken.toReversed()];
    for (const [i, message] of late.entries()) queue.send({ ...message, deduplicationId: `late ${i}` }, world.now);
  }
}
