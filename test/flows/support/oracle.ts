/** SPEC 6.2 again, by rational numbers and independent of the product's code: what followers of a story must be told. */
interface Ratio {
  readonly n: bigint;
  readonly d: bigint;
}

function ratio(text: string): Ratio {
  const [whole = '0', fraction = ''] = text.split('.');
  return { n: BigInt(whole + fraction), d: 10n ** BigInt(fraction.length) };
}
const times = (a: Ratio, b: Ratio): Ratio => ({ n: a.n * b.n, d: a.d * b.d });
const plus = (a: Ratio, b: Ratio): Ratio => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
const whole = (a: Ratio): bigint => a.n / a.d;
const abs = (x: bigint): bigint => (x < 0n ? -x : x);

export interface Order {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: number;
  readonly ref_price: string;
}
export interface Rule {
  readonly scale: string;
  readonly cap?: string;
}

/** Child quantities (signed, whole shares) of one follower for a history of orders; 0 = no child. */
export function expected(orders: readonly Order[], rule: Rule): bigint[] {
  const books = new Map<string, { position: bigint; target: Ratio; want: bigint }>();
  return orders.map(({ symbol, side, qty, ref_price }) => {
    const book = books.get(symbol) ?? { position: 0n, target: { n: 0n, d: 1n }, want: 0n };
    const after = book.position + BigInt(side === 'buy' ? qty : -qty);
    const next = move(book, after, rule, ref_price);
    books.set(symbol, { position: after, ...next });
    return next.want - book.want;
  });
}

function move(
  book: { position: bigint; target: Ratio; want: bigint },
  after: bigint,
  rule: Rule,
  ref: string,
): { target: Ratio; want: bigint } {
  const crosses = book.position !== 0n && after !== 0n && book.position > 0n !== after > 0n;
  const reduces = !crosses && abs(after) < abs(book.position);
  if (reduces) {
    const target = after === 0n ? { n: 0n, d: 1n } : times(book.target, { n: after, d: book.position });
    const rounded = whole(target);
    return { target, want: abs(rounded) < abs(book.want) ? rounded : book.want };
  }
  const base = crosses ? { n: 0n, d: 1n } : book.target;
  const target = plus(base, times({ n: after - (crosses ? 0n : book.position), d: 1n }, ratio(rule.scale)));
  const previous = crosses ? 0n : book.want;
  return { target, want: capped(whole(target), previous, rule, ref) };
}

function capped(level: bigint, previous: bigint, { cap }: Rule, ref: string): bigint {
  if (cap === undefined) return level;
  const c = ratio(cap);
  const p = ratio(ref);
  const most = (c.n * p.d) / (c.d * p.n);
  if (level >= 0n) return level < most ? level : level < previous ? level : most > previous ? most : previous;
  return -capped(-level, -previous, { scale: '1', cap }, ref);
}
