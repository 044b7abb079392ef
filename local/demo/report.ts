import { type Exact, show } from './decimal.ts';
import type { Evidence } from './evidence.ts';
import type { FlipStep } from './flip.ts';
import { type FollowerVerdict, percentile, sum, type Verdict } from './verdict.ts';

type Row = readonly string[];

/** The summary as text. */
export function report(evidence: Evidence, verdict: Verdict, flip: readonly FlipStep[] = []): string {
  return [
    '',
    'VANTA demo: what the followers’ endpoints received',
    '',
    table(facts(evidence, verdict)),
    '',
    table(modes(verdict)),
    '',
    table(positions(evidence, verdict)),
    '',
    ...(flip.length === 0 ? [] : [table(flips(flip)), '']),
    conclusion(verdict),
    '',
  ].join('\n');
}

function facts({ sent, children, inboxes }: Evidence, { accepted, refused, deliveries, latenciesMs }: Verdict): Row[] {
  const ms = (share: number) => `${percentile(latenciesMs, share) ?? '-'} ms`;
  const failed = sum(inboxes, (inbox) => inbox.failed);
  const states = Object.entries(children).sort(([, a], [, b]) => b - a);
  return [
    ['what', 'number', ''],
    ['orders sent by VANTA OS', count(sent.length), `${count(accepted)} accepted, ${count(refused.length)} refused`],
    ['deliveries received', count(deliveries.all), `${count(deliveries.unique)} unique of ${count(deliveries.due)} due`],
    ['duplicates', count(deliveries.duplicates), 'same X-Vanta-Delivery again'],
    ['bad signatures', count(deliveries.badSignatures), 'checked with node:crypto and standardwebhooks'],
    ['out of order', count(deliveries.outOfOrder), 'a seq below the follower’s last'],
    ['answered with 500', count(failed), 'by the one endpoint that fails; its later children wait behind it'],
    [
      'children, by the platform',
      count(sum(states, ([, n]) => n)),
      states.map(([state, n]) => `${count(n)} ${state}`).join(', '),
    ],
    ['accepted to arrival, p50', ms(0.5), `p95 ${ms(0.95)}, p99 ${ms(0.99)}, longest ${ms(1)}`],
  ];
}

function modes({ followers }: Verdict): Row[] {
  const names = [...new Set(followers.map((f) => f.kind))];
  const row = (mode: string) => {
    const group = followers.filter((f) => f.kind === mode);
    const of = (pick: (f: FollowerVerdict) => number) => count(sum(group, pick));
    const drifting = count(group.filter((f) => f.drifts).length);
    return [
      mode,
      count(group.length),
      ...holdings(group),
      of((f) => f.missing),
      of((f) => f.unexpected),
      of((f) => f.wrong),
      drifting,
    ];
  };
  const head = ['mode', 'followers', 'shares held', 'shares due', 'missing', 'unexpected', 'wrong', 'drift'];
  return [head, ...names.map(row)];
}

const holdings = (group: readonly FollowerVerdict[]): [string, string] => [
  show(total(group.flatMap((f) => [...f.held.values()]))),
  show(total(group.flatMap((f) => [...f.due.values()]))),
];

function positions({ sent }: Evidence, { followers }: Verdict): Row[] {
  const symbols = [...new Set(sent.map((order) => order.symbol))].sort();
  const groups = ['proportional', 'capped', 'shadow'].map((kind) => followers.filter((f) => f.kind === kind));
  const row = (symbol: string) => {
    const own = sum(
      sent.filter((order) => order.symbol === symbol),
      ({ side, qty }) => (side === 'buy' ? Number(qty) : -Number(qty)),
    );
    const held = groups.map((group) => show(total(group.map((f) => f.held.get(symbol) ?? 0n))));
    return [symbol, count(own), ...held, show(total(followers.map((f) => f.due.get(symbol) ?? 0n)))];
  };
  return [['position at the end', 'manager', 'proportional', 'capped', 'shadow', 'all, as due'], ...symbols.map(row)];
}

const flips = (steps: readonly FlipStep[]): Row[] => [
  ['flip mode, shares held', 'flipped', 'its twin'],
  ...steps.map(({ when, flipped, twin }) => [when, flipped, twin]),
];

function conclusion({ problems }: Verdict): string {
  if (problems.length === 0)
    return 'No drift: every follower was told exactly what the sizing contract says, in order, with good signatures.';
  return ['NOT AS IT SHOULD BE:', ...problems.map((problem) => `  - ${problem}`)].join('\n');
}

const total = (values: readonly Exact[]): Exact => values.reduce((a, b) => a + b, 0n);
const count = (n: number): string => n.toLocaleString('en-US');

/** Columns as wide as their widest cell, numbers to the right, a line below the head. */
export function table(rows: readonly Row[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const numeric = widths.map((_, column) => rows.slice(1).every((row) => /^[-\d]/.test(row[column] ?? '')));
  const cell = (text: string, column: number) => text[numeric[column] ? 'padStart' : 'padEnd'](widths[column] ?? 0);
  const lines = rows.map((row) => row.map(cell).join('  ').trimEnd());
  return [lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join('\n');
}
