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

/** 10^0 to 10^18, and beyond for products: powers of ten are taken from here, not computed again. */
const powersOfTen: readonly bigint[] = Array.from({ length: 2 * scaleDigits + 1 }, (_, n) => 10n ** BigInt(n));
const minus = 45;
const point = 46;
const digit0 = 48;
const digit9 = 57;

/** Reads a decimal string. Throws a RangeError for anything outside the grammar: callers validate input first. */
export function decimal(text: string): Decimal {
  const start = text.charCodeAt(0) === minus ? 1 : 0;
  const at = pointIn(text, start);
  const whole = (at < 0 ? text.length : at) - start;
  const fraction = at < 0 ? 0 : text.length - at - 1;
  if (at === -2 || whole < 1 || whole > scaleDigits || fraction > scaleDigits || (at >= 0 && fraction === 0)) {
    throw new RangeError(`not a decimal string: ${text.slice(0, 50)}`);
  }
  const digits = at < 0 ? text.slice(start) : text.slice(start, at) + text.slice(at + 1);
  const scaled = BigInt(digits) * (powersOfTen[scaleDigits - fraction] as bigint);
  return of(start === 1 ? -scaled : scaled);
}

/** Where the point stands; -1 without one, -2 when anything but digits and one point is there. */
function pointIn(text: string, start: number): number {
  let at = -1;
  for (let i = start; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c >= digit0 && c <= digit9) continue;
    if (c !== point || at >= 0) return -2;
    at = i;
  }
  return at;
}

/** The canonical spelling: no leading or trailing zeros, no minus before zero. */
export function format(x: Decimal): string {
  const size = abs(x);
  const whole = size / one18;
  const fraction = size - whole * one18;
  const sign = x < 0n ? '-' : '';
  if (fraction === 0n) return sign + whole.toString();
  const digits = fraction.toString();
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === digit0) end -= 1;
  return `${sign}${whole}.${'0'.repeat(scaleDigits - digits.length)}${digits.slice(0, end)}`;
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
  for (let excess = factors.length - divisors.length; excess > 0; excess -= 1) denominator *= one18;
  for (let excess = factors.length - divisors.length; excess < 0; excess += 1) numerator *= one18;
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
