import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packClaim, packLedger, unpackClaim, unpackLedger } from '../../shared/adapters/dynamo/packed.ts';
import { flipNames } from '../../shared/domain/mirroring/flips.ts';
import { reasonsOf } from '../../shared/domain/mirroring/plan-line.ts';
import type { Counted } from '../../shared/domain/overlays/counted.ts';
import { absolute, type Decimal, decimal, sign, zero } from '../../shared/kit/decimal.ts';
import { flipId, Line } from './support/line.ts';

const day = 86_400_000;
const vaultFlip = 'ovl_01HF7YAT000000000000000VLT';
const levels = (line: Line, place: number, symbol = 'IBM') => {
  const { baseline, target, base_want, want, told } = line.ledger(symbol).rows.get(place) ?? {
    ...{ baseline: '0', target: '0', base_want: '0', want: '0', told: '0' },
  };
  return { baseline, target, base_want, want, told };
};
const buy = (qty: string, more = {}) => ({ side: 'buy', qty, ...more }) as const;
const sell = (qty: string, more = {}) => ({ side: 'sell', qty, ...more }) as const;

describe('a flip of one follower', () => {
  it('amplifies its orders alone, and gives exactly that back', () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.join({ scale: '1' });
    line.order(buy('10'));
    line.flip(0, '0.35', day);
    line.order(buy('20'));
    expect(levels(line, 0)).toMatchObject({ baseline: '30', target: '37', want: '37', told: '37' });
    expect(levels(line, 1)).toMatchObject({ target: '30', told: '30' });
    const [row, ...others] = line.revert(flipId(0));
    expect(others).toEqual([]);
    expect(row).toMatchObject({ place: 0, qty: '-7', fate: 'send', phase: 'reduce' });
    expect(levels(line, 0)).toEqual(levels(line, 1));
    expect(line.revert(flipId(0))).toEqual([]);
  });

  it('says in the reasons what it changed', () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.flip(0, '0.35', day);
    const entry = line.order(buy('20'));
    const row = line.claims.at(-1)?.rows[0];
    expect(row && reasonsOf(entry, row)).toEqual([
      { rule: `flip/${flipId(0)}`, before: '1', after: '1.35' },
      { rule: 'scale', before: '20', after: '27' },
    ]);
    const [reverted] = line.revert(flipId(0));
    const asked = line.claims.at(-1)?.entry;
    expect(asked && reverted && reasonsOf(asked, reverted)).toEqual([{ rule: `revert/${flipId(0)}`, before: '27', after: '20' }]);
  });

  it('scales with what the manager sells during it', () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.flip(0, '0.5', day);
    line.order(buy('20'));
    line.order(sell('10'));
    expect(levels(line, 0)).toMatchObject({ baseline: '10', target: '15', told: '15' });
    expect(line.revert(flipId(0))).toMatchObject([{ qty: '-5' }]);
  });

  it('leaves nothing to take back where the manager reversed to zero, and a reversed extra where it went on', () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.flip(0, '0.5', day);
    line.order(buy('20'));
    line.order(sell('20'));
    expect(flipNames(line.ledger().rows.get(0)?.flips)).toEqual([]);
    line.order(buy('10'));
    line.order(sell('30'));
    expect(levels(line, 0)).toMatchObject({ baseline: '-20', target: '-30', told: '-30' });
    expect(line.revert(flipId(0))).toMatchObject([{ qty: '10', phase: 'reduce' }]);
    expect(levels(line, 0)).toMatchObject({ target: '-20', told: '-20' });
  });

  it('never buys: what the follower missed is for its next order', () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.order(buy('10'), [0]);
    line.flip(0, '0.5', day);
    line.order(sell('5'));
    line.order(buy('2'), [0]);
    const rows = line.revert(flipId(0));
    expect(rows).toMatchObject([{ qty: '0', fate: 'skip', code: 'no_change' }]);
    expect(levels(line, 0)).toMatchObject({ want: '7', target: '7', told: '0' });
    line.order(buy('1'));
    expect(levels(line, 0)).toMatchObject({ want: '8', told: '8' });
  });

  it('goes back under a kill switch without a child', () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.flip(0, '0.5', day);
    line.order(buy('10'));
    line.change(0, { kill_switch: true });
    expect(line.revert(flipId(0))).toMatchObject([{ qty: '-5', fate: 'skip', code: 'kill_switch' }]);
    expect(levels(line, 0)).toMatchObject({ target: '10', want: '10', told: '15' });
  });

  it('waits behind what is in the follower’s lane', () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.flip(0, '0.5', day);
    line.order(buy('10'));
    line.change(0, { lane_in: 2_000_000, lane_out: 1_000_000 });
    expect(line.revert(flipId(0))).toMatchObject([{ fate: 'wait', after: { want: '10' } }]);
  });

  it('in shadow moves levels and sends nothing', () => {
    const line = new Line();
    line.join({ scale: '1', mode: 'shadow' });
    line.flip(0, '0.5', day);
    line.order(buy('10'));
    expect(levels(line, 0)).toMatchObject({ target: '15', told: '0' });
    expect(line.revert(flipId(0))).toMatchObject([{ qty: '0', fate: 'skip' }]);
    expect(levels(line, 0)).toMatchObject({ target: '10', want: '10', told: '0' });
  });

  it('of one who has left goes back without a child', () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.flip(0, '0.5', day);
    line.order(buy('10'));
    line.change(0, { status: 'left' });
    expect(line.revert(flipId(0))).toMatchObject([{ fate: 'skip', code: 'left' }]);
  });
});

describe('flips that overlap', () => {
  const both = () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.join({ scale: '1' });
    line.overlay({ kind: 'flip', overlay_id: vaultFlip, amplify: '0.5' }, day);
    return line;
  };
  it('the vault’s revert concerns those for whom it counted', () => {
    const line = both();
    line.flip(0, '1', day);
    line.order(buy('10'));
    expect(levels(line, 0)).toMatchObject({ target: '20' });
    expect(levels(line, 1)).toMatchObject({ target: '15' });
    expect(line.revert(vaultFlip).map(({ place, qty }) => [place, qty])).toEqual([[1, '-5']]);
    expect(levels(line, 0)).toMatchObject({ target: '20' });
    expect(line.revert(flipId(0)).map(({ place, qty }) => [place, qty])).toEqual([[0, '-10']]);
  });
  it('where both counted, the first that ends takes all back', () => {
    const line = both();
    line.order(buy('10'));
    line.flip(0, '1', day);
    line.order(buy('10'));
    expect(levels(line, 0)).toMatchObject({ baseline: '20', target: '35' });
    expect(line.revert(flipId(0)).map(({ qty }) => qty)).toEqual(['-15']);
    expect(line.revert(vaultFlip).map(({ place, qty }) => [place, qty])).toEqual([[1, '-10']]);
  });
});

describe('a cancel and a flip', () => {
  it('during it: the fold runs again with what counted', async () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.flip(0, '0.5', day);
    line.order(buy('10'));
    line.order(buy('10'));
    await line.cancel(1);
    expect(levels(line, 0)).toMatchObject({ baseline: '10', target: '15', told: '15' });
    expect(line.revert(flipId(0))).toMatchObject([{ qty: '-5' }]);
  });
  it('after it: what was reverted stays reverted', async () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.flip(0, '0.5', day);
    line.order(buy('10'));
    line.order(buy('10'));
    line.revert(flipId(0));
    await line.cancel(1);
    expect(levels(line, 0)).toMatchObject({ baseline: '10', target: '10', want: '10', told: '10' });
  });
  it('after it: an extra that was gone by itself does not come back', async () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.flip(0, '0.5', day);
    line.order(buy('10'));
    line.order(sell('10'));
    expect(line.revert(flipId(0))).toEqual([]);
    await line.cancel(2);
    expect(levels(line, 0)).toMatchObject({ baseline: '10', target: '10', want: '10' });
  });
  it('during it: an extra that comes back is still the flip’s to take', async () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.flip(0, '0.5', day);
    line.order(buy('10'));
    line.order(sell('10'));
    await line.cancel(2);
    expect(levels(line, 0)).toMatchObject({ target: '15', told: '15' });
    expect(line.revert(flipId(0))).toMatchObject([{ qty: '-5' }]);
  });
});

describe('rows with overlays', () => {
  it('are packed and read as they were, and cost nothing where there are none', () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.join({ scale: '2' });
    line.order(buy('3'));
    const plain = line.claims.at(-1)?.rows ?? [];
    line.overlay({ kind: 'persona', overlay_id: 'ovl_p', persona: 'ares', boost: '-0.25', invert: true }, day);
    line.flip(0, '0.35', day);
    line.order(buy('10'));
    const rows = line.claims.at(-1)?.rows ?? [];
    const stripped = rows.map(({ reasons: _reasons, ...row }: (typeof rows)[number] & { reasons?: unknown }) => row);
    expect(stripped[0]?.inputs.overlays).toHaveLength(2);
    expect(unpackClaim(packClaim(stripped))).toEqual(stripped);
    expect(unpackLedger(packLedger(line.ledger().rows.values()))).toEqual(line.ledger().rows);
    expect(plain.every(({ inputs }) => !('overlays' in inputs))).toBe(true);
  });
});

describe('random sequences', () => {
  const symbols = ['IBM', 'GE'];
  const trade = fc.record({
    side: fc.constantFrom('buy', 'sell'),
    qty: fc.integer({ min: 1, max: 40 }),
    symbol: fc.constantFrom(...symbols),
  });
  const persona = fc.record({
    boost: fc.integer({ min: -100, max: 200 }),
    invert: fc.boolean(),
    orders: fc.integer({ min: 1, max: 6 }),
  });
  const step = fc.oneof({ weight: 6, arbitrary: trade }, { weight: 1, arbitrary: persona });
  const settings = fc.record({
    scale: fc.constantFrom('1', '0.33', '2.5'),
    cap: fc.option(fc.integer({ min: 50, max: 900 })),
    allow_short: fc.boolean(),
    amplify: fc.integer({ min: 1, max: 200 }),
    from: fc.integer({ min: 0, max: 10 }),
    lasts: fc.integer({ min: 1, max: 12 }),
  });

  /** A flipped follower and its twin without, the same orders and personas for both. */
  function played(steps: readonly Step[], { scale, cap, allow_short, amplify, from, lasts }: Given): Line {
    const line = new Line();
    const capped = cap === null ? {} : { mode: 'capped' as const, max_pos_usd: String(cap) };
    for (let n = 0; n < 2; n += 1) line.join({ scale, allow_short, ...capped });
    for (const [n, s] of steps.entries()) {
      if (n === from) line.flip(flipped, (amplify / 100).toFixed(2), lasts * 1000);
      if ('side' in s) line.order({ side: s.side as 'buy' | 'sell', qty: String(s.qty), symbol: s.symbol });
      else {
        const shape = { persona: 'ares', boost: (s.boost / 100).toFixed(2), invert: s.invert } as const;
        line.overlay({ kind: 'persona', overlay_id: `ovl_${n}`, ...shape } satisfies Counted, s.orders * 1000);
      }
    }
    return line;
  }
  type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
  type Given = typeof settings extends fc.Arbitrary<infer S> ? S : never;
  const [flipped, twin] = [0, 1];
  const told = (line: Line, symbol: string): Decimal => decimal(levels(line, flipped, symbol).told);

  /** What it may not take back, as it never buys, is what the next order that increases brings. */
  function catchesUp(line: Line, symbol: string): void {
    line.order({ side: line.position(symbol).startsWith('-') ? 'sell' : 'buy', qty: '1', symbol });
    expect(levels(line, flipped, symbol).told).toBe(levels(line, twin, symbol).told);
  }

  it('after the revert a follower stands where its twin without a flip does', () => {
    const seen = { taken: 0, short: 0 };
    const property = fc.property(fc.array(step, { minLength: 4, maxLength: 24 }), settings, (steps, given) => {
      const line = played(steps, given);
      const before = new Map(symbols.map((symbol) => [symbol, told(line, symbol)]));
      seen.taken += line.revert(flipId(flipped)).filter(({ qty }) => qty !== '0').length;
      for (const symbol of symbols) {
        const [own, other] = [levels(line, flipped, symbol), levels(line, twin, symbol)];
        expect({ ...own, told: '' }).toEqual({ ...other, told: '' });
        const [was, is, wanted] = [before.get(symbol) ?? zero, told(line, symbol), decimal(other.told)];
        expect(absolute(is) <= absolute(was)).toBe(true);
        // It stops at zero where the baseline lies beyond, and where it has less than that it stays.
        const sameSide = wanted === zero || sign(was) === sign(wanted);
        const expected = !sameSide ? zero : absolute(wanted) <= absolute(was) ? wanted : was;
        expect(is).toBe(expected);
        if (is === wanted) continue;
        seen.short += 1;
        catchesUp(line, symbol);
      }
    });
    fc.assert(property, { numRuns: 1000 });
    expect(seen.taken).toBeGreaterThan(300);
    expect(seen.short).toBeGreaterThan(5);
  });
});
