import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aftermathStore } from '../../shared/adapters/dynamo/aftermath-store.ts';
import { readClaim } from '../../shared/adapters/dynamo/order-reads.ts';
import { afterDispatch } from '../../shared/domain/mirroring/aftermath.ts';
import { atPlaces } from '../../shared/domain/mirroring/places.ts';
import { type Database, startDatabase } from './support/database.ts';
import { type Bugs, delays } from './support/handlers.ts';
import { play, prove } from './support/runs.ts';
import { first, pairStory, type Story } from './support/stories.ts';

/** Many failures at once, and what lands late. */
let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

describe('many followers of one shard that fail at once, where transactions on one item reject each other', () => {
  const failing = (n: number): Story => ({
    followers: Array.from({ length: n }, (_, i) => ({ name: `busy${i}`, scale: '1', script: first(1, 503) })),
    orders: [{ atSeconds: 0, side: 'buy', qty: '10' }],
    shardSize: 100,
    settles: false,
  });
  const attemptsOf = async (n: number) => {
    const { world } = await prove(database, { story: failing(n), collides: true });
    return { errors: world.errors.length, most: Math.max(...world.endpoints.arrivals.map((a) => a.attempt)) };
  };

  it('a few of them get to their lanes', async () => {
    expect(await attemptsOf(4)).toEqual({ errors: 0, most: 2 });
  });

  it('and so do thirty', { timeout: 60_000 }, async () => {
    expect(await attemptsOf(30)).toEqual({ errors: 0, most: 2 });
  });
});

describe('a claim that is taken over', () => {
  const torn = pairStory({ name: 'torn', scale: '1', script: first(1, 503) });

  /** The first owner's last request is slow: it lands after the second one read the roster, before it took the claim over. */
  const landsLate: Bugs['shard'] = (real, table) => ({
    ...real,
    takeOver: async (key, claim, next) => {
      const [view, entry, stored] = await Promise.all([real.load(key), real.entry(key, claim.seq), readClaim(table, key, claim)]);
      if (entry === undefined || stored === undefined) throw new Error('there is no claim');
      const outcome = { place: 1, state: 'retry', attempts: 1, lane: true, unknown: true } as const;
      const nothing = () => Promise.resolve();
      const aftermath = { ...aftermathStore(table), delays, ringLanes: nothing, deadLetter: nothing };
      const byPlace = atPlaces(view.roster);
      const clock = () => claim.lease_until;
      await afterDispatch({ entry, claim: stored, outcomes: [outcome], byPlace, again: false }, { clock, aftermath });
      return real.takeOver(key, claim, next);
    },
  });

  it('is carried out with the followers as they are after the take-over, not as they were before', async () => {
    const { world } = await play(database, { story: torn });
    const n = world.faults.seen.findIndex(({ label }) => / CHILD#1 ROSTER#/.test(label)) + 1;
    await prove(database, { story: torn, bugs: { shard: landsLate }, plan: new Map([[n, 'dies before']]) });
  });
});
