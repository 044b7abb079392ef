import { describe, expect, it } from 'vitest';
import { exact, show } from '../../local/demo/decimal.ts';
import type { Wish } from '../../local/demo/mix.ts';
import { expectedChildren } from '../../local/demo/oracle.ts';

const tell = (follower: Partial<Wish>, changes: readonly string[], refPrice = '100') => {
  const trades = changes.map((text, i) => ({
    seq: i + 1,
    symbol: 'A',
    side: text.startsWith('-') ? ('sell' as const) : ('buy' as const),
    qty: text.replace(/^[-+]/, ''),
    refPrice,
  }));
  const children = expectedChildren({ n: 0, mode: 'proportional', scale: '1', ...follower }, trades);
  return [...children.values()].map(({ side, qty, positionAfter }) => `${side} ${show(qty)} = ${show(positionAfter)}`);
};
const capped = (scale: string, maxPosUsd: string) => ({ mode: 'capped' as const, scale, maxPosUsd });

describe('the oracle (examples of SPEC 6.2)', () => {
  it.each([
    ['0.33', ['+10', '-5'], ['buy 3 = 3', 'sell 2 = 1']],
    ['1.5', ['+6', '+3'], ['buy 9 = 9', 'buy 4 = 13']],
    ['0.2', ['+37'], ['buy 7 = 7']],
    ['0.29', ['+100'], ['buy 29 = 29']],
    ['0.1', ['+5'], []],
    ['0.5', ['+10', '-20'], ['buy 5 = 5', 'sell 10 = -5']],
  ])('scale %s: %j', (scale, changes, expected) => expect(tell({ scale }, changes)).toEqual(expected));

  it.each([
    ['a cap of one share', capped('0.5', '100'), ['+6', '-3'], ['buy 1 = 1']],
    ['a cap that a reduction falls below', capped('0.5', '200'), ['+6', '-4'], ['buy 2 = 2', 'sell 1 = 1']],
    ['a short, capped', capped('1', '250'), ['-5'], ['sell 2 = -2']],
    ['across zero, capped', capped('1', '250'), ['+2', '-9'], ['buy 2 = 2', 'sell 4 = -2']],
    ['shadow', { mode: 'shadow' as const }, ['+6'], []],
  ])('%s', (_, follower, changes, expected) => expect(tell(follower, changes)).toEqual(expected));

  it('never sells because of a cap alone', () => {
    const trades = [
      { seq: 1, symbol: 'A', side: 'buy' as const, qty: '5', refPrice: '100' },
      { seq: 2, symbol: 'A', side: 'buy' as const, qty: '5', refPrice: '400' },
    ];
    const children = expectedChildren({ n: 0, ...capped('1', '500') }, trades);
    expect([...children.keys()]).toEqual([1]);
  });
});

it.each(['1.', '.5', '1e3', '+1', '', '1.0000000000000000001'])('%j is not a decimal', (text) =>
  expect(() => exact(text)).toThrow(),
);
it.each([
  ['1234567.50', '1,234,567.5'],
  ['-0.000000000000000001', '-0.000000000000000001'],
])('%s is shown as %s', (text, shown) => expect(show(exact(text))).toBe(shown));
