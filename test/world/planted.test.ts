import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childItem } from '../../shared/adapters/dynamo/child-item.ts';
import { readClaim } from '../../shared/adapters/dynamo/order-reads.ts';
import { add, decimal, format } from '../../shared/kit/decimal.ts';
import { type Database, startDatabase } from './support/database.ts';
import type { Bugs } from './support/handlers.ts';
import { play, prove } from './support/runs.ts';
import { always, first, laneStory, pairStory, type Story, stumbles } from './support/stories.ts';
import type { World } from './support/world.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const nothing = (): Promise<void> => Promise.resolve();
const twice = (qty: string): string => format(add(decimal(qty), decimal(qty)));

/** A bug, the story that shows it, and what the invariants say of it. */
interface Planted {
  readonly what: string;
  readonly bugs: Bugs;
  readonly story: Story;
  readonly caught: RegExp;
}

const bugsOf: readonly Planted[] = [
  {
    what: 'the lane counts what happened twice',
    story: laneStory,
    caught: /stumbles IBM: told is -2 \+ 6, its endpoint took 1/,
    bugs: {
      lane: (real) => ({
        ...real,
        end: (e) => real.end({ ...e, ...(e.moved === undefined ? {} : { moved: twice(e.moved) }) }),
      }),
    },
  },
  {
    what: 'a child gets its row, and its follower no lane_in',
    story: pairStory(stumbles),
    caught: /order 1, stumbles: it is still retry/,
    bugs: {
      aftermath: (real, table) => ({
        ...real,
        enterLanes: async ([child]) => {
          if (child !== undefined)
            await table.client.send(new PutCommand({ TableName: table.name, Item: childItem(child, true) }));
          return true;
        },
      }),
    },
  },
  {
    what: 'the lane is never rung',
    story: pairStory(stumbles),
    caught: /stumbles: it is still retry/,
    bugs: { aftermath: (real) => ({ ...real, ringLanes: nothing }) },
  },
  {
    what: 'a later child goes past the lane',
    story: laneStory,
    caught: /stumbles saw 1, 1, 2, 1/,
    bugs: {
      shard: (real) => ({
        ...real,
        roster: async (key) => {
          const read = await real.roster(key);
          return { ...read, roster: read.roster.map((f) => ({ ...f, lane_out: f.lane_in })) };
        },
      }),
    },
  },
  {
    what: 'each attempt has an id of its own',
    story: pairStory(stumbles),
    caught: /stumbles got order 1 under two ids/,
    bugs: {
      dispatcher: (real) => ({ ...real, deliver: (d) => real.deliver({ ...d, deliveryId: `${d.deliveryId}/${d.attempt}` }) }),
    },
  },
  {
    what: 'a later attempt carries another quantity',
    story: pairStory(stumbles),
    caught: /changed its body/,
    bugs: {
      dispatcher: (real) => ({
        ...real,
        deliver: (d) => real.deliver(d.attempt === 3 ? { ...d, body: d.body.replace('"qty":"5"', '"qty":"6"') } : d),
      }),
    },
  },
  {
    what: 'a lost answer is taken for a refusal',
    story: pairStory({ name: 'cuts', scale: '1', script: always('cut') }),
    caught: /cuts: dead_lettered, but taken is true/,
    bugs: { lane: (real) => ({ ...real, end: (ending) => real.end({ ...ending, unknown: false }) }) },
  },
  {
    what: 'an unknown child is not kept',
    story: pairStory({ name: 'breaks', scale: '1', script: first(1, 'broken') }),
    caught: /its shard says dead_lettered, and 0 rows of its own/,
    bugs: { aftermath: (real) => ({ ...real, keep: async () => true }) },
  },
  {
    what: 'a shard never says that it is done',
    story: pairStory(stumbles),
    caught: /does not come to rest/,
    bugs: { shard: (real) => ({ ...real, mark: nothing }) },
  },
];

describe('planted bugs are found', () => {
  it.each(bugsOf)('$what', async ({ bugs, story, caught }) => {
    await expect(prove(database, { story, bugs })).rejects.toThrow(caught);
  });
});

describe('an owner that lost its claim', () => {
  /** Finishes whoever owns the claim by now. */
  const unconditional: Bugs['shard'] = (real, table) => ({
    ...real,
    finish: async (key, finish) => {
      const now = await readClaim(table, key, finish.claim);
      return real.finish(key, now === undefined ? finish : { ...finish, claim: { ...finish.claim, ...owning(now) } });
    },
  });
  const owning = ({ owner, lease_until }: { owner: string; lease_until: number }) => ({ owner, lease_until });

  /** The first owner hears 200, after the second one heard 503, gave the child to the lane and died before its finish. */
  async function overtaken(bugs: Bugs) {
    let world: World | undefined;
    const script = async ({ count }: { count: number }) => {
      if (count !== 1) return count === 2 ? 503 : 200;
      await world?.elapse(31_000);
      return 200;
    };
    const story = pairStory({ name: 'torn', scale: '1', script });
    const watch = (made: World) => {
      world = made;
    };
    const { world: seen } = await play(database, { story }, watch);
    const n = seen.faults.seen.findIndex(({ label }) => label === 'TransactWrite RESULT#1 LEDGER#IBM') + 1;
    return prove(database, { story, bugs, plan: new Map([[n, 'dies before']]) }, watch);
  }

  it('cannot finish it', async () => {
    await expect(overtaken({})).resolves.toBeDefined();
  });

  it('is found out when it could', async () => {
    await expect(overtaken({ shard: unconditional })).rejects.toThrow(/torn IBM: told is 10 \+ 10, its endpoint took 10/);
  });
});
