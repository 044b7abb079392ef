import { inflateRawSync } from 'node:zlib';
import type { Outcome } from '../../domain/mirroring/claim.ts';
import type { ClaimRow, Fate, LedgerRow, RecordedInputs, StoredLevels } from '../../domain/mirroring/plan.ts';
import type { Phase, Restriction } from '../../domain/mirroring/sizing.ts';
import type { ChildState } from '../../domain/mirroring/states.ts';
import { type Column, type Columns, readColumns, type Scalar, writeColumns } from './packed-columns.ts';
import { overlaysOf, overlaysText } from './packed-overlays.ts';

/**
 * A shard's rows packed into one binary attribute, by columns: what all followers have alike is written once, and numbers stand beside
 * their like. 100 followers take about 2 KB, so that claim, ledger and result cost about 0.13 write units per child
 * (docs/decisions/0003). The first byte marks layout 3. Layout 2 is read too: the same columns as JSON behind their version, deflated. No
 * deflated bytes begin like the mark: it would be a block of the type that is reserved (RFC 1951, 3.2.3).
 */
const layout3 = 0x1f;
const layout2 = 2;

function columnOf(rows: readonly (readonly Scalar[])[], c: number): Column {
  const first = rows[0]?.[c] as Scalar;
  let isAlike = true;
  let isCounting = true;
  for (let n = 0; n < rows.length && (isAlike || isCounting); n += 1) {
    const value = rows[n]?.[c];
    isAlike &&= value === first;
    isCounting &&= value === n;
  }
  if (isAlike) return first;
  if (isCounting) return null;
  const column: Scalar[] = [];
  for (const row of rows) column.push(row[c] as Scalar);
  return column;
}

/** The values of all rows, one row after the other, and without rows no columns. */
function pack(rows: readonly (readonly Scalar[])[]): Uint8Array {
  const columns: Column[] = [];
  const width = rows[0]?.length ?? 0;
  for (let c = 0; c < width; c += 1) columns.push(columnOf(rows, c));
  return writeColumns({ count: rows.length, columns }, layout3);
}

function unpack(bytes: Uint8Array): Columns {
  if (bytes[0] === layout3) return readColumns(bytes);
  const [version, count, ...columns] = JSON.parse(inflateRawSync(bytes).toString('utf8')) as [number, number, ...Column[]];
  if (version !== layout2) throw new Error(`packed rows of version ${version} are not understood`);
  return { count, columns };
}

function valueAt(column: Column | undefined, n: number): Scalar | undefined {
  if (column === null) return n;
  return typeof column === 'object' ? column[n] : column;
}

/** Reads levels from the five columns that begin at `from`. */
function levelsIn(columns: readonly Column[], from: number): (n: number) => StoredLevels {
  const [baseline, target, base_want, want, told] = columns.slice(from, from + 5);
  const text = (column: Column | undefined, n: number) => valueAt(column, n) as string;
  return (n) => ({
    baseline: text(baseline, n),
    target: text(target, n),
    base_want: text(base_want, n),
    want: text(want, n),
    told: text(told, n),
  });
}

/** A follower's basis; one that is sized by NAV with the snapshots it is sized by, so that nobody else has columns for them. */
const basisText = ({ basis, nav }: RecordedInputs): string =>
  nav === undefined ? basis : [basis, nav.follower, nav.follower_ts, nav.manager, nav.manager_ts].join(' ');

function basisOf(text: string): Pick<RecordedInputs, 'basis' | 'nav'> {
  const [basis, follower, follower_ts, manager, manager_ts] = text.split(' ');
  const known = basis as RecordedInputs['basis'];
  if (follower === undefined || follower_ts === undefined || manager === undefined || manager_ts === undefined)
    return { basis: known };
  return { basis: known, nav: { follower, follower_ts, manager, manager_ts } };
}

function inputsIn(columns: readonly Column[], from: number): (n: number) => RecordedInputs {
  const all = columns.slice(from, from + 9);
  const ofOverlays = columns.slice(from + 9, from + 12);
  return (n) => {
    const [mode, scale, basis, cap, allowShort, symbolAllowed, only, certain, was] = all.map((column) => valueAt(column, n));
    return {
      mode: mode as RecordedInputs['mode'],
      scale: scale as string,
      ...basisOf(basis as string),
      ...(cap === '' ? {} : { cap: cap as string }),
      allow_short: allowShort === 1,
      symbol_allowed: symbolAllowed === 1,
      ...(only === '' ? {} : { only: { code: only as Restriction['code'], certain: certain as string } }),
      ...(was === '' ? {} : { was: was as NonNullable<RecordedInputs['was']> }),
      ...overlaysAt(ofOverlays, n),
    };
  };
}

function overlaysAt(columns: readonly Column[], n: number): Pick<RecordedInputs, 'overlays' | 'flips' | 'stands'> {
  if (columns.length === 0) return none;
  const [overlays, flips, stands] = columns.map((column) => valueAt(column, n) as string);
  return {
    ...(overlays ? { overlays: overlaysOf(overlays) } : {}),
    ...(flips ? { flips } : {}),
    ...(stands ? { stands } : {}),
  };
}
const none = {};

/** True where overlays left something: they have columns of their own, and none at all where nobody has any. */
const isShaped = ({ overlays, flips, stands }: RecordedInputs): boolean =>
  overlays !== undefined || flips !== undefined || stands !== undefined;

function claimValues({ place, ver, joined, phase, qty, fate, code, before: b, after: a, inputs: i }: ClaimRow): Scalar[] {
  return [
    place,
    ver,
    joined,
    phase,
    qty,
    fate,
    code ?? '',
    b.baseline,
    b.target,
    b.base_want,
    b.want,
    b.told,
    a.baseline,
    a.target,
    a.base_want,
    a.want,
    a.told,
    i.mode,
    i.scale,
    basisText(i),
    i.cap ?? '',
    Number(i.allow_short),
    Number(i.symbol_allowed),
    i.only?.code ?? '',
    i.only?.certain ?? '',
    i.was ?? '',
  ];
}

export function packClaim(rows: readonly ClaimRow[]): Uint8Array {
  if (!rows.some(({ inputs }) => isShaped(inputs))) return pack(rows.map(claimValues));
  return pack(
    rows.map((row) => [...claimValues(row), overlaysText(row.inputs.overlays), row.inputs.flips ?? '', row.inputs.stands ?? '']),
  );
}

export function unpackClaim(bytes: Uint8Array): ClaimRow[] {
  const { count, columns } = unpack(bytes);
  const [place, ver, joined, phase, qty, fate, code] = columns;
  const [before, after, inputs] = [levelsIn(columns, 7), levelsIn(columns, 12), inputsIn(columns, 17)];
  return Array.from({ length: count }, (_, n) => {
    const skips = valueAt(code, n) as string;
    return {
      place: valueAt(place, n) as number,
      ver: valueAt(ver, n) as number,
      joined: valueAt(joined, n) as number,
      inputs: inputs(n),
      before: before(n),
      after: after(n),
      phase: valueAt(phase, n) as Phase,
      qty: valueAt(qty, n) as string,
      fate: valueAt(fate, n) as Fate,
      ...(skips === '' ? {} : { code: skips }),
    };
  });
}

const ledgerValues = ({ place, joined, baseline, target, base_want, want, told }: LedgerRow): Scalar[] => [
  place,
  joined,
  baseline,
  target,
  base_want,
  want,
  told,
];

export function packLedger(rows: Iterable<LedgerRow>): Uint8Array {
  const all = [...rows];
  if (!all.some((row) => row.flips !== undefined)) return pack(all.map(ledgerValues));
  return pack(all.map((row) => [...ledgerValues(row), row.flips ?? '']));
}

export function unpackLedger(bytes: Uint8Array): Map<number, LedgerRow> {
  const { count, columns } = unpack(bytes);
  const [places, joined, baseline, target, base_want, want, told, flips] = columns;
  const text = (column: Column | undefined, n: number) => valueAt(column, n) as string;
  const rows = new Map<number, LedgerRow>();
  for (let n = 0; n < count; n += 1) {
    const place = valueAt(places, n) as number;
    const named = flips === undefined ? '' : text(flips, n);
    rows.set(place, {
      baseline: text(baseline, n),
      target: text(target, n),
      base_want: text(base_want, n),
      want: text(want, n),
      told: text(told, n),
      place,
      joined: valueAt(joined, n) as number,
      ...(named === '' ? {} : { flips: named }),
    });
  }
  return rows;
}

const outcomeValues = ({ place, state, code, attempts, error, unknown, lane }: Outcome): Scalar[] => [
  place,
  state,
  code ?? '',
  attempts,
  error ?? '',
  (unknown ? 1 : 0) + (lane ? 2 : 0),
];

export const packOutcomes = (outcomes: readonly Outcome[]): Uint8Array => pack(outcomes.map(outcomeValues));

export function unpackOutcomes(bytes: Uint8Array): Outcome[] {
  const { count, columns } = unpack(bytes);
  return Array.from({ length: count }, (_, n) => {
    const [place, state, code, attempts, error, flags] = columns.map((column) => valueAt(column, n));
    return {
      place: place as number,
      state: state as ChildState,
      attempts: attempts as number,
      ...(code === '' ? {} : { code: code as string }),
      ...(error === '' ? {} : { error: error as string }),
      ...(Number(flags) & 1 ? { unknown: true as const } : {}),
      ...(Number(flags) & 2 ? { lane: true as const } : {}),
    };
  });
}
