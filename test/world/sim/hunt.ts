/**
 * How long each planted bug stays unseen: `npm run sim:bugs [-- --only name,name] [--seeds 2000]`. Exits 1 when one is stale,
 * or is not found within so many seeds.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bugs, type PlantedBug } from './bugs.ts';
import { bugged } from './plant.ts';
import type { Summary } from './seeds.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, seeds: { type: 'string', default: '2000' }, workers: { type: 'string', default: '2' } },
});
const only = values.only?.split(',');
const hunted = bugs.filter((bug) => only === undefined || only.includes(bug.name));
for (const bug of hunted) bugged(bug);

interface Caught {
  readonly bug: PlantedBug;
  /** Seeds that were played until it was seen; undefined when it was not. */
  readonly seeds: number | undefined;
  readonly what: string;
}

const run = fileURLToPath(new URL('run.ts', import.meta.url));

function simulate(...args: string[]): Promise<Summary> {
  const all = [run, '--json', '--once', '--stop', '--workers', '1', ...args];
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) =>
      code === 0 ? done(JSON.parse(text) as Summary) : failed(new Error(`the simulation ended with ${code}: ${args.join(' ')}`)),
    );
  });
}

/** Plays seed after seed until one shows the bug: a seed that is wrong without it, too, shows nothing. */
async function hunt(bug: PlantedBug): Promise<Caught> {
  const most = Number(values.seeds);
  let from = 1;
  while (from <= most) {
    const { violations } = await simulate('--from', String(from), '--seeds', String(most - from + 1), '--bug', bug.name);
    const first = violations[0];
    if (first === undefined) break;
    const without = await simulate('--from', String(first.seed), '--seeds', '1');
    if (without.violations.length === 0) return { bug, seeds: first.seed, what: first.what };
    from = first.seed + 1;
  }
  return { bug, seeds: undefined, what: 'not seen' };
}

const caught: Caught[] = [];
const queue = [...hunted];
async function hunter(): Promise<void> {
  for (let bug = queue.shift(); bug !== undefined; bug = queue.shift()) {
    const found = await hunt(bug);
    caught.push(found);
    console.info(`${String(found.seeds ?? '-').padStart(5)}  ${bug.name}: ${found.what.split('\n')[0]?.slice(0, 140)}`);
  }
}
await Promise.all(Array.from({ length: Number(values.workers) }, hunter));

const counts = caught.flatMap((c) => c.seeds ?? []).sort((a, b) => a - b);
const missed = caught.filter((c) => c.seeds === undefined).map((c) => c.bug.name);
console.info(
  `${counts.length} of ${hunted.length} bugs are seen, median ${counts[Math.floor(counts.length / 2)]} seeds, most ${counts.at(-1)}`,
);
if (missed.length > 0) {
  console.info(`not seen within ${values.seeds} seeds: ${missed.join(', ')}`);
  process.exitCode = 1;
}
