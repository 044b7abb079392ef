import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  type Decimal,
  decimal,
  floorQuotient,
  format,
  isDecimal,
  multiply,
  one,
  ratio,
  roundTowardZero,
  subtract,
  zero,
} from '../../shared/kit/decimal.ts';

const text = fc
  .tuple(fc.boolean(), fc.bigInt(0n, 10n ** 18n - 1n), fc.bigInt(0n, 10n ** 18n - 1n))
  .map(([minus, whole, fraction]) => `${minus ? '-' : ''}${whole}.${fraction.toString().padStart(18, '0')}`);

/** The arithmetic by the book: bigints alone, and no way round for numbers that are short. */
const unit = 10n ** 18n;
const size = (x: bigint) => (x < 0n ? -x : x);
function plainText(x: bigint): string {
  const fraction = (size(x) % unit).toString().padStart(18, '0').replace(/0+$/, '');
  return `${x < 0n ? '-' : ''}${size(x) / unit}${fraction === '' ? '' : `.${fraction}`}`;
}
function plainValue(t: string): bigint {
  const [whole = '', fraction = ''] = t.replace('-', '').split('.');
  const scaled = BigInt(whole + fraction.padEnd(18, '0'));
  return t.startsWith('-') ? -scaled : scaled;
}
function plainRatio(factors: readonly bigint[], divisors: readonly bigint[]): bigint {
  const product = (all: readonly bigint[]) => all.reduce((a, b) => a * b, 1n);
  const n = product(factors) * unit ** BigInt(divisors.length) * unit;
  const d = product(divisors) * unit ** BigInt(factors.length);
  const [top, bottom] = [size(n), size(d)];
  const [down, rest] = [top / bottom, (top % bottom) * 2n];
  const up = rest > bottom || (rest === bottom && down % 2n === 1n) ? down + 1n : down;
  return n < 0n !== d < 0n ? -up : up;
}

/** As many digits before and after the point as there may be, mostly few: where short ways begin and end. */
const digits = (most: number) => fc.integer({ min: 0, max: most }).chain((n) => fc.bigInt(0n, 10n ** BigInt(n)));
const scaled = fc
  .tuple(fc.boolean(), fc.oneof(digits(8), digits(17)), fc.constantFrom(18, 17, 16, 14, 10, 9, 8, 4, 1, 0), digits(17))
  .map(([negative, whole, zeros, fraction]) => {
    const parts = ((fraction % unit) / 10n ** BigInt(zeros)) * 10n ** BigInt(zeros);
    const x = (whole % unit) * unit + parts;
    return negative ? -x : x;
  });
const runs = { numRuns: 3000 };

describe('short ways', () => {
  it('read and write as the long ones do', () => {
    const holds = fc.property(scaled, (x) => {
      expect(format(x as Decimal)).toBe(plainText(x));
      expect(decimal(plainText(x))).toBe(x);
      expect(decimal(plainText(x))).toBe(plainValue(plainText(x)));
    });
    fc.assert(holds, runs);
  });

  it.each([
    9_999_999n * unit,
    10n ** 7n * unit,
    10n ** 25n - 10n ** 10n,
    10n ** 25n + 10n ** 10n,
    10n ** 10n,
    1n,
    0n,
    10n ** 10n - 1n,
  ])('write %s and its neighbours, of either sign', (x) => {
    for (const near of [x - 1n, x, x + 1n, -x, 1n - x]) expect(format(near as Decimal)).toBe(plainText(near));
  });

  it('write one after another what each of them is', () => {
    const some = fc.array(fc.constantFrom(unit, 2n * unit, -unit, 0n, unit / 2n), { minLength: 1 });
    const holds = fc.property(some, (all) => {
      expect(all.map((x) => format(x as Decimal))).toEqual(all.map(plainText));
    });
    fc.assert(holds, runs);
  });

  it('multiply and divide as the long ones do', () => {
    const one = scaled as fc.Arbitrary<Decimal>;
    const holds = fc.property(
      fc.array(one, { maxLength: 4 }),
      fc.array(
        one.filter((x) => x !== zero),
        { maxLength: 3 },
      ),
      (f, d) => {
        expect(ratio(f, d)).toBe(plainRatio(f, d));
      },
    );
    fc.assert(holds, runs);
    const product = fc.property(one, one, (a, b) => {
      expect(multiply(a, b)).toBe(plainRatio([a, b], []));
    });
    fc.assert(product, runs);
  });
});

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
