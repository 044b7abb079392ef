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
/** Every whole number of so many digits is a safe integer, so that a double holds it exactly. */
const safeDigits = 15;

/** Reads a decimal string. Throws a RangeError for anything outside the grammar: callers validate input first. */
export function decimal(text: string): Decimal {
  const start = text.charCodeAt(0) === minus ? 1 : 0;
  let at = -1;
  let digits = 0;
  for (let i = start; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c >= digit0 && c <= digit9) digits = digits * 10 + (c - digit0);
    else if (c === point && at < 0) at = i;
    else throw notDecimal(text);
  }
  const whole = (at < 0 ? text.length : at) - start;
  const fraction = at < 0 ? 0 : text.length - at - 1;
  if (whole < 1 || whole > scaleDigits || fraction > scaleDigits || (at >= 0 && fraction === 0)) throw notDecimal(text);
  const unscaled = BigInt(whole + fraction <= safeDigits ? digits : withoutPoint(text, start, at));
  const scaled = unscaled * (powersOfTen[scaleDigits - fraction] as bigint);
  return of(start === 1 ? -scaled : scaled);
}

const notDecimal = (text: string): RangeError => new RangeError(`not a decimal string: ${text.slice(0, 50)}`);
const withoutPoint = (text: string, start: number, at: number): string =>
  at < 0 ? text.slice(start) : text.slice(start, at) + text.slice(at + 1);

/** Numbers of at most eight decimals and below ten millions, as nearly all are, are written by way of a safe integer. */
const shortDigits = 8;
const shortUnit = powersOfTen[scaleDigits - shortDigits] as bigint;
const short1 = 10 ** shortDigits;
const shortScaled = Number(shortUnit);
const shortBelow = 1e7 * short1;

/** The two numbers that were written last: a level is written again at once, in the reasons for it or as another level. */
let last = { value: zero, text: '0' };
let lastButOne = last;

/** The canonical spelling: no leading or trailing zeros, no minus before zero. */
export function format(x: Decimal): string {
  if (x === last.value) return last.text;
  if (x === lastButOne.value) return lastButOne.text;
  lastButOne = last;
  last = { value: x, text: spelled(x) };
  return last.text;
}

function spelled(x: Decimal): string {
  // Two roundings and one to a whole number leave less than 2^33 between these units and x: they are x when the last 64 bits are alike.
  const units = Math.round(Number(x) / shortScaled);
  const isShort = Math.abs(units) < shortBelow && BigInt.asUintN(64, BigInt(units) * shortUnit) === BigInt.asUintN(64, x);
  return isShort ? shortText(units) : longText(x);
}

function longText(x: Decimal): string {
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

/** What two digits of a fraction add to its text: more digits follow, or none that counts; behind the point, or further on. */
const pairs = (before: string) => {
  const inner = Array.from({ length: 100 }, (_, n) => before + String(n).padStart(2, '0'));
  return { inner, last: inner.map((text) => (text.endsWith('0') ? text.slice(0, -1) : text)) };
};
const firstPairs = pairs('.');
const laterPairs = pairs('');

/** The spelling of so many hundred-millionths, a safe integer. */
function shortText(signed: number): string {
  const units = Math.abs(signed);
  const whole = Math.floor(units / short1);
  let rest = units - whole * short1;
  let text = signed < 0 ? `-${whole}` : String(whole);
  let spellings = firstPairs;
  for (let unit = short1 / 100; rest !== 0; unit /= 100) {
    const pair = Math.floor(rest / unit);
    rest -= pair * unit;
    text += (rest === 0 ? spellings.last : spellings.inner)[pair];
    spellings = laterPairs;
  }
  return text;
}

export const add = (a: Decimal, b: Decimal): Decimal => of(a + b);
export const subtract = (a: Decimal, b: Decimal): Decimal => of(a - b);
export const negate = (a: Decimal): Decimal => of(-a);
export const absolute = (a: Decimal): Decimal => of(abs(a));
export const minimum = (a: Decimal, b: Decimal): Decimal => (a < b ? a : b);
export const maximum = (a: Decimal, b: Decimal): Decimal => (a > b ? a : b);
export const sign = (a: Decimal): -1 | 0 | 1 => (a > 0n ? 1 : a < 0n ? -1 : 0);

/** Integer quotient rounded half to even; the denominator is positive. */
function divideHalfEven(n: bigint, d: bigint): bigint {
  const quotient = n / d;
  const rest = n - quotient * d;
  if (rest === 0n) return quotient;
  const twice = abs(rest) * 2n;
  const away = twice > d || (twice === d && quotient % 2n !== 0n);
  return away ? quotient + (n < 0n ? -1n : 1n) : quotient;
}

/** The product of all factors over the product of all divisors, rounded once (half-even, 18 decimals). */
export function ratio(factors: readonly Decimal[], divisors: readonly Decimal[] = []): Decimal {
  let numerator = 1n;
  let denominator = 1n;
  for (const f of factors) numerator *= f;
  for (const d of divisors) denominator *= d;
  if (denominator === 0n) throw new RangeError('division by zero');
  // Each factor brings 10^18 and each divisor takes it: what is left must be scaled once.
  let excess = factors.length - divisors.length - 1;
  for (; excess > 0; excess -= 1) denominator *= one18;
  for (; excess < 0; excess += 1) numerator *= one18;
  return of(denominator < 0n ? divideHalfEven(-numerator, -denominator) : divideHalfEven(numerator, denominator));
}

/** As `ratio([a, b])`. */
export const multiply = (a: Decimal, b: Decimal): Decimal => of(divideHalfEven(a * b, one18));

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
