import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginningOf } from '../../shared/domain/mirroring/movement.ts';
import { cancelQuantity, levelsAt, phaseOf, retarget } from '../../shared/domain/mirroring/retarget.ts';
import { flat, type Movement } from '../../shared/domain/mirroring/sizing.ts';
import { decimal, format, one, zero } from '../../shared/kit/decimal.ts';
import { Line, type Trade } from './support/line.ts';

const row = (line: Line, place: number) => line.ledger().rows.get(place);
const lastChild = (line: Line, place: number) => line.claims.at(-1)?.rows.find((r) => r.place === place);

describe('a cancel', () => {
  it('takes back what was told, down to what was filled', async () => {
    const line = new Line();
    line.join({ scale: '0.5' });
    line.order({ side: 'buy', qty: '10' });
    await line.cancel(1, '4');
    expect(lastChild(line, 0)).toMatchObject({ qty: '-3', fate: 'send', inputs: { was: 'happened' } });
    expect(row(line, 0)).toMatchObject({ target: '2', want: '2', told: '2' });
    expect(line.position()).toBe('4');
  });

  it('of a limit order that was filled in part and then sold leaves exactly nothing', async () => {
    const line = new Line();
    line.join({ scale: '0.33' });
    line.order({ side: 'buy', qty: '10' });
    line.order({ side: 'sell', qty: '4' });
    await line.cancel(1, '4');
    expect(row(line, 0)).toMatchObject({ baseline: '0', target: '0', want: '0', told: '0' });
    expect(line.position()).toBe('0');
  });

  it('gives a follower that joined after the order nothing', async () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.order({ side: 'buy', qty: '10' });
    line.join({ scale: '1' });
    line.order({ side: 'buy', qty: '2' });
    await line.cancel(1);
    expect(lastChild(line, 0)).toMatchObject({ qty: '-10' });
    expect(lastChild(line, 1)).toMatchObject({ qty: '0', fate: 'skip', code: 'no_change' });
    expect(row(line, 1)).toMatchObject({ want: '2', told: '2' });
  });

  it('does not catch up on what its follower refused, nor sell what it never had', async () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.order({ side: 'buy', qty: '10' }, [0]);
    await line.cancel(1, '4');
    expect(lastChild(line, 0)).toMatchObject({ qty: '0', fate: 'skip' });
    expect(row(line, 0)).toMatchObject({ want: '4', told: '0' });
  });

  it('sells what a later order had caught up on', async () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.order({ side: 'buy', qty: '10' }, [0]);
    line.order({ side: 'buy', qty: '5' });
    expect(row(line, 0)).toMatchObject({ told: '15' });
    await line.cancel(1);
    expect(lastChild(line, 0)).toMatchObject({ qty: '-10' });
    expect(lastChild(line, 0)?.inputs.was).toBeUndefined();
  });

  it('of a sale buys back', async () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.order({ side: 'buy', qty: '10' });
    line.order({ side: 'sell', qty: '6' });
    await line.cancel(2, '1');
    expect(lastChild(line, 0)).toMatchObject({ qty: '5', phase: 'increase' });
  });

  it('makes a later reduce_only order reduce only what is there', async () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.order({ side: 'buy', qty: '10' });
    line.order({ side: 'sell', qty: '10', reduce_only: true });
    await line.cancel(1);
    expect(line.position()).toBe('0');
    expect(row(line, 0)).toMatchObject({ target: '0', told: '0' });
    // What happened may be open still: it is said to be canceled though nothing is traded back.
    expect(lastChild(line, 0)).toMatchObject({ qty: '0', fate: 'send' });
  });

  it('folds from an earlier order when that was canceled in between', async () => {
    const line = new Line();
    line.join({ scale: '1' });
    line.order({ side: 'buy', qty: '10' });
    line.order({ side: 'buy', qty: '3' });
    await line.cancel(1);
    const cancel = await line.cancel(2, '1');
    expect(cancel.from_seq).toBe(1);
    expect(row(line, 0)).toMatchObject({ target: '1', told: '1' });
  });
});

describe('where the fold begins', () => {
  // Only what beginningOf reads of an entry.
  const log = (...cancels: [seq: number, of: number][]) =>
    cancels.map(([seq, of]) => ({ kind: 'cancel', seq, cancels: { seq: of } })) as never;
  it.each([
    ['nothing in between', 5, log([4, 1]), 5],
    ['a cancel behind it', 5, log([6, 2]), 2],
    ['a chain of them', 5, log([6, 3], [4, 1]), 1],
    ['a cancel of a later order', 5, log([8, 7]), 5],
  ])('%s', (_, seq, entries, begins) => expect(beginningOf(seq, entries)).toBe(begins));
});

describe('after any cancels the levels are those of a log in which the orders had been what was filled', () => {
  const trade = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    qty: fc.integer({ min: 1, max: 30 }).map(String),
  });
  const cancels = fc.array(fc.record({ at: fc.nat(11), of: fc.nat(11), part: fc.constantFrom(0, 1, 2, 3) }), { maxLength: 5 });
  const scales = ['1', '0.33', '2.5'];

  it('for random orders and cancels', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(trade, { minLength: 1, maxLength: 10 }), cancels, async (trades, wishes) => {
        const line = new Line();
        for (const scale of scales) line.join({ scale });
        const filled = new Map<number, { seq: number; qty: string }>();
        for (const [i, t] of trades.entries()) {
          const { seq } = line.order(t);
          filled.set(i, { seq, qty: t.qty });
          for (const wish of wishes.filter((w) => w.at === i && w.of <= i)) await cancelOnce(line, filled, trades, wish);
        }
        const plain = new Line();
        for (const scale of scales) plain.join({ scale });
        for (const [i, t] of trades.entries()) {
          const qty = filled.get(i)?.qty ?? t.qty;
          if (qty !== '0') plain.order({ ...t, qty });
        }
        for (const place of scales.keys()) expect(levelsIn(line, place)).toEqual(levelsIn(plain, place));
        expect(line.position()).toBe(plain.position());
      }),
      { numRuns: 150, seed: 4 },
    );
  });

  async function cancelOnce(
    line: Line,
    filled: Map<number, { seq: number; qty: string }>,
    trades: readonly Trade[],
    { of, part }: { of: number; part: number },
  ): Promise<void> {
    const order = filled.get(of);
    const asked = trades[of];
    if (order === undefined || asked === undefined || order.qty !== asked.qty) return;
    const qty = String(Math.floor((Number(asked.qty) * part) / 4));
    await line.cancel(order.seq, qty);
    filled.set(of, { ...order, qty });
  }

  /** Nobody missed anything: whoever takes all back stands where the plain log would have put it. */
  const levelsIn = (line: Line, place: number) => {
    const { baseline, target } = row(line, place) ?? { baseline: '0', target: '0' };
    return { baseline, target };
  };
});

describe('quantities', () => {
  const movement: Movement = { before: zero, after: zero, refPrice: decimal('10'), increment: one, minQty: decimal('3') };
  const at = (want: string, told: string) => ({ ...flat, want: decimal(want), told: decimal(told) });
  it.each([
    ['up', '10', '4', undefined, ['6', undefined]],
    ['down', '4', '10', undefined, ['-6', undefined]],
    ['across zero', '-4', '4', undefined, ['-8', undefined]],
    ['too little to trade', '5', '4', undefined, ['0', 'below_minimum']],
    ['closing is never too little', '0', '1', undefined, ['-1', undefined]],
    ['up while something is unknown', '10', '4', '4', ['0', 'position_unknown']],
    ['down while something is unknown: the certain part', '0', '10', '6', ['-6', undefined]],
    ['across while something is unknown: no further than zero', '-4', '4', '4', ['-4', undefined]],
  ])('%s', (_, want, told, certain, expected) => {
    const only = certain === undefined ? undefined : ({ code: 'position_unknown', certain: decimal(certain) } as const);
    const sized = retarget(at(want, told), decimal(told), movement, only);
    expect([format(sized.qty), sized.code]).toEqual(expected);
  });

  it.each([
    ['happened', '0', '10', '10', '-10'],
    ['unknown: what it did not add is not taken off', '4', '10', '0', '4'],
    ['none: not what was missed', '4', '10', '0', '0'],
    ['none: what others carried', '5', '15', '15', '-10'],
  ])('of a cancel whose child %s', (was, after, before, told, qty) => {
    const kind = was.split(':')[0] as 'happened' | 'unknown' | 'none';
    const sized = cancelQuantity({ before: at(before, told), after: at(after, told) }, { ...movement, minQty: zero }, kind);
    expect(format(sized.qty)).toBe(qty);
  });

  it('says what going from told to want is', () => {
    const phases = [
      ['0', '3'],
      ['3', '5'],
      ['5', '3'],
      ['5', '-1'],
      ['5', '0'],
      ['2', '2'],
    ] as const;
    expect(phases.map(([told, want]) => phaseOf(decimal(told), decimal(want)))).toEqual([
      'increase',
      'increase',
      'reduce',
      'cross',
      'reduce',
      'none',
    ]);
  });

  it('a joining by sync starts from the position, within the cap', () => {
    const inputs = {
      scale: decimal('0.5'),
      p: one,
      m: one,
      basis: 'fixed',
      maxPosUsd: decimal('30'),
      allowShort: true,
      symbolAllowed: true,
    } as const;
    const { after } = levelsAt(flat, decimal('20'), movement, inputs);
    expect([after.target, after.want].map(format)).toEqual(['10', '3']);
    expect(levelsAt(flat, decimal('20'), movement, { ...inputs, symbolAllowed: false }).withheld).toBe('symbol_denied');
  });
});
