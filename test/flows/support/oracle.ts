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
  readonly reduce_only?: boolean;
}
/** Takes back an order of the history, named by its index there, to what was filled of it. */
export interface Cancel {
  readonly cancels: number;
  readonly filled: number;
}
export interface Rule {
  readonly scale: string;
  readonly cap?: string;
}

interface Book {
  readonly position: bigint;
  readonly target: Ratio;
  readonly want: bigint;
}
const empty: Book = { position: 0n, target: { n: 0n, d: 1n }, want: 0n };

/** Child quantities (signed, whole shares) of one follower for a history that is all carried out; 0 = no child. */
export function expected(history: readonly (Order | Cancel)[], rule: Rule): bigint[] {
  const told = new Map<string, bigint>();
  return history.map((_, n) => {
    const { symbol, want } = wanted(history.slice(0, n + 1), rule);
    const qty = want - (told.get(symbol) ?? 0n);
    told.set(symbol, want);
    return qty;
  });
}

/** Where a follower stands after the last entry of a history: what was canceled counts from the beginning as what was filled. */
export function wanted(history: readonly (Order | Cancel)[], rule: Rule): { symbol: string; want: bigint; position: bigint } {
  const last = history.at(-1) as Order | Cancel;
  const { symbol } = 'cancels' in last ? (history[last.cancels] as Order) : last;
  const filled = new Map(history.flatMap((e) => ('cancels' in e ? [[e.cancels, e.filled] as const] : [])));
  let book = empty;
  for (const [n, entry] of history.entries()) {
    if ('cancels' in entry || entry.symbol !== symbol) continue;
    const after = positionAfter(book.position, entry, filled.get(n) ?? entry.qty);
    book = after === book.position ? book : { position: after, ...move(book, after, rule, entry.ref_price) };
  }
  return { symbol, want: book.want, position: book.position };
}

/** `reduce_only` stops at zero, and moves nothing that is not toward it. */
function positionAfter(before: bigint, { side, reduce_only }: Order, qty: number): bigint {
  const by = BigInt(side === 'buy' ? qty : -qty);
  if (reduce_only !== true) return before + by;
  const toward = before > 0n === by < 0n && before !== 0n;
  return !toward ? before : abs(by) > abs(before) ? 0n : before + by;
}

function move(book: Book, after: bigint, rule: Rule, ref: string): Pick<Book, 'target' | 'want'> {
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
