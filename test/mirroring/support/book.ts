/** Average cost once more, by fractions of whole numbers that are never rounded: independent of the product's code. */
interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}
export interface BookTrade {
  readonly fill_id: string;
  readonly qty: string;
  readonly price: string;
  readonly ts: string;
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));
function fraction(n: bigint, d: bigint): Fraction {
  const by = gcd(n, d) || 1n;
  return d < 0n ? { n: -n / by, d: -d / by } : { n: n / by, d: d / by };
}
function read(text: string): Fraction {
  const [whole = '0', rest = ''] = text.split('.');
  return fraction(BigInt(whole + rest), 10n ** BigInt(rest.length));
}
const plus = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
const times = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.n, a.d * b.d);
const minus = (a: Fraction, b: Fraction): Fraction => plus(a, { n: -b.n, d: b.d });
const over = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d, a.d * b.n);
const none: Fraction = { n: 0n, d: 1n };

/** What adds to a position mixes its price with the average; what takes from it is sold at the average; beyond zero all begins anew. */
export function bookOf(trades: readonly BookTrade[]): { held: Fraction; average?: Fraction; realised: Fraction } {
  let held = none;
  let average = none;
  let realised = none;
  const inOrder = [...trades].sort((a, b) => Date.parse(a.ts) - Date.parse(b.ts) || (a.fill_id < b.fill_id ? -1 : 1));
  for (const { qty: text, price: at } of inOrder) {
    const [qty, price] = [read(text), read(at)];
    const after = plus(held, qty);
    const turns = held.n !== 0n && held.n > 0n !== qty.n > 0n;
    const through = turns && after.n !== 0n && after.n > 0n !== held.n > 0n;
    if (turns) realised = plus(realised, times(through ? held : minus(none, qty), minus(price, average)));
    if (through) average = price;
    else if (!turns) average = over(plus(times(held, average), times(qty, price)), after);
    held = after;
  }
  return { held, realised, ...(held.n === 0n ? {} : { average }) };
}

/** What is held, at a price, above what it stands at by average. */
export const unrealisedOf = ({ held, average }: ReturnType<typeof bookOf>, price: string): Fraction =>
  average === undefined ? none : times(held, minus(read(price), average));

/** Whether a decimal is a fraction, but for what rounding to 18 decimals some times may have moved. */
export function near(text: string, exact: Fraction, tolerance = 10n ** 6n): boolean {
  const away = minus(read(text), exact);
  const size = away.n < 0n ? -away.n : away.n;
  return size * 10n ** 18n <= tolerance * away.d;
}
