import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dispatcher } from '../../shared/domain/mirroring/attempt.ts';
import { type Database, startDatabase } from './support/database.ts';
import type { Script } from './support/endpoints.ts';
import type { Mode, Plan } from './support/faults.ts';
import { outcomes } from './support/invariants.ts';
import { play, prove } from './support/runs.ts';
import { pairStory } from './support/stories.ts';
import type { World } from './support/world.ts';

/** A receiver that takes the same id twice, as some brokers do: only looking it up first keeps an order from being doubled. */
let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

/** Taken, and answered after the owner's lease. */
const late = 299;

/** Every request that it was sent, whatever became of the answer. `deaf` look-ups get no answer. */
class Venue {
  readonly book: string[] = [];
  deaf = false;

  readonly dispatcher = (real: Dispatcher): Dispatcher => ({
    ...real,
    deliver: async (delivery) => {
      this.book.push(delivery.deliveryId);
      return real.deliver(delivery);
    },
    find: async ({ deliveryId }) => {
      if (this.deaf) return 'unanswered';
      return this.book.includes(deliveryId) ? 'there' : 'absent';
    },
  });
  /** Ids that it got more than once. */
  get doubled(): string[] {
    return this.book.filter((id, at) => this.book.indexOf(id) !== at);
  }
}

async function trade(script: Script, given: { plan?: Plan; venue?: Venue; settles?: boolean } = {}) {
  const { plan = new Map(), venue = new Venue(), settles = false } = given;
  let world: World | undefined;
  const scripted: Script = async (request) => {
    const answer = await script(request);
    // The answer takes longer than the owner's lease: its message comes back, and a second owner takes the claim over.
    if (answer === late) await world?.elapse(31_000);
    return answer === late ? 200 : answer;
  };
  const story = pairStory({ name: 'venue', scale: '1', script: scripted }, settles);
  const run = await prove(database, { story, plan, bugs: { dispatcher: venue.dispatcher } }, (made) => {
    world = made;
  });
  return { ...run, venue, states: outcomes(run.final).ended.map((e) => e.state) };
}

/** The plan that hurts the first point of a label, as an undisturbed run has it. */
async function at(label: RegExp, mode: Mode): Promise<Plan> {
  const story = pairStory({ name: 'venue', scale: '1', script: () => 200 });
  const { world } = await play(database, { story, bugs: { dispatcher: new Venue().dispatcher } });
  return new Map([[world.faults.seen.findIndex((point) => label.test(point.label)) + 1, mode]]);
}

describe('a venue that takes the same id twice', () => {
  it('gets every order once while two owners of its claim are alive', async () => {
    const { venue, states } = await trade(({ count }) => (count === 1 ? late : 200));
    expect(venue.doubled).toEqual([]);
    expect(states).toEqual(['ack', 'ack']);
  });

  it.each([
    ['before it sent anything', /^Put RESULT#1$/, 'dies after'],
    ['with the answer on its way', /venue 1$/, 'dies after'],
    ['before its result', /^TransactWrite RESULT#1 LEDGER/, 'dies before'],
  ] as const)('gets every order once from the next owner when the first dies %s', async (_, label, mode) => {
    const { venue, states, world } = await trade(() => 200, { plan: await at(label, mode) });
    expect(world.faults.missed).toBe(0);
    expect(venue.doubled).toEqual([]);
    expect(new Set(venue.book).size).toBe(2);
    expect(states).toEqual(['ack', 'ack']);
  });

  it('is asked before an order whose answer was lost goes out again: it is there', async () => {
    const { venue, states } = await trade(({ count }) => (count === 1 ? 'cut' : 200));
    expect(venue.doubled).toEqual([]);
    expect(states).toEqual(['ack', 'ack']);
  });

  it('is never sent again what it does not answer for: that stays unknown until somebody settles it', async () => {
    const venue = new Venue();
    venue.deaf = true;
    const { states } = await trade(() => 'cut', { venue, settles: true });
    expect(venue.doubled).toEqual([]);
    expect(states).toEqual(['ack', 'confirmed']);
  });

  it('would get orders twice without being asked', async () => {
    const venue = new Venue();
    const blind = (real: Dispatcher): Dispatcher => {
      const { find: _find, ...rest } = venue.dispatcher(real);
      return rest;
    };
    const story = pairStory({ name: 'venue', scale: '1', script: ({ count }) => (count === 1 ? 'cut' : 200) });
    await play(database, { story, bugs: { dispatcher: blind } });
    expect(venue.doubled.length).toBe(1);
  });
});
