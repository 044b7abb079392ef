import { describe, expect, it } from 'vitest';
import { memoryDatabase } from './support/database.ts';
import type { Mode, Plan, Point } from './support/faults.ts';
import { everyPoint, from } from './support/plans.ts';
import { play, prove, proveAll } from './support/runs.ts';
import { oddStory, pairStory, type Story, stumbles } from './support/stories.ts';

const database = memoryDatabase();

const timeout = 300_000;
const dies: readonly Mode[] = ['dies before', 'dies after'];
const fails: readonly Mode[] = ['fails before', 'fails after'];
const seenIn = async (story: Story): Promise<Point[]> => (await prove(database, { story })).world.faults.seen;
/** After the registrations, whose crashes lane-crashes covers. */
const ordered = /ENTRY#1 /;

describe('a process that is killed', { timeout }, () => {
  it('anywhere in the odd story, whose unknown children are settled in the end', async () => {
    const seen = await seenIn(oddStory);
    const plans = from(ordered, everyPoint(seen, dies), seen);
    expect(plans.size).toBeGreaterThan(60);
    expect(await proveAll(database, { story: oddStory }, plans)).toEqual([]);
  });

  it('twice: anywhere, and anywhere after that', async () => {
    const story = pairStory(stumbles);
    const seen = await seenIn(story);
    const firsts = from(ordered, everyPoint(seen, ['dies after']), seen);
    const plans = new Map<string, Plan>();
    for (const [name, plan] of firsts) {
      const { world } = await play(database, { story, plan });
      const [n = 0] = plan.keys();
      const later = everyPoint(world.faults.seen, ['dies after']);
      for (const [again, second] of later)
        if ([...second.keys()].every((m) => m > n)) plans.set(`${name}, ${again}`, new Map([...plan, ...second]));
    }
    expect(plans.size).toBeGreaterThan(150);
    expect(await proveAll(database, { story }, plans)).toEqual([]);
  });
});

describe('a call that fails', { timeout }, () => {
  it('in the odd story, what is left of the process standing still for a long time', async () => {
    const seen = await seenIn(oddStory);
    const plans = from(ordered, everyPoint(seen, fails), seen);
    expect(plans.size).toBeGreaterThan(40);
    expect(await proveAll(database, { story: oddStory, freezes: true }, plans)).toEqual([]);
  });
});
