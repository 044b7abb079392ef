import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Outcome } from '../../domain/mirroring/claim.ts';
import type { ClaimRow, Fate, LedgerRow, RecordedInputs, StoredLevels } from '../../domain/mirroring/plan.ts';
import type { Phase, Restriction } from '../../domain/mirroring/sizing.ts';
import type { ChildState } from '../../domain/mirroring/states.ts';

/**
 * A shard's rows packed into one binary attribute: JSON by columns, deflated (RFC 1951). Columns compress better than rows: what
 * all followers have alike is written once, and numbers stand beside their like. 100 followers take about 2 KB, so that
 * claim, ledger and result cost about 0.13 write units per child (docs/decisions/0003). The first element is the version
 * of the layout; version 1 (by rows) was never deployed, and is refused rather than guessed at.
 */
const version = 2;
/** A third of the time of zlib's own choice, for a tenth more bytes: no write unit more (bench/RESULTS.md). */
const level = 3;
type Scalar = string | number;
/** All values; the one value that all rows have; or null for 0, 1, 2 ... */
type Column = readonly Scalar[] | Scalar | null;

function columnOf(rows: readonly (readonly Scalar[])[], at: number): Column {
  const values = rows.map((row) => row[at] as Scalar);
  const [first] = values;
  if (first !== undefined && values.every((value) => value === first)) return first;
  return values.every((value, n) => value === n) ? null : values;
}

function pack(rows: readonly (readonly Scalar[])[]): Uint8Array {
  const columns = (rows[0] ?? []).map((_, at) => columnOf(rows, at));
  return deflateRawSync(Buffer.from(JSON.stringify([version, rows.length, ...columns])), { level });
}

function unpack(bytes: Uint8Array): Scalar[][] {
  const [found, count, ...columns] = JSON.parse(inflateRawSync(bytes).toString('utf8')) as [number, number, ...Column[]];
  if (found !== version) throw new Error(`packed rows of version ${found} are not understood`);
  const valueAt = (column: Column, n: number): Scalar => {
    if (column === null) return n;
    return typeof column === 'object' ? (column[n] as Scalar) : column;
  };
  return Array.from({ length: count }, (_, n) => columns.map((column) => valueAt(column, n)));
}

const levels = (l: StoredLevels): Scalar[] => [l.baseline, l.target, l.base_want, l.want, l.told];
const levelCount = 5;
const toLevels = ([baseline, target, base_want, want, told]: readonly Scalar[]): StoredLevels =>
  ({ baseline, target, base_want, want, told }) as StoredLevels;

const inputs = (i: RecordedInputs): Scalar[] => [
  i.mode,
  i.scale,
  i.basis,
  i.cap ?? '',
  Number(i.allow_short),
  Number(i.symbol_allowed),
  i.only?.code ?? '',
  i.only?.certain ?? '',
  i.was ?? '',
];
const inputCount = 9;
function toInputs(a: readonly Scalar[]): RecordedInputs {
  const [mode, scale, basis, cap, allowShort, symbolAllowed, only, certain, was] = a;
  return {
    mode: mode as RecordedInputs['mode'],
    scale: scale as string,
    basis: basis as RecordedInputs['basis'],
    ...(cap === '' ? {} : { cap: cap as string }),
    allow_short: allowShort === 1,
    symbol_allowed: symbolAllowed === 1,
    ...(only === '' ? {} : { only: { code: only as Restriction['code'], certain: certain as string } }),
    ...(was === '' ? {} : { was: was as NonNullable<RecordedInputs['was']> }),
  };
}

export const packClaim = (rows: readonly ClaimRow[]): Uint8Array =>
  pack(
    rows.map((r) => [
      r.place,
      r.ver,
      r.joined,
      r.phase,
      r.qty,
      r.fate,
      r.code ?? '',
      ...levels(r.before),
      ...levels(r.after),
      ...inputs(r.inputs),
    ]),
  );

export const unpackClaim = (bytes: Uint8Array): ClaimRow[] =>
  unpack(bytes).map(([place, ver, joined, phase, qty, fate, code, ...rest]) => ({
    place: place as number,
    ver: ver as number,
    joined: joined as number,
    inputs: toInputs(rest.slice(2 * levelCount, 2 * levelCount + inputCount)),
    before: toLevels(rest.slice(0, levelCount)),
    after: toLevels(rest.slice(levelCount, 2 * levelCount)),
    phase: phase as Phase,
    qty: qty as string,
    fate: fate as Fate,
    ...(code === '' ? {} : { code: code as string }),
  }));

export const packLedger = (rows: Iterable<LedgerRow>): Uint8Array =>
  pack([...rows].map((r) => [r.place, r.joined, ...levels(r)]));

export const unpackLedger = (bytes: Uint8Array): Map<number, LedgerRow> =>
  new Map(
    unpack(bytes).map(([place, joined, ...rest]) => [
      place as number,
      { place: place as number, joined: joined as number, ...toLevels(rest) },
    ]),
  );

export const packOutcomes = (outcomes: readonly Outcome[]): Uint8Array =>
  pack(outcomes.map((o) => [o.place, o.state, o.code ?? '', o.attempts, o.error ?? '', (o.unknown ? 1 : 0) + (o.lane ? 2 : 0)]));

export const unpackOutcomes = (bytes: Uint8Array): Outcome[] =>
  unpack(bytes).map(([place, state, code, attempts, error, flags]) => ({
    place: place as number,
    state: state as ChildState,
    attempts: attempts as number,
    ...(code === '' ? {} : { code: code as string }),
    ...(error === '' ? {} : { error: error as string }),
    ...(Number(flags) & 1 ? { unknown: true as const } : {}),
    ...(Number(flags) & 2 ? { lane: true as const } : {}),
  }));
