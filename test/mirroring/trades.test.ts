import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdingOf, type Trade, tradeTime } from '../../shared/domain/mirroring/trades.ts';
import { add, decimal, format, negate } from '../../shared/kit/decimal.ts';
import { bookOf, near, unrealisedOf } from './support/book.ts';

const at = (n: number): string => new Date(Date.UTC(2026, 0, 5) + n).toISOString();
const trade = (qty: string, price: string, n: number, fill_id = `f${n}`): Trade => ({ fill_id, qty, price, ts: at(n) });
/** [what, trades as "qty @ price", held, average, realised] */
const cases: readonly (readonly [string, string, string, string | null, string])[] = [
  ['nothing', '', '0', null, '0'],
  ['a trade of nothing', '0 @ 5', '0', null, '0'],
  ['a purchase', '10 @ 5', '10', '5', '0'],
  ['two purchases are averaged', '10 @ 5, 30 @ 9', '40', '8', '0'],
  ['a sale leaves the average', '10 @ 5, -4 @ 8', '6', '5', '12'],
  ['a loss', '10 @ 5, -4 @ 3.5', '6', '5', '-6'],
  ['to zero leaves no cost', '3 @ 10, -1 @ 10, -2 @ 10', '0', null, '0'],
  ['a third that has no end', '3 @ 1, -1 @ 2', '2', '1', '1'],
  ['an average that has no end', '1 @ 1, 2 @ 2', '3', '1.666666666666666667', '0'],
  ['short', '-10 @ 5', '-10', '5', '0'],
  ['short, bought back at a gain', '-10 @ 5, 4 @ 3', '-6', '5', '8'],
  ['short, bought back at a loss', '-10 @ 5, 10 @ 6.5', '0', null, '-15'],
  ['through zero closes, then opens at the new price', '10 @ 5, -15 @ 7', '-5', '7', '20'],
  ['through zero and back', '10 @ 5, -15 @ 7, 8 @ 6', '3', '6', '25'],
  ['for nothing', '10 @ 0, -10 @ 1', '0', null, '10'],
  ['small and large', '0.000000000000000001 @ 2, 100000 @ 0.5', '100000.000000000000000001', '0.5', '0'],
];
const parsed = (text: string): Trade[] =>
  text === '' ? [] : text.split(', ').map((one, n) => trade(one.split(' @ ')[0] as string, one.split(' @ ')[1] as string, n));

describe('a holding by average cost', () => {
  it.each(cases)('%s: %s', (_what, text, held, average_price, realised_pnl) => {
    const trades = parsed(text);
    expect(holdingOf(trades)).toMatchObject({ fills: trades.length, held, average_price, realised_pnl });
  });

  it.each([
    ['nothing is held', '10 @ 5, -10 @ 8', '9', '0'],
    ['nothing is held, and there is no price', '', undefined, '0'],
    ['held, and there is no price', '10 @ 5', undefined, null],
    ['long, above its average', '10 @ 5, -4 @ 8', '7.5', '15'],
    ['long, below it', '10 @ 5, 30 @ 9', '7', '-40'],
    ['short, below its average', '-10 @ 5, 4 @ 3', '4', '6'],
    ['short, above it', '-10 @ 5', '6.25', '-12.5'],
    ['after going through zero', '10 @ 5, -15 @ 7', '6', '5'],
    ['at no price at all', '2 @ 3', '0', '-6'],
    ['a third that has no end', '3 @ 1, -1 @ 2', '1.1', '0.2'],
  ] as const)('is worth what it would bring at the reference price: %s', (_what, text, price, unrealised_pnl) => {
    expect(holdingOf(parsed(text), price).unrealised_pnl).toBe(unrealised_pnl);
  });

  it('counts a trade once, however often it is given', () => {
    const trades = parsed('10 @ 5, -4 @ 8');
    expect(holdingOf([...trades, ...trades, ...trades])).toEqual(holdingOf(trades));
  });
});

describe('the order of trades', () => {
  it.each([
    ['2026-01-05T12:00:00Z', '2026-01-05T12:00:00.000000000Z'],
    ['2026-01-05T12:00Z', '2026-01-05T12:00:00.000000000Z'],
    ['2026-01-05T12:00:00.5Z', '2026-01-05T12:00:00.500000000Z'],
    ['2026-01-05T12:00:00.123456789Z', '2026-01-05T12:00:00.123456789Z'],
    ['2026-01-05T12:00:00.1234567891234Z', '2026-01-05T12:00:00.123456789Z'],
  ])('is that of their own times: %s', (ts, text) => expect(tradeTime(ts)).toBe(text));

  it('is by fill_id at one time, and by time before that', () => {
    const [first, second] = [trade('10', '5', 0, 'b'), trade('-15', '7', 0, 'c')];
    expect(holdingOf([second, first])).toEqual(holdingOf([first, second]));
    expect(holdingOf([second, first])).toMatchObject({ held: '-5', average_price: '7', realised_pnl: '20' });
    const later = { ...first, fill_id: 'z', ts: at(1) };
    expect(holdingOf([second, later])).toMatchObject({ held: '-5', average_price: '7', realised_pnl: '20' });
  });
});

const amount = fc.tuple(fc.integer({ min: 1, max: 5_000_000 }), fc.integer({ min: 0, max: 6 })).map(([n, digits]) => {
  const text = String(n).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
});
const trades = fc
  .array(fc.record({ qty: amount, sells: fc.boolean(), price: amount, n: fc.integer({ min: 0, max: 20 }) }), { maxLength: 60 })
  .map((all) => all.map(({ qty, sells, price, n }, i) => trade(sells ? `-${qty}` : qty, price, n, `f${i}`)));

describe('any trades', () => {
  it('give what exact fractions give, to the last decimals', () => {
    fc.assert(
      fc.property(trades, (all) => {
        const { held, average_price, realised_pnl } = holdingOf(all);
        const book = bookOf(all);
        expect(near(held, book.held, 0n)).toBe(true);
        expect(average_price === null).toBe(book.held.n === 0n);
        if (average_price !== null && book.average !== undefined) expect(near(average_price, book.average)).toBe(true);
        expect(near(realised_pnl, book.realised)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('are worth at a price what exact fractions say, and exactly what all that was paid and is held says', () => {
    fc.assert(
      fc.property(trades, amount, (all, price) => {
        const { held, realised_pnl, unrealised_pnl } = holdingOf(all, price);
        expect(near(unrealised_pnl ?? '', unrealisedOf(bookOf(all), price))).toBe(true);
        // Selling all of it at that price realises just that.
        const sold = holdingOf([...all, trade(format(negate(decimal(held))), price, 1000, 'last')]);
        const both = add(decimal(realised_pnl), decimal(unrealised_pnl ?? ''));
        expect(sold).toMatchObject({ held: '0', realised_pnl: format(both), unrealised_pnl: '0' });
      }),
      { numRuns: 300 },
    );
  });

  it('give the same in whatever order, and however often, they were told', () => {
    fc.assert(
      fc.property(trades, fc.infiniteStream(fc.integer({ min: 0, max: 999 })), (all, draws) => {
        const doubled = [...all, ...all.slice(0, 5)].map((t) => ({ t, by: draws.next().value as number }));
        const shuffled = doubled.sort((a, b) => a.by - b.by).map(({ t }) => t);
        expect(holdingOf(shuffled)).toEqual(holdingOf(all));
      }),
    );
  });
});
