import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Outcome } from '../../domain/mirroring/claim.ts';
import type { ClaimRow, Fate, LedgerRow, RecordedInputs, StoredLevels } from '../../domain/mirroring/plan.ts';
import type { Phase, Restriction } from '../../domain/mirroring/sizing.ts';
import type { ChildState } from '../../domain/mirroring/states.ts';

/**
 * A shard's rows packed into one binary attribute: positional JSON, deflated (RFC 1951). 100 followers take about 2-3 KB,
 * so that claim, ledger and result cost about 0.15 write units per child (ARCHITECTURE 2). The first element is the
 * version of the layout: old and new code can work on one order.
 */
const version = 1;
const pack = (rows: readonly unknown[]): Uint8Array => deflateRawSync(Buffer.from(JSON.stringify([version, ...rows])));

function unpack(bytes: Uint8Array): unknown[][] {
  const [found, ...rows] = JSON.parse(inflateRawSync(bytes).toString('utf8')) as [number, ...unknown[][]];
  if (found !== version) throw new Error(`packed rows of version ${found} are not understood`);
  return rows;
}

const levels = (l: StoredLevels) => [l.baseline, l.target, l.base_want, l.want, l.told];
const toLevels = ([baseline, target, base_want, want, told]: readonly string[]): StoredLevels =>
  ({ baseline, target, base_want, want, told }) as StoredLevels;

const inputs = (i: RecordedInputs) => [
  i.mode,
  i.scale,
  i.basis,
  i.cap ?? '',
  Number(i.allow_short),
  Number(i.symbol_allowed),
  i.only?.code ?? '',
  i.only?.certain ?? '',
  ...(i.was === undefined ? [] : [i.was]),
];
function toInputs(a: readonly (string | number)[]): RecordedInputs {
  const [mode, scale, basis, cap, allowShort, symbolAllowed, only, certain, was] = a;
  return {
    mode: mode as RecordedInputs['mode'],
    scale: scale as string,
    basis: basis as RecordedInputs['basis'],
    ...(cap === '' ? {} : { cap: cap as string }),
    allow_short: allowShort === 1,
    symbol_allowed: symbolAllowed === 1,
    ...(only === '' ? {} : { only: { code: only as Restriction['code'], certain: certain as string } }),
    ...(was === undefined ? {} : { was: was as NonNullable<RecordedInputs['was']> }),
  };
}

export const packClaim = (rows: readonly ClaimRow[]): Uint8Array =>
  pack(
    rows.map((r) => [
      r.place,
      r.ver,
      r.joined,
      inputs(r.inputs),
      levels(r.before),
      levels(r.after),
      r.phase,
      r.qty,
      r.fate,
      r.code ?? '',
    ]),
  );

type PackedClaim = [number, number, number, (string | number)[], string[], string[], Phase, string, Fate, string];

export const unpackClaim = (bytes: Uint8Array): ClaimRow[] =>
  (unpack(bytes) as unknown as PackedClaim[]).map(([place, ver, joined, i, before, after, phase, qty, fate, code]) => ({
    place,
    ver,
    joined,
    inputs: toInputs(i),
    before: toLevels(before),
    after: toLevels(after),
    phase,
    qty,
    fate,
    ...(code === '' ? {} : { code }),
  }));

export const packLedger = (rows: Iterable<LedgerRow>): Uint8Array =>
  pack([...rows].map((r) => [r.place, r.joined, ...levels(r)]));

export const unpackLedger = (bytes: Uint8Array): Map<number, LedgerRow> =>
  new Map(
    unpack(bytes).map(([place, joined, ...rest]) => [
      place as number,
      { place: place as number, joined: joined as number, ...toLevels(rest as string[]) },
    ]),
  );

export const packOutcomes = (outcomes: readonly Outcome[]): Uint8Array =>
  pack(outcomes.map((o) => [o.place, o.state, o.code ?? '', o.attempts, o.error ?? '', (o.unknown ? 1 : 0) + (o.lane ? 2 : 0)]));

export const unpackOutcomes = (bytes: Uint8Array): Outcome[] =>
  (unpack(bytes) as unknown as [number, ChildState, string, number, string, number][]).map(
    ([place, state, code, attempts, error, flags]) => ({
      place,
      state,
      attempts,
      ...(code === '' ? {} : { code }),
      ...(error === '' ? {} : { error }),
      ...(flags & 1 ? { unknown: true as const } : {}),
      ...(flags & 2 ? { lane: true as const } : {}),
    }),
  );
