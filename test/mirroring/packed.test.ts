import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  packClaim,
  packLedger,
  packOutcomes,
  unpackClaim,
  unpackLedger,
  unpackOutcomes,
} from '../../shared/adapters/dynamo/packed.ts';
import { type Column, readColumns, writeColumns } from '../../shared/adapters/dynamo/packed-columns.ts';
import type { Outcome } from '../../shared/domain/mirroring/claim.ts';
import type { ClaimRow, LedgerRow } from '../../shared/domain/mirroring/plan.ts';
import { childStates } from '../../shared/domain/mirroring/states.ts';

const decimals = fc.constantFrom('0', '1', '-3', '23.8', '0.000000000000000001', '-999999999999.5');
const levels = fc.record({ baseline: decimals, target: decimals, base_want: decimals, want: decimals, told: decimals });
const flag = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** What is undefined is not there, as exactOptionalPropertyTypes has it. */
const present = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;

const at = '2026-01-05T15:00:00.000Z';
const inputs = fc
  .record({
    mode: fc.constantFrom('proportional', 'capped', 'shadow'),
    scale: decimals,
    basis: fc.constantFrom('fixed', 'nav'),
    nav: flag(fc.record({ follower: decimals, follower_ts: fc.constant(at), manager: decimals, manager_ts: fc.constant(at) })),
    cap: flag(decimals),
    allow_short: fc.boolean(),
    symbol_allowed: fc.boolean(),
    only: flag(fc.record({ code: fc.constantFrom('position_unknown', 'close_only'), certain: decimals })),
    was: flag(fc.constantFrom('happened', 'unknown', 'open')),
  })
  .map(present);

const claimRow = fc
  .record({
    place: fc.nat(1022),
    ver: fc.nat(),
    joined: fc.nat(),
    inputs,
    before: levels,
    after: levels,
    phase: fc.constantFrom('increase', 'reduce', 'cross', 'none'),
    qty: decimals,
    fate: fc.constantFrom('send', 'skip', 'shadow', 'wait', 'broken', 'cancel'),
    code: flag(fc.constantFrom('no_change', 'kill_switch')),
  })
  .map((row) => present(row) as ClaimRow);

const outcome = fc
  .record({
    place: fc.nat(1022),
    state: fc.constantFrom(...childStates),
    attempts: fc.nat(9),
    code: flag(fc.constant('left')),
    error: flag(fc.string({ minLength: 1, maxLength: 20 })),
    unknown: flag(fc.constant(true as const)),
    lane: flag(fc.constant(true as const)),
  })
  .map((o) => present(o) as Outcome);

const ledgerRow: fc.Arbitrary<LedgerRow> = fc
  .tuple(levels, fc.nat(1022), fc.nat())
  .map(([l, place, joined]) => ({ ...l, place, joined }));

describe('packed rows', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(claimRow), fc.array(outcome), fc.uniqueArray(ledgerRow, { selector: (r) => r.place }), (c, o, l) => {
        expect(unpackClaim(packClaim(c))).toEqual(c);
        expect(unpackOutcomes(packOutcomes(o))).toEqual(o);
        expect([...unpackLedger(packLedger(l)).values()]).toEqual(l);
      }),
    );
  });

  it('also when all rows are alike, and their places count up', () => {
    const alike = Array.from({ length: 100 }, (_, place) => ({ place, state: 'ack' as const, attempts: 1 }));
    expect(unpackOutcomes(packOutcomes(alike))).toEqual(alike);
    expect(packOutcomes(alike).length).toBeLessThan(40);
  });

  it('come back by columns, whatever texts and numbers they hold', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(']', '","', ',', '', '\\', 'ü', '\u2028', '"', '-', '.', '--', '0.', '00', '1e9'),
      decimals,
    );
    const plain = fc.oneof(decimals, fc.constant(''), fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String));
    const numbers = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(0.5, -0.25, 1e21, 1e-7));
    const column = (n: number): fc.Arbitrary<unknown> => {
      const all = (one: fc.Arbitrary<unknown>) => fc.array(one, { minLength: n, maxLength: n });
      const either = fc.oneof(nasty, numbers);
      return fc.oneof(all(nasty), all(plain), all(numbers), all(either), either, fc.constant(null));
    };
    const rows = fc
      .integer({ min: 1, max: 40 })
      .chain((count) =>
        fc.record({ count: fc.constant(count), columns: fc.array(column(count)), again: fc.array(fc.nat(), { maxLength: 3 }) }),
      );
    fc.assert(
      fc.property(rows, ({ count, columns, again }) => {
        const repeated = columns.length === 0 ? [] : again.map((n) => structuredClone(columns[n % columns.length]));
        const given = { count, columns: [...columns, ...repeated] as Column[] };
        const bytes = writeColumns(given, 7);
        expect(bytes[0]).toBe(7);
        expect(readColumns(bytes)).toEqual(given);
      }),
      { numRuns: 2000 },
    );
  });

  it('come back also when there is no room for all of them at once', () => {
    const digits = (i: number) => `${i}`.repeat(30_000);
    const long = Array.from({ length: 18 }, (_, i) => digits(i));
    const given = { count: 18, columns: [long, long.map((text) => `-${text}`), long.map((text) => `x${text}`), 1, null, long] };
    expect(readColumns(writeColumns(given, 7))).toEqual(given);
  });

  it('are no longer for a column that an earlier one already says, or that holds few values', () => {
    const one = Array.from({ length: 100 }, (_, i) => `${i * 7}.${i}25`);
    const bytes = (columns: Column[]) => writeColumns({ count: 100, columns }, 7).length;
    expect(bytes([one, [...one], [...one]]) - bytes([one])).toBeLessThan(30);
    const fates = one.map((_, i) => (i % 7 === 0 ? 'skip' : 'send'));
    expect(bytes([one, fates]) - bytes([one])).toBeLessThan(80);
  });

  /** What stood in a table before columns were read and written without going over rows. */
  const earlier = {
    claim:
      'bY/rCsIwDIXfJb9j6UWnPssoo24VymZaVq9vL6nYybA/yndOkkPSatTYStQWW4PKMm8tthCon73LHhAokgf2lAEEWTB7GgAhjyEVzfy6nOLUDZ6CH4qpjTjUiZX48f+h2Qu5q4WVapbCgnpZrncpeV4vzTHF+RoiualsJIVuOFYVdQ7P0kbuXvRRSkBgVCjrz7elmAPHdDcaKT7oe/NGCbl+n2xAqL32DQ==',
    ledger: 'izbSMdKJNtAxigWRJrE60UrG5noGpko6SgZKWHhmCAkE08gYIhoLAA==',
    outcomes: 'izbSMdKJNtAxitWJVipKLSmqVNJRKs7OLChITVECiYG4lblJ+TnxKal5mRBBQx0DkJRHSEiAgqmBsUKMUqySjhJIxljHIDYWAA==',
  };
  const bytes = (text: string) => Buffer.from(text, 'base64');
  const plain = (baseline: string, want: string, told = want) => ({ baseline, target: baseline, base_want: want, want, told });
  const earlierRows: ClaimRow[] = [
    {
      place: 0,
      ver: 3,
      joined: 0,
      phase: 'increase',
      qty: '13',
      fate: 'send',
      before: plain('23.8', '23'),
      after: plain('37.05', '36', '23'),
      inputs: { mode: 'capped', scale: '0.265', basis: 'fixed', cap: '900', allow_short: true, symbol_allowed: true },
    },
    {
      place: 2,
      ver: 1,
      joined: 4,
      phase: 'none',
      qty: '0',
      fate: 'skip',
      code: 'symbol_denied',
      before: plain('0', '0'),
      after: plain('0', '0'),
      inputs: {
        mode: 'proportional',
        scale: '1',
        basis: 'nav',
        allow_short: false,
        symbol_allowed: false,
        only: { code: 'position_unknown', certain: '-1.000000000000000001' },
        was: 'unknown',
      },
    },
  ];
  const earlierOutcomes: Outcome[] = [
    { place: 0, state: 'retry', attempts: 1, error: 'HTTP 503 "]', lane: true, unknown: true },
    { place: 2, state: 'skipped', attempts: 0, code: 'symbol_denied' },
  ];
  const earlierLedger = earlierRows.map(({ place, joined, after }) => ({ ...after, place, joined }));

  it('of the earlier code are read', () => {
    expect(unpackClaim(bytes(earlier.claim))).toEqual(earlierRows);
    expect([...unpackLedger(bytes(earlier.ledger)).values()]).toEqual(earlierLedger);
    expect(unpackOutcomes(bytes(earlier.outcomes))).toEqual(earlierOutcomes);
  });

  it('begin as nothing deflated does, and without rows have no columns', () => {
    const all = [packClaim(earlierRows), packLedger(earlierLedger), packOutcomes(earlierOutcomes), packClaim([]), packLedger([])];
    for (const packed of all) expect(() => inflateRawSync(packed)).toThrow('invalid block type');
    expect(unpackClaim(packClaim([]))).toEqual([]);
    expect([...unpackLedger(packLedger([]))]).toEqual([]);
  });

  it('of another layout are not guessed at', () => {
    expect(() => unpackLedger(deflateRawSync(JSON.stringify([1, [0, 0]])))).toThrow('version 1 are not understood');
  });
});
