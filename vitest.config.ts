import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// .ci/run names a file here and sums up what it finds in it; a person's run prints only the default report.
const resultsFile = process.env['VANTA_TEST_RESULTS'];
const story = 'test/flows/**/*.test.ts';
const timed = ['main-job', 'retry-lane'].map((name) => `test/flows/${name}.test.ts`);

// Many processes, each of which lives for seconds: Java's quick compiler alone and its plain collector leave the two cores to the
// work itself, and Node reads what an earlier process has compiled.
process.env['JAVA_TOOL_OPTIONS'] ??= '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

const stories = { globalSetup: ['test/flows/support/assembly.ts'], testTimeout: 120_000, hookTimeout: 180_000 };

/** Files that take long, the longest first. */
const longest = ['templates/isolation', 'world/enumerate', 'world/sim', 'flows/flip-nets'];

/**
 * Begun last, a long file would run alone while the other core rests. A fresh clone knows no durations of earlier runs, and by its size
 * a file that mostly waits would come last.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const names = longest.map((name) => `/test/${name}.test.ts`);
    const first = names.flatMap((name) => files.filter(({ moduleId }) => moduleId.endsWith(name)));
    const others = await super.sort(files.filter((file) => !first.includes(file)));
    return [...first, ...others];
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
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
        // Stories run on local platforms, shared ones or their own, after the quick ones have passed.
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
