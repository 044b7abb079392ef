import { describe, expect, it } from 'vitest';
import { growthExponent, median, quantile } from '../../bench/meter/growth.ts';
import { prices, usdOf } from '../../bench/meter/prices.ts';

const sizes = [10, 100, 1_000, 10_000];
const grown = (of: (n: number) => number) => growthExponent(sizes.map((n) => ({ n, y: of(n) })));

describe('growth exponents', () => {
  it.each([
    ['constant', () => 7, 0],
    ['linear', (n: number) => 3 * n, 1],
    ['quadratic', (n: number) => n * n, 2],
    ['root', (n: number) => Math.sqrt(n), 0.5],
  ])('%s', (_, of, exponent) => expect(grown(of)).toBeCloseTo(exponent, 10));
  it('a fixed part makes it smaller', () => expect(grown((n) => 100 + n)).toBeLessThan(1));
  it('n log n lies above linear', () => expect(grown((n) => n * Math.log(n))).toBeGreaterThan(1.05));
  it('one size, or nothing measured, has none', () => {
    expect(growthExponent([{ n: 10, y: 1 }])).toBeUndefined();
    expect(grown(() => 0)).toBeUndefined();
  });
});

describe('order statistics', () => {
  it.each([
    [[3], 3],
    [[1, 9, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])('the median of %j is %d', (values, middle) => expect(median(values)).toBe(middle));
  it('a quantile is a value that was there', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([quantile(hundred, 0.5), quantile(hundred, 0.95), quantile(hundred, 1)]).toEqual([50, 95, 100]);
  });
});

describe('the table of prices', () => {
  const nothing = {
    readUnits: 0,
    writeUnits: 0,
    sqsFifoRequests: 0,
    sqsStandardRequests: 0,
    lambdaRequests: 0,
    lambdaGbSeconds: 0,
    logBytes: 0,
    bytesOut: 0,
  };
  it('has a date and its sources', () => {
    expect(prices.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(prices.sources.length).toBeGreaterThan(0);
  });
  it.each([
    ['writeUnits', 1e6, 0.625],
    ['readUnits', 1e6, 0.125],
    ['sqsFifoRequests', 1e6, 0.5],
    ['sqsStandardRequests', 1e6, 0.4],
    ['lambdaRequests', 1e6, 0.2],
    ['lambdaGbSeconds', 1e6, 13.3334],
    ['logBytes', 1e9, 0.5],
    ['bytesOut', 1e9, 0.09],
  ] as const)('%s', (what, amount, usd) => expect(usdOf({ ...nothing, [what]: amount })).toBeCloseTo(usd, 6));
  it('adds up', () => expect(usdOf({ ...nothing, writeUnits: 1e6, readUnits: 1e6 })).toBeCloseTo(0.75, 9));
});
