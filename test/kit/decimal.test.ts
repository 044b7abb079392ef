import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  decimal,
  floorQuotient,
  format,
  isDecimal,
  one,
  ratio,
  roundTowardZero,
  subtract,
  zero,
} from '../../shared/kit/decimal.ts';

const text = fc
  .tuple(fc.boolean(), fc.bigInt(0n, 10n ** 18n - 1n), fc.bigInt(0n, 10n ** 18n - 1n))
  .map(([minus, whole, fraction]) => `${minus ? '-' : ''}${whole}.${fraction.toString().padStart(18, '0')}`);

describe('decimal strings', () => {
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['00.10', '0.1'],
    ['007', '7'],
    ['-1.500', '-1.5'],
    ['999999999999999999.999999999999999999', '999999999999999999.999999999999999999'],
  ])('%s is written %s', (given, written) => {
    expect(format(decimal(given))).toBe(written);
  });

  it.each(['', '+1', '1e5', 'NaN', '.5', '5.', '1,0', ' 1', '1'.repeat(19), `0.${'1'.repeat(19)}`, '0x10', '--1'])(
    'refuses %j',
    (bad) => {
      expect(isDecimal(bad)).toBe(false);
      expect(() => decimal(bad)).toThrow(RangeError);
    },
  );

  it('reads back what it writes', () => {
    fc.assert(fc.property(text, (t) => decimal(format(decimal(t))) === decimal(t)));
  });

  it('adds and subtracts exactly', () => {
    fc.assert(fc.property(text, text, (a, b) => subtract(add(decimal(a), decimal(b)), decimal(b)) === decimal(a)));
  });
});

describe('ratio', () => {
  it.each([
    [['100', '0.29'], [], '29'],
    [['37', '0.2'], [], '7.4'],
    [['1'], ['3'], '0.333333333333333333'],
    [['2'], ['3'], '0.666666666666666667'],
    [['-2'], ['3'], '-0.666666666666666667'],
    [['10', '1', '3'], ['3'], '10'],
    // Half to even at the last digit.
    [['0.000000000000000001', '0.5'], [], '0'],
    [['0.000000000000000003', '0.5'], [], '0.000000000000000002'],
  ])('%j over %j is %s', (factors, divisors, expected) => {
    expect(format(ratio(factors.map(decimal), divisors.map(decimal)))).toBe(expected);
  });

  it('takes products before quotients, so that a ratio of one is exact', () => {
    const positive = text.filter((t) => decimal(t) !== zero);
    fc.assert(fc.property(text, positive, (a, b) => ratio([decimal(a), decimal(b)], [decimal(b)]) === decimal(a)));
  });

  it('refuses to divide by zero', () => {
    expect(() => ratio([one], [zero])).toThrow(RangeError);
  });
});

describe('roundTowardZero', () => {
  it.each([
    ['3.3', '1', '3'],
    ['-3.3', '1', '-3'],
    ['2.999999999999999', '1', '2'],
    ['2.999999999999999001', '1', '3'],
    ['-2.999999999999999001', '1', '-3'],
    ['0.123456789', '0.00000001', '0.12345678'],
    ['7', '5', '5'],
  ])('%s by %s is %s', (x, increment, expected) => {
    expect(format(roundTowardZero(decimal(x), decimal(increment)))).toBe(expected);
  });
});

describe('floorQuotient', () => {
  it.each([
    ['1000', '300', '1', '3'],
    ['1', '3', '0.1', '0.3'],
    ['99.99', '100', '1', '0'],
    ['0.3', '0.1', '1', '3'],
  ])('%s / %s by %s is %s', (a, b, increment, expected) => {
    expect(format(floorQuotient(decimal(a), decimal(b), decimal(increment)))).toBe(expected);
  });
});
