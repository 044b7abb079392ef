/**
 * Exact decimals (SPEC 2 and 6.2): a bigint scaled by 10^18. Products are taken before quotients and rounded once,
 * half-even, to 18 decimals. Nothing here ever touches a binary float.
 */
export type Decimal = bigint & { readonly decimal: unique symbol };

export const scaleDigits = 18;
const one18 = 10n ** 18n;
const grammar = /^(-?)(\d{1,18})(?:\.(\d{1,18}))?$/;

const of = (scaled: bigint): Decimal => scaled as Decimal;
const abs = (x: bigint): bigint => (x < 0n ? -x : x);

export const zero = of(0n);
export const one = of(one18);

/** True for what SPEC 2 allows as a decimal string: no exponent, no plus, at most 18 digits on either side. */
export const isDecimal = (text: string): boolean => grammar.test(text);

/** Reads a decimal string. Throws a RangeError for anything outside the grammar: callers validate input first. */
export function decimal(text: string): Decimal {
  const match = grammar.exec(text);
  if (!match) throw new RangeError(`not a decimal string: ${text.slice(0, 50)}`);
  const [, sign, whole = '0', fraction = ''] = match;
  const scaled = BigInt(whole) * one18 + BigInt(fraction.padEnd(scaleDigits, '0'));
  return of(sign === '-' ? -scaled : scaled);
}

/** The canonical spelling: no leading or trailing zeros, no minus before zero. */
export function format(x: Decimal): string {
  const digits = abs(x)
    .toString()
    .padStart(scaleDigits + 1, '0');
  const whole = digits.slice(0, -scaleDigits);
  const fraction = digits.slice(-scaleDigits).replace(/0+$/, '');
  return `${x < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

export const add = (a: Decimal, b: Decimal): Decimal => of(a + b);
export const subtract = (a: Decimal, b: Decimal): Decimal => of(a - b);
export const negate = (a: Decimal): Decimal => of(-a);
export const absolute = (a: Decimal): Decimal => of(abs(a));
export const minimum = (a: Decimal, b: Decimal): Decimal => (a < b ? a : b);
export const maximum = (a: Decimal, b: Decimal): Decimal => (a > b ? a : b);
export const sign = (a: Decimal): -1 | 0 | 1 => (a > 0n ? 1 : a < 0n ? -1 : 0);

/** Integer quotient rounded half to even. */
function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const n = denominator < 0n ? -numerator : numerator;
  const d = abs(denominator);
  const quotient = n / d;
  const twice = abs(n % d) * 2n;
  const away = twice > d || (twice === d && quotient % 2n !== 0n);
  return away ? quotient + (n < 0n ? -1n : 1n) : quotient;
}

/** The product of all factors over the product of all divisors, rounded once (half-even, 18 decimals). */
export function ratio(factors: readonly Decimal[], divisors: readonly Decimal[] = []): Decimal {
  let numerator = one18;
  let denominator = 1n;
  for (const f of factors) numerator *= f;
  for (const d of divisors) denominator *= d;
  if (denominator === 0n) throw new RangeError('division by zero');
  const excess = factors.length - divisors.length;
  if (excess >= 0) denominator *= one18 ** BigInt(excess);
  else numerator *= one18 ** BigInt(-excess);
  return of(divideHalfEven(numerator, denominator));
}

export const multiply = (a: Decimal, b: Decimal): Decimal => ratio([a, b]);

/** A level less than 10^-15 below a multiple of the increment counts as that multiple (SPEC 6.2). */
const tolerance = 999n;

/** Rounds toward zero to a multiple of `increment` (> 0), with the tolerance of SPEC 6.2. */
export function roundTowardZero(x: Decimal, increment: Decimal): Decimal {
  const steps = (abs(x) + (increment > tolerance ? tolerance : 0n)) / increment;
  return of(x < 0n ? -(steps * increment) : steps * increment);
}

/** `numerator / denominator` rounded down (toward zero) to a multiple of `increment`; both positive. */
export function floorQuotient(numerator: Decimal, denominator: Decimal, increment: Decimal): Decimal {
  return of(((numerator * one18) / (denominator * increment)) * increment);
}
