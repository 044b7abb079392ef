import type { Reading } from './meter/meter.ts';
import { assumed, prices } from './meter/prices.ts';
import type { Measured } from './one-size.ts';
import { markdownTable } from './results.ts';
import { exponentsOf, type Verdict } from './verdicts.ts';

const digits = (x: number, places: number): string => x.toFixed(places);
const count = (n: number): string => Math.round(n).toLocaleString('en');

/** Fewer children are too few samples to tell parts from each other. */
const childrenForParts = 500;

function sizeRow(m: Measured): string[] {
  const part = (us: number) => (m.deliveries < childrenForParts ? '' : digits(us, 1));
  const per = (x: number, places: number) => digits(x / m.deliveries, places);
  return [
    m.who,
    count(m.followers),
    count(m.deliveries),
    per(m.calls, 4),
    per(m.reading.writeUnits, 3),
    per(m.reading.readUnits, 3),
    part(m.cpu.expansion),
    part(m.cpu.signing),
    part(m.cpu.sdk),
    digits(m.cpu.total, 1),
    digits(m.peakBytes / 1e6, 2),
    per(m.usd * 1e6, 2),
  ];
}

/** One order, side by side: all per child that was sent. */
export const sizeTable = (rows: readonly Measured[]): string =>
  markdownTable(
    [
      'who',
      'followers',
      'children sent',
      'calls',
      'write units',
      'read units',
      'CPU µs expansion',
      'CPU µs signing',
      'CPU µs SDK',
      'CPU µs all',
      'peak MB of a run',
      'USD per million',
    ],
    rows.map(sizeRow),
  );

export function exponentTable(rows: readonly Measured[]): string {
  const names = [...new Set(rows.map(({ who }) => who))];
  const lines = names.map((who) => {
    const found = exponentsOf(rows.filter((m) => m.who === who));
    return [who, ...Object.values(found).map((x) => (x === undefined ? '' : digits(x, 3)))];
  });
  return markdownTable(['growth exponent', 'calls', 'write units', 'read units', 'CPU', 'memory'], lines);
}

/** What the 10 µs are held against, in words. */
export const expansionMeans =
  "**Expansion** is all of ours from the rows read to the bytes of the bodies: rows read, plan, claim packed, serving order, ids, bodies, the URL's " +
  'verdict, and whatever of ours is in no part of its own. Beside it stand the two HMAC-SHA-256 signatures of every child (crypto over some ' +
  "1 KB each) with the keys that were not in the cache (here none: the steady state), the SDK, and the rest. The platform's CPU is that of the " +
  'run that took least of twelve (of 24 up to 10,000 followers), in the shares of all.';

/** Where the platform's own CPU goes, per child. */
export function cpuTable({ cpu }: Measured, keyMicros: number): string {
  const parts = Object.entries(cpu.own).sort(([, a], [, b]) => b - a);
  const rows: [string, number][] = [
    ...parts.map(([name, us]): [string, number] => [name, us]),
    ['**expansion: held against the budget**', cpu.expansion],
    ['signing (two signatures, keys from the cache)', cpu.signing],
    ['expansion and signing: all of ours before the socket', cpu.expansion + cpu.signing],
    ['SDK (marshalling, signing requests, parsing)', cpu.sdk],
    ['ours and the SDK', cpu.expansion + cpu.signing + cpu.sdk],
    ['HTTP client (undici up to its dispatcher)', cpu.http],
    ['runtime (promises, timers)', cpu.runtime],
    ['all', cpu.total],
    ['deriving a key, once per follower and process: in none of the above', keyMicros],
  ];
  return markdownTable(
    ['part', 'µs per child'],
    rows.map(([name, us]) => [name, digits(us, 2)]),
  );
}

/** Calls of one order by action. */
export function actionTable(rows: readonly Measured[]): string {
  const names = [...new Set(rows.flatMap((m) => Object.keys(m.reading.calls)))].sort();
  return markdownTable(
    ['action', ...rows.map((m) => m.who)],
    names.map((name) => [name, ...rows.map((m) => count(m.reading.calls[name] ?? 0))]),
  );
}

export const verdictTable = (verdicts: readonly Verdict[]): string =>
  markdownTable(
    ['held', 'measured', 'limit', ''],
    verdicts.map(({ what, value, limit, ok }) => [what, digits(value, 3), String(limit), ok ? 'ok' : '**OVER BUDGET**']),
  );

export interface Variant {
  readonly name: string;
  readonly followers: number;
  readonly children: number;
  readonly reading: Pick<Reading, 'writeUnits' | 'readUnits'>;
}

export const variantTable = (variants: readonly Variant[]): string =>
  markdownTable(
    ['order', 'followers', 'children', 'write units per child', 'read units per child'],
    variants.map(({ name, followers, children, reading }) => [
      name,
      count(followers),
      count(children),
      digits(reading.writeUnits / children, 3),
      digits(reading.readUnits / children, 3),
    ]),
  );

export const priceLine = (): string =>
  `Prices of ${prices.region} as of ${prices.asOf} (bench/meter/prices.ts). A function's time is its CPU and, assumed alike for all, ` +
  `${assumed.awsCallMs} ms for each round of AWS calls and ${assumed.endpointMs} ms for each round of endpoints.`;
