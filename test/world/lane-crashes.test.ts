import { describe, expect, it } from 'vitest';
import { memoryDatabase } from './support/database.ts';
import type { Mode, Point } from './support/faults.ts';
import { everyKind, everyPoint } from './support/plans.ts';
import { prove, proveAll } from './support/runs.ts';
import { laneStory, type Story } from './support/stories.ts';

const database = memoryDatabase();

const timeout = 300_000;
const dies: readonly Mode[] = ['dies before', 'dies after'];
const seenIn = async (story: Story): Promise<Point[]> => (await prove(database, { story })).world.faults.seen;

describe('the lane story', { timeout }, () => {
  it('survives a process killed before or after any write, message, answer or deletion: nothing lost, nothing doubled', async () => {
    const plans = everyPoint(await seenIn(laneStory), dies);
    expect(plans.size).toBeGreaterThan(140);
    expect(await proveAll(database, { story: laneStory }, plans)).toEqual([]);
  });

  it('survives a write that meets another transaction, or that the SDK asks twice because its answer was lost', async () => {
    const plans = everyKind(await seenIn(laneStory), ['twice', 'conflicts']);
    expect(plans.size).toBeGreaterThan(30);
    expect(await proveAll(database, { story: laneStory }, plans)).toEqual([]);
  });
});
