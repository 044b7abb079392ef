/** `npm run bench`: all of it. `-- --followers N` for one size, `--json` for machines, `--no-peers` without the peers. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { measureColdStarts } from './cold.ts';
import { timeFolds } from './decimals.ts';
import { functionEnvironment } from './environment.ts';
import { microsOfKey } from './keys.ts';
import type { Measured, OneSize, Side } from './one-size.ts';
import {
  actionTable,
  cpuTable,
  expansionMeans,
  exponentTable,
  priceLine,
  sizeTable,
  type Variant,
  variantTable,
  verdictTable,
} from './report.ts';
import { markdownTable, writeSection } from './results.ts';
import { growthVerdicts, sizeVerdicts, type Verdict } from './verdicts.ts';

const sizes = [10, 100, 1_000, 10_000, 100_000] as const;
const variantSize = 1_000;

const { values: options } = parseArgs({
  options: {
    followers: { type: 'string' },
    json: { type: 'boolean', default: false },
    'no-peers': { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});

const say = (text: string): void => void (options.json || options.only === 'peers' || process.stdout.write(`${text}\n\n`));

interface Sizes {
  readonly sizes: readonly OneSize[];
  /** One of them once more, with followers that are all alike. */
  readonly alike: OneSize | undefined;
}

/** One side's measurements of all sizes, in this process. */
async function measured(side: Side, wanted: readonly number[]): Promise<Sizes> {
  Object.assign(process.env, functionEnvironment());
  const { setUp } = await import('./set-up.ts');
  const { measure, endFaults } = await setUp();
  await measure(500, side);
  const sizes: OneSize[] = [];
  for (const followers of wanted) {
    const size = await measure(followers, side);
    sizes.push(size);
    if (wanted.length > 1) say(sizeTable(size.rows));
  }
  const alike = side === 'platform' && wanted.includes(variantSize) ? await measure(variantSize, side, 'equal') : undefined;
  const faults = endFaults();
  if (faults.length > 0) throw new Error(`deliveries were wrong: ${faults.slice(0, 5).join('; ')}`);
  return { sizes, alike };
}

/** The peers' rows, from a process of their own. */
function peersRows(): Measured[] {
  const args = [...process.execArgv, import.meta.filename, ...process.argv.slice(2), '--only', 'peers'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`the peers' process ended with ${status}`);
  // What this same file prints for `--only peers`.
  return JSON.parse(stdout) as Measured[];
}

async function mirroring(wanted: readonly number[]): Promise<{ rows: Measured[]; verdicts: Verdict[] }> {
  const { sizes, alike } = await measured('platform', wanted);
  const variants: Variant[] = [];
  for (const { first, rows: of } of sizes) {
    const [{ followers, deliveries: children }] = of as [Measured];
    if (followers === variantSize) variants.push({ name: "a vault's first order", followers, children, reading: first });
  }
  for (const { followers, deliveries: children, reading } of alike?.rows ?? [])
    variants.push({ name: 'all scales equal', followers, children, reading });
  const peers = options['no-peers'] ? [] : peersRows();
  const platform = sizes.flatMap((size) => size.rows);
  const rows = wanted.flatMap((n) => [...platform, ...peers].filter(({ followers }) => followers === n));
  const held = wanted.flatMap((n) => sizeVerdicts(rows.filter(({ followers }) => followers === n)));
  const verdicts = [...held, ...(wanted.length > 1 ? growthVerdicts(rows) : [])];
  if (wanted.length > 1) writeMirroring(rows, variants, verdicts);
  return { rows, verdicts };
}

function writeMirroring(rows: readonly Measured[], variants: readonly Variant[], verdicts: readonly Verdict[]): void {
  const most = Math.max(...rows.map(({ followers }) => followers));
  const largest = rows.filter(({ followers }) => followers === most);
  const platform = largest.filter(({ who }) => who === 'platform');
  const keyMicros = microsOfKey();
  const once = [...new Set(rows.filter((m) => m.runs === 1).map((m) => m.followers))];
  const text = [
    verdictTable(verdicts),
    sizeTable(rows),
    `CPU is that of the run that took least of twelve (of 24 up to 10,000 followers), of the peers' three${once.length === 0 ? '' : `; these ran once at ${once.map((n) => n.toLocaleString('en')).join(', ')}`}.`,
    exponentTable(rows),
    `### CPU of the platform at ${most.toLocaleString('en')}`,
    expansionMeans,
    ...platform.map((m) => cpuTable(m, keyMicros)),
    `### Calls of one order at ${most.toLocaleString('en')}`,
    actionTable(largest),
    '### Other orders',
    variantTable(variants),
    priceLine(),
  ].join('\n\n');
  say(text);
  writeSection('Mirroring', text);
}

async function coldStarts(): Promise<void> {
  const found = await measureColdStarts();
  const rows = found.map(({ name, bytes, initMs }) => [name, `${Math.round(bytes / 1024)} KB`, initMs.toFixed(0)]);
  const text = markdownTable(['function', 'bundle', 'init ms (median of 25)'], rows);
  say(text);
  writeSection('Cold start', text);
}

function folds(): void {
  const times = timeFolds();
  const ours = times[0]?.micros ?? Number.NaN;
  const rows = times.map(({ name, micros }) => [name, micros.toFixed(2), `${(micros / ours).toFixed(1)} x`]);
  const text = markdownTable(['library', 'µs per order and follower', 'of ours'], rows);
  say(text);
  writeSection('Decimal fold', text);
}

const wanted = options.followers === undefined ? sizes : [Number(options.followers)];
if (wanted.some((n) => !Number.isInteger(n) || n < 1)) throw new Error('--followers takes a whole number from 1 on');
const isAll = options.followers === undefined && options.only === undefined;
if (isAll || options.only === 'fold') folds();
if (isAll || options.only === 'cold') await coldStarts();
if (options.only === 'peers') {
  const { sizes } = await measured('peers', wanted);
  process.stdout.write(JSON.stringify(sizes.flatMap(({ rows }) => rows)));
}
if (options.only === undefined || options.only === 'mirroring') {
  const { rows, verdicts } = await mirroring(wanted);
  if (options.json) process.stdout.write(`${JSON.stringify({ rows, verdicts })}\n`);
  if (wanted.length === 1) say(`${sizeTable(rows)}\n\n${verdictTable(verdicts)}`);
  const over = verdicts.filter(({ ok }) => !ok);
  for (const { what, value, limit } of over)
    process.stderr.write(`over budget: ${what} is ${value.toFixed(3)}, limit ${limit}\n`);
  process.exitCode = over.length > 0 ? 1 : 0;
}
