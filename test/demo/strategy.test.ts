import { describe, expect, it } from 'vitest';
import { batchesOf } from '../../local/demo/os.ts';
import { loadPrices, parsePrices } from '../../local/demo/prices.ts';
import { decide } from '../../local/demo/strategy.ts';

const history = (prices: readonly number[]) => {
  const line = (price: number, i: number) =>
    `A,${['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun'][i % 6]} 1 ${2000 + Math.floor(i / 6)},${price}`;
  return parsePrices(['symbol,date,price', ...prices.map(line)].join('\n'));
};
const told = (prices: readonly number[]) =>
  decide(history(prices), '2000-01').flatMap(({ intents }) =>
    intents.map(({ side, shares, strength }) => `${side} ${shares} ${strength}`),
  );

const flat = Array.from({ length: 9 }, () => 100);

describe('the momentum strategy', () => {
  it.each([
    ['says nothing before it knows ten months', [...flat.slice(1), 200], []],
    ['stays out below its mean', [...flat, 90], []],
    ['goes in fully above both means', [...flat, 200], ['buy 100 full']],
    ['sells everything below its mean', [...flat, 200, 50], ['buy 100 full', 'sell 100 none']],
    ['halves above the long mean only', [...flat, 200, 400, 150], ['buy 100 full', 'sell 50 half']],
    ['says nothing when nothing changes', [...flat, 200, 400], ['buy 100 full']],
  ])('%s', (_, prices, expected) => expect(told(prices)).toEqual(expected));
});

describe('the real prices', () => {
  it('are five stocks from 2000 to 2010, as decimals of the contract', () => {
    const prices = loadPrices();
    expect([...prices.keys()].sort()).toEqual(['AAPL', 'AMZN', 'GOOG', 'IBM', 'MSFT']);
    expect(prices.get('MSFT')?.at(0)).toEqual({ month: '2000-01', text: '39.81', price: 39.81 });
    expect([...prices.values()].flat().filter(({ text }) => !/^\d+(\.\d*[1-9])?$/.test(text))).toEqual([]);
  });

  it('give 60 to 80 orders that never sell more than is held', () => {
    const orders = batchesOf(decide(loadPrices(), '2006-07')).flat();
    expect(orders.length).toBeGreaterThanOrEqual(60);
    expect(orders.length).toBeLessThanOrEqual(80);
    const held = new Map<string, number>();
    for (const { symbol, side, qty } of orders)
      held.set(symbol, (held.get(symbol) ?? 0) + (side === 'buy' ? 1 : -1) * Number(qty));
    expect([...held.values()].every((shares) => shares >= 0)).toBe(true);
  });

  it('are sent so that every batch names the last order before it', () => {
    const batches = batchesOf(decide(loadPrices(), '2006-07'));
    const named = batches.map((batch) => batch[0]?.prev_external_id);
    expect(named).toEqual([undefined, ...batches.slice(0, -1).map((batch) => batch.at(-1)?.external_id)]);
    expect(new Set(batches.flat().map((order) => order.external_id)).size).toBe(batches.flat().length);
  });
});
