import { deflateRawSync } from 'node:zlib';
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
import type { Outcome } from '../../shared/domain/mirroring/claim.ts';
import type { ClaimRow, LedgerRow } from '../../shared/domain/mirroring/plan.ts';
import { childStates } from '../../shared/domain/mirroring/states.ts';

const decimals = fc.constantFrom('0', '1', '-3', '23.8', '0.000000000000000001', '-999999999999.5');
const levels = fc.record({ baseline: decimals, target: decimals, base_want: decimals, want: decimals, told: decimals });
const flag = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** What is undefined is not there, as exactOptionalPropertyTypes has it. */
const present = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;

const inputs = fc
  .record({
    mode: fc.constantFrom('proportional', 'capped', 'shadow'),
    scale: decimals,
    basis: fc.constantFrom('fixed', 'nav'),
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

  it('of another layout are not guessed at', () => {
    expect(() => unpackLedger(deflateRawSync(JSON.stringify([1, [0, 0]])))).toThrow('version 1 are not understood');
  });
});
