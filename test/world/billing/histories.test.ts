import { expect, it } from 'vitest';
import { type Bug, type Faults, none, playHistory } from './history.ts';

/** HISTORIES=10000 plays them all; a few hundred say enough at every run. */
const histories = Number(process.env['HISTORIES'] ?? 400);
const rough: Faults = { crash: 0.06, drop: 0.3, duplicate: 0.4 };

async function faulty(count: number, faults: Faults, bug?: Bug): Promise<string[]> {
  const wrong: string[] = [];
  for (let seed = 1; seed <= count; seed += 1) {
    const said = await playHistory(seed, faults, bug);
    if (said.length > 0) wrong.push(`seed ${seed}: ${said.join('; ')}`);
  }
  return wrong;
}

it('events in order and whole end as Stripe has it', async () => expect(await faulty(100, none)).toEqual([]));

it(
  'so do events that are doubled, late, lost and worked off by processes that die at any write, and nothing old comes back',
  async () => expect((await faulty(histories, rough)).slice(0, 5)).toEqual([]),
  600_000,
);

it('shows a store that lets an older look write over a newer one', async () => {
  const careless: Bug = (real) => ({
    ...real,
    saveSubscription: async (next, _before, { look: _look, ...change }) => {
      const there = await real.subscription(next.tenant_id);
      return real.saveSubscription({ ...next, ver: (there?.ver ?? 0) + 1 }, there, change);
    },
  });
  expect((await faulty(400, rough, careless)).length).toBeGreaterThan(0);
});
