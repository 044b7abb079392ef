import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Outcome } from '../../domain/mirroring/claim.ts';
import type { ClaimRow, Fate, LedgerRow, RecordedInputs, StoredLevels } from '../../domain/mirroring/plan.ts';
import type { Phase, Restriction } from '../../domain/mirroring/sizing.ts';
import type { ChildState } from '../../domain/mirroring/states.ts';
import { overlaysOf, overlaysText } from './packed-overlays.ts';
import { type Column, type Columns, readColumns, type Scalar, writeColumns } from './packed-text.ts';

/**
 * A shard's rows packed into one binary attribute: JSON by columns, deflated (RFC 1951). Columns compress better than rows: what
 * all followers have alike is written once, and numbers stand beside their like. 100 followers take about 2 KB, so that
 * claim, ledger and result cost about 0.13 write units per child (docs/decisions/0003). The first element is the version
 * of the layout; version 1 (by rows) was never deployed, and is refused rather than guessed at.
 */
const version = 2;
/**
 * Level 1 takes about a fifth of the time of zlib's own choice, for a sixth more bytes: no write unit more (bench/RESULTS.md). A window of
 * 8 KB reaches back over more than half of a claim, and takes a fifth of the memory to set up and to walk through. The chunk is what a
 * claim fits into, and comes from Node's pool.
 */
const deflating = { level: 1, windowBits: 13, memLevel: 6, chunkSize: 4000 } as const;
function columnOf(values: readonly Scalar[]): Column {
  const [first] = values;
  if (first === undefined) return values;
  if (values.length === 1 || values[1] === first) return values.every((value) => value === first) ? first : values;
  return first === 0 && values.every((value, n) => value === n) ? null : values;
}

/** Without rows there are no columns. */
function pack(count: number, columns: readonly (readonly Scalar[])[]): Uint8Array {
  const written = count === 0 ? [] : columns.map(columnOf);
  return deflateRawSync(writeColumns({ version, count, columns: written }), deflating);
}

function unpack(bytes: Uint8Array): Columns {
  const found = readColumns(inflateRawSync(bytes).toString('utf8'));
  if (found.version !== version) throw new Error(`packed rows of version ${found.version} are not understood`);
  return found;
}

function valueAt(column: Column | undefined, n: number): Scalar | undefined {
  if (column === null) return n;
  return typeof column === 'object' ? column[n] : column;
}

const levelColumns = (all: readonly StoredLevels[]): Scalar[][] => [
  all.map((l) => l.baseline),
  all.map((l) => l.target),
  all.map((l) => l.base_want),
  all.map((l) => l.want),
  all.map((l) => l.told),
];
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

const inputColumns = (all: readonly RecordedInputs[]): Scalar[][] => [
  all.map((i) => i.mode),
  all.map((i) => i.scale),
  all.map(basisText),
  all.map((i) => i.cap ?? ''),
  all.map((i) => Number(i.allow_short)),
  all.map((i) => Number(i.symbol_allowed)),
  all.map((i) => i.only?.code ?? ''),
  all.map((i) => i.only?.certain ?? ''),
  all.map((i) => i.was ?? ''),
];
/** What only overlays bring: a column each, and none at all where nobody has any. */
const overlayColumns = (all: readonly RecordedInputs[]): Scalar[][] =>
  all.every((i) => i.overlays === undefined && i.flips === undefined && i.stands === undefined)
    ? []
    : [all.map((i) => overlaysText(i.overlays)), all.map((i) => i.flips ?? ''), all.map((i) => i.stands ?? '')];
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

export const packClaim = (rows: readonly ClaimRow[]): Uint8Array =>
  pack(rows.length, [
    rows.map((r) => r.place),
    rows.map((r) => r.ver),
    rows.map((r) => r.joined),
    rows.map((r) => r.phase),
    rows.map((r) => r.qty),
    rows.map((r) => r.fate),
    rows.map((r) => r.code ?? ''),
    ...levelColumns(rows.map((r) => r.before)),
    ...levelColumns(rows.map((r) => r.after)),
    ...inputColumns(rows.map((r) => r.inputs)),
    ...overlayColumns(rows.map((r) => r.inputs)),
  ]);

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

export function packLedger(rows: Iterable<LedgerRow>): Uint8Array {
  const all = [...rows];
  const flips = all.some((r) => r.flips !== undefined) ? [all.map((r) => r.flips ?? '')] : [];
  return pack(all.length, [all.map((r) => r.place), all.map((r) => r.joined), ...levelColumns(all), ...flips]);
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

export const packOutcomes = (outcomes: readonly Outcome[]): Uint8Array =>
  pack(outcomes.length, [
    outcomes.map((o) => o.place),
    outcomes.map((o) => o.state),
    outcomes.map((o) => o.code ?? ''),
    outcomes.map((o) => o.attempts),
    outcomes.map((o) => o.error ?? ''),
    outcomes.map((o) => (o.unknown ? 1 : 0) + (o.lane ? 2 : 0)),
  ]);

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
