/**
 * The simulation from the command line:
 *
 *     npm run sim -- --seeds 1000 [--from 1] [--workers 2] [--bug name] [--once] [--stop] [--reconciles]
 *     SEED=17 npm run sim            one seed with its full log
 *
 * Each seed is played twice (`--once`: not), and both logs must be equal. `--stop` ends at the first violation; with `--reconciles`
 * reconciliation runs beside everything else.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bugNamed, plant } from './plant.ts';
import type { Summary } from './seeds.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    bug: { type: 'string' },
    once: { type: 'boolean', default: false },
    stop: { type: 'boolean', default: false },
    reconciles: { type: 'boolean', default: false },
    /** For a worker: its result as JSON, and nothing else. */
    json: { type: 'boolean', default: false },
  },
});
const from = Number(values.from);
const seeds = Number(values.seeds);
const { reconciles } = values;
const workers = Math.min(Number(values.workers), seeds);
if (values.bug !== undefined) plant(bugNamed(values.bug));
// Only now, so that the bug is in what they import.
const { count, merge, nothingYet, proveSeed, runSeed } = await import('./seeds.ts');

async function here(): Promise<Summary> {
  const summary = nothingYet();
  for (let seed = from; seed < from + seeds; seed += 1) {
    const run = await (values.once ? runSeed : proveSeed)({ seed, reconciles });
    count(summary, run);
    if (values.stop && run.violations.length > 0) break;
  }
  return summary;
}

/** A part of the seeds in a process of its own. */
function there(part: number): Promise<Summary> {
  const size = Math.ceil(seeds / workers);
  const first = from + part * size;
  const args = ['--json', '--workers', '1', '--from', String(first), '--seeds', String(Math.min(size, from + seeds - first))];
  const more = [
    ...(values.bug === undefined ? [] : ['--bug', values.bug]),
    ...(values.once ? ['--once'] : []),
    ...(values.stop ? ['--stop'] : []),
    ...(reconciles ? ['--reconciles'] : []),
  ];
  const worker = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  worker.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((done, failed) => {
    worker.on('error', failed);
    worker.on('close', (code) =>
      code === 0 ? done(JSON.parse(text) as Summary) : failed(new Error(`a worker ended with ${code}`)),
    );
  });
}

const listed = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');

function print(summary: Summary, ms: number): void {
  const runs = summary.seeds * (values.once ? 1 : 2);
  const seconds = (ms / 1000).toFixed(1);
  console.info(
    `${summary.seeds} seeds from ${from}, ${runs} runs, ${summary.steps} steps, ${seconds} s, ${(ms / runs).toFixed(1)} ms a run`,
  );
  console.info(`faults: ${listed(summary.struck)}`);
  console.info(`stories: ${listed(summary.features)}`);
  for (const { seed, what } of summary.violations.slice(0, 40)) console.info(`seed ${seed}: ${what}`);
  const bad = new Set(summary.violations.map((v) => v.seed)).size;
  console.info(bad === 0 ? 'no violations' : `violations in ${bad} seeds; replay one with SEED=n npm run sim`);
}

async function main(): Promise<void> {
  const one = process.env['SEED'];
  if (one !== undefined && !values.json) {
    const run = await runSeed({ seed: Number(one), reconciles, log: (line) => console.info(line) });
    console.info(JSON.stringify(run.play.world.story, (_, v) => (v instanceof Set ? [...v] : v), 1));
    console.info(run.violations.length === 0 ? 'no violations' : run.violations.join('\n'));
    process.exitCode = run.violations.length === 0 ? 0 : 1;
    return;
  }
  const started = performance.now();
  const summary =
    workers > 1 ? merge(await Promise.all(Array.from({ length: workers }, (_, part) => there(part)))) : await here();
  if (values.json) process.stdout.write(JSON.stringify(summary));
  else print(summary, performance.now() - started);
  if (!values.json && summary.violations.length > 0) process.exitCode = 1;
}

await main();
