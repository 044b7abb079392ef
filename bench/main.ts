/** `npm run bench`: all of it. `-- --followers N` for one size, `--json` for machines, `--no-peers` without the peers. */
import { parseArgs } from 'node:util';
import { measureColdStarts } from './cold.ts';
import { timeFolds } from './decimals.ts';
import { functionEnvironment } from './environment.ts';
import { microsOfKey } from './keys.ts';
import type { Measured } from './one-size.ts';
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

const say = (text: string): void => void (options.json || process.stdout.write(`${text}\n\n`));

async function mirroring(wanted: readonly number[]): Promise<{ rows: Measured[]; verdicts: Verdict[] }> {
  Object.assign(process.env, functionEnvironment());
  const { setUp } = await import('./set-up.ts');
  const { measure, endFaults } = await setUp();
  await measure(500, true);
  const rows: Measured[] = [];
  const variants: Variant[] = [];
  for (const followers of wanted) {
    const size = await measure(followers, !options['no-peers']);
    rows.push(...size.rows);
    const children = size.rows[0]?.deliveries ?? followers;
    if (followers === variantSize) variants.push({ name: "a vault's first order", followers, children, reading: size.first });
    say(sizeTable(size.rows));
  }
  if (wanted.includes(variantSize)) variants.push(...(await equalScales(measure)));
  const faults = endFaults();
  if (faults.length > 0) throw new Error(`deliveries were wrong: ${faults.slice(0, 5).join('; ')}`);
  const held = wanted.flatMap((n) => sizeVerdicts(rows.filter(({ followers }) => followers === n)));
  const verdicts = [...held, ...(wanted.length > 1 ? growthVerdicts(rows) : [])];
  if (wanted.length > 1) writeMirroring(rows, variants, verdicts);
  return { rows, verdicts };
}

type Measure = (n: number, peers: boolean, scales?: 'equal') => Promise<{ rows: readonly Measured[] }>;

async function equalScales(measure: Measure): Promise<Variant[]> {
  const { rows } = await measure(variantSize, false, 'equal');
  return rows.map((m) => ({ name: 'all scales equal', followers: m.followers, children: m.deliveries, reading: m.reading }));
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
    `CPU is that of the run that took least of three${once.length === 0 ? '' : `; the peers ran once at ${once.map((n) => n.toLocaleString('en')).join(', ')}`}.`,
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
if (options.only === undefined || options.only === 'mirroring') {
  const { rows, verdicts } = await mirroring(wanted);
  if (options.json) process.stdout.write(`${JSON.stringify({ rows, verdicts })}\n`);
  if (wanted.length === 1) say(verdictTable(verdicts));
  const over = verdicts.filter(({ ok }) => !ok);
  for (const { what, value, limit } of over)
    process.stderr.write(`over budget: ${what} is ${value.toFixed(3)}, limit ${limit}\n`);
  process.exitCode = over.length > 0 ? 1 : 0;
}
