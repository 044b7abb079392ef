import { defineConfig } from 'vitest/config';

// .ci/run names a file here and sums up what it finds in it; a person's run prints only the default report.
const resultsFile = process.env['VANTA_TEST_RESULTS'];
const story = 'test/flows/**/*.test.ts';
const timed = ['main-job', 'retry-lane'].map((name) => `test/flows/${name}.test.ts`);
const stories = { globalSetup: ['test/flows/support/assembly.ts'], testTimeout: 120_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    pool: 'forks',
    // Two cores are what a contributor may count on; more workers only make the timings of the others worse.
    maxWorkers: 2,
    reporters: resultsFile ? ['default', ['json', { outputFile: resultsFile }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [story],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        // Each story boots a local platform of its own, after the quick ones have passed.
        test: { name: 'flows', include: [story], exclude: timed, ...stories, maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        // These hold times: nothing else runs beside them.
        test: { name: 'timed', include: timed, ...stories, fileParallelism: false, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
