import { describe, expect, it } from 'vitest';
import { count, nothingYet, runSeed } from './sim/seeds.ts';

/** The simulation with reconciliation in it: amid crashes, lost answers and two runs at once, and to its end when all is well again. */
describe('reconciliation among everything else that goes wrong', () => {
  it('never brings anybody past what was wanted of him, and leaves nothing that it could mend', async () => {
    const summary = nothingYet();
    for (let seed = 1; seed <= 100; seed += 1) count(summary, await runSeed({ seed, reconciles: true }));
    expect(summary.violations).toEqual([]);
    expect(summary.features['fixup']).toBeGreaterThan(10);
  }, 240_000);
});
