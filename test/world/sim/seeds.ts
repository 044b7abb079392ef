/** Runs of single seeds, and what they add up to. */
import { createHash } from 'node:crypto';
import { violationsOf } from './invariants.ts';
import { fingerprint, Play } from './play.ts';
import { shapedIn } from './shaped.ts';
import { snapshotOf } from './snapshot.ts';
import type { WorldOptions } from './world.ts';

/** One run of a seed. */
export interface SeedRun {
  readonly seed: number;
  readonly steps: number;
  /** Over the whole log, the requests and the table as it was left. */
  readonly digest: string;
  readonly violations: readonly string[];
  readonly struck: ReadonlyMap<string, number>;
  readonly features: ReadonlySet<string>;
}

/** Plays a seed once. Nothing is thrown: what goes wrong in the simulation itself is a violation too. */
export async function runSeed(options: WorldOptions): Promise<SeedRun & { readonly play: Play }> {
  const hash = createHash('sha256');
  const play = new Play({
    ...options,
    log: (line) => {
      hash.update(line);
      options.log?.(line);
    },
  });
  const violations: string[] = [];
  const features = new Set<string>();
  try {
    await play.run();
    const snapshot = await snapshotOf(play);
    for (const name of shapedIn(snapshot)) features.add(name);
    violations.push(...violationsOf(snapshot));
  } catch (error) {
    violations.push(`the run broke off: ${(error as Error).stack}`);
  }
  const { world, reporters } = play;
  hash.update(fingerprint(world));
  hash.update(JSON.stringify(world.endpoints.arrivals));
  return {
    play,
    seed: options.seed,
    steps: world.scheduler.steps,
    digest: hash.digest('hex'),
    violations: [...world.watcher.violations, ...violations],
    struck: world.faults.struck,
    features: new Set([...world.story.features, ...reporters.told.keys(), ...fixups(play), ...features]),
  };
}

/** Whether anybody was brought back to what was wanted of him. */
const fixups = ({ world }: Play): string[] =>
  [...world.storage.memory.items()].some((item) => (item['entry'] as { kind?: string } | undefined)?.kind === 'fixup')
    ? ['fixup']
    : [];

/** Plays a seed twice: both runs must be the same to the last line. */
export async function proveSeed(options: WorldOptions): Promise<SeedRun> {
  const { play: _play, ...once } = await runSeed(options);
  const again = await runSeed({ ...options, log: () => undefined });
  if (again.digest === once.digest) return once;
  return { ...once, violations: [...once.violations, 'played twice, it is not the same'] };
}

/** What many seeds came to; plain data, so that processes can add theirs up. */
export interface Summary {
  seeds: number;
  steps: number;
  struck: Record<string, number>;
  features: Record<string, number>;
  violations: { seed: number; what: string }[];
}

export const nothingYet = (): Summary => ({ seeds: 0, steps: 0, struck: {}, features: {}, violations: [] });

const raise = (counts: Record<string, number>, name: string, by: number): void => {
  counts[name] = (counts[name] ?? 0) + by;
};

export function count(summary: Summary, run: SeedRun): void {
  summary.seeds += 1;
  summary.steps += run.steps;
  for (const [name, n] of run.struck) raise(summary.struck, name, n);
  for (const name of run.features) raise(summary.features, name, 1);
  summary.violations.push(...run.violations.slice(0, 3).map((what) => ({ seed: run.seed, what })));
}

export function merge(all: readonly Summary[]): Summary {
  const sum = nothingYet();
  for (const one of all) {
    sum.seeds += one.seeds;
    sum.steps += one.steps;
    for (const [name, n] of Object.entries(one.struck)) raise(sum.struck, name, n);
    for (const [name, n] of Object.entries(one.features)) raise(sum.features, name, n);
    sum.violations.push(...one.violations);
  }
  sum.violations.sort((a, b) => a.seed - b.seed);
  return sum;
}
