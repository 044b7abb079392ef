import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bugs } from './sim/bugs.ts';
import { bugged } from './sim/plant.ts';
import { runSeed, type Summary } from './sim/seeds.ts';

const timeout = 240_000;
const simulation = fileURLToPath(new URL('sim/run.ts', import.meta.url));

/** The command line itself, in a process of its own: bugs are planted before anything is imported. */
function simulate(...args: string[]): Summary {
  const done = spawnSync(process.execPath, [simulation, '--json', '--workers', '1', ...args], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout) as Summary;
}

describe('the seeded simulation', { timeout }, () => {
  it('finds nothing wrong in a few hundred seeds, and each is the same when it is played again', () => {
    const { violations, seeds, features, struck } = simulate('--seeds', '250');
    expect(violations).toEqual([]);
    expect(seeds).toBe(250);
    // What it is there for happens in it.
    expect(Object.keys(features)).toEqual(
      expect.arrayContaining(['cancel', 'mode shadow', 'duplicates at once', 'late join by sync']),
    );
    expect(Object.keys(features)).toEqual(
      expect.arrayContaining([
        'order with a flip',
        'order with a persona',
        'revert ack',
        'cancel in a flip',
        'flip ended: deleted',
      ]),
    );
    expect(Object.keys(struck)).toEqual(expect.arrayContaining(['dies after', 'lost', 'freezes before', 'conflict', 'twice']));
  });

  it('follows from its seed alone', async () => {
    const log = async (seed: number) => {
      const lines: string[] = [];
      const { digest } = await runSeed({ seed, log: (line) => lines.push(line) });
      return { digest, lines };
    };
    const [one, same, other] = [await log(7), await log(7), await log(8)];
    expect(same).toEqual(one);
    expect(other.digest).not.toBe(one.digest);
  });
});

describe('planted bugs', { timeout }, () => {
  it('are all still there to be planted: npm run sim:bugs hunts them', () => {
    expect(bugs.length).toBeGreaterThanOrEqual(25);
    expect(bugs.filter((bug) => bugged(bug).includes(bug.replace)).length).toBe(bugs.length);
  });

  it.each([
    'take-over-counts-as-first',
    'lane-is-overtaken',
    'unknown-taken-for-certain',
    'moved-counts-twice',
    'catch-up-is-missing',
    'overlay-outlives-its-end',
    'revert-buys',
    'vault-flip-ends-with-one-shard',
  ])('%s is seen', (name) => {
    expect(simulate('--once', '--stop', '--seeds', '150', '--bug', name).violations).not.toEqual([]);
  });
});
