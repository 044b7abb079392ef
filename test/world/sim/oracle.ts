/** SPEC 6.2 once more, by rational numbers and without the product's code. */
export interface Ratio {
  readonly n: bigint;
  readonly d: bigint;
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));
function over(n: bigint, d: bigint): Ratio {
  const by = gcd(n, d) || 1n;
  return d < 0n ? { n: -n / by, d: -d / by } : { n: n / by, d: d / by };
}
export function ratio(text: string): Ratio {
  const [whole = '0', fraction = ''] = text.split('.');
  return over(BigInt(whole + fraction), 10n ** BigInt(fraction.length));
}
export const zero: Ratio = { n: 0n, d: 1n };
export const plus = (a: Ratio, b: Ratio): Ratio => over(a.n * b.d + b.n * a.d, a.d * b.d);
export const minus = (a: Ratio, b: Ratio): Ratio => plus(a, { n: -b.n, d: b.d });
const times = (a: Ratio, b: Ratio): Ratio => over(a.n * b.n, a.d * b.d);
const quotient = (a: Ratio, b: Ratio): Ratio => over(a.n * b.d, a.d * b.n);
const compare = (a: Ratio, b: Ratio): number => {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
const sign = (a: Ratio): number => (a.n < 0n ? -1 : a.n > 0n ? 1 : 0);
const size = (a: Ratio): Ratio => (a.n < 0n ? { n: -a.n, d: a.d } : a);
const negative = (a: Ratio): Ratio => ({ n: -a.n, d: a.d });
const least = (a: Ratio, b: Ratio): Ratio => (compare(a, b) < 0 ? a : b);
const most = (a: Ratio, b: Ratio): Ratio => (compare(a, b) > 0 ? a : b);
export const equal = (a: Ratio, b: Ratio): boolean => compare(a, b) === 0;

/** As a decimal, for people. */
export const show = (a: Ratio): string => String(Number((a.n * 1_000_000n) / a.d) / 1_000_000);

/** A level less than this below a multiple of the increment is that multiple. */
const nearly: Ratio = { n: 1n, d: 10n ** 15n };
function towardZero(level: Ratio, increment: Ratio): Ratio {
  const units = quotient(plus(size(level), nearly), increment);
  const rounded = times({ n: units.n / units.d, d: 1n }, increment);
  return sign(level) < 0 ? negative(rounded) : rounded;
}

export interface Level {
  readonly target: Ratio;
  readonly want: Ratio;
}
/** Where a follower stands, and where its twin does that was never flipped; the flips that counted since they last stood alike. */
export interface Book extends Level {
  readonly twin: Level;
  readonly flips: readonly string[];
}
const flat: Level = { target: zero, want: zero };
/** Nothing of flips in it. */
export const plain = ({ target, want }: Level): Book => ({ target, want, twin: { target, want }, flips: [] });
export const nothing: Book = plain(flat);

/** An overlay with its numbers; one with an amplification is a flip. */
export interface Shape {
  readonly name: string;
  readonly amplify?: string;
  readonly boost?: string;
  readonly invert?: boolean;
}
export interface Rules {
  readonly scale: string;
  readonly cap: string | undefined;
  readonly allowShort: boolean;
  readonly allowed: boolean;
  /** True when it goes by NAV: nobody here ever has one. */
  readonly byNav: boolean;
  /** It may only reduce, and at most this much of what it holds. */
  readonly certain: string | undefined;
  /** What shapes its increases. */
  readonly shapes: readonly Shape[];
}
export interface Move {
  readonly before: Ratio;
  readonly after: Ratio;
  readonly price: Ratio;
  readonly increment: Ratio;
  readonly minQty: Ratio;
  readonly minNotional: Ratio;
}

/** Where an order leaves a follower: what it is wanted to hold, and what its child asks for. */
export function expected(book: Book, told: Ratio, move: Move, rules: Rules): { book: Book; qty: Ratio } {
  const crosses = sign(move.before) !== 0 && sign(move.before) === -sign(move.after);
  const reduces = sign(move.before) !== 0 && (crosses || compare(size(move.after), size(move.before)) < 0);
  const from = reduces ? (crosses ? zero : move.after) : move.before;
  const rest = minus(move.after, from);
  const grows = sign(rest) !== 0 && rules.allowed && !rules.byNav;
  const step = (level: Level, factor: Ratio): Level => {
    const down = reduces ? reduced(level, from, move) : level;
    return grows ? increased(down, times(rest, factor), move, rules) : down;
  };
  const led = step(book, factorOf(rules.shapes));
  const twin = step(book.twin, factorOf(rules.shapes.filter((shape) => shape.amplify === undefined)));
  const flip = grows ? rules.shapes.find((shape) => shape.amplify !== undefined)?.name : undefined;
  const after = together(led, twin, flip === undefined ? book.flips : [...new Set([...book.flips, flip])]);
  return { book: after, qty: asked({ after, told, reduces, grows }, move, rules) };
}

/** Who stands as its twin does has nothing of any flip. */
function together(led: Level, twin: Level, flips: readonly string[]): Book {
  const alike = equal(led.target, twin.target) && equal(led.want, twin.want);
  return { ...led, twin, flips: alike ? [] : flips };
}

/** 1 and what all add, not below zero; each persona that trades the other way turns it. */
function factorOf(shapes: readonly Shape[]): Ratio {
  const sum = shapes.reduce((all, shape) => plus(all, ratio(shape.amplify ?? shape.boost ?? '0')), { n: 1n, d: 1n });
  const turned = shapes.filter((shape) => shape.invert === true).length % 2 === 1;
  return turned ? negative(most(sum, zero)) : most(sum, zero);
}

function reduced(level: Level, to: Ratio, { before, increment }: Move): Level {
  const target = times(level.target, quotient(to, before));
  const rounded = towardZero(target, increment);
  if (sign(rounded) !== sign(level.want)) return { target, want: zero };
  return { target, want: compare(size(rounded), size(level.want)) < 0 ? rounded : level.want };
}

function increased(level: Level, by: Ratio, move: Move, rules: Rules): Level {
  const target = plus(level.target, times(by, ratio(rules.scale)));
  return { target, want: limited(target, level.want, move, rules) };
}

/** Without what flips added: where its twin stands. Nobody is sent further from zero by that, nor across it. */
export const reverted = (book: Book): Book => plain(book.twin);
export function givenBack(want: Ratio, told: Ratio, { price, minQty, minNotional }: Move, { certain }: Rules): Ratio {
  const holds = certain === undefined ? told : ratio(certain);
  const qty = minus(want, told);
  if (sign(qty) !== -sign(holds)) return zero;
  const most = compare(size(qty), size(holds)) > 0 ? negative(holds) : qty;
  const tooLittle = compare(size(most), minQty) < 0 || compare(times(size(most), price), minNotional) < 0;
  return sign(want) !== 0 && tooLittle ? zero : most;
}

/** A level within the cap, which never takes away what was wanted before, and not short where that is not allowed. */
function limited(target: Ratio, before: Ratio, { price, increment }: Move, { cap, allowShort }: Rules): Ratio {
  let want = towardZero(target, increment);
  if (cap !== undefined) {
    const units = quotient(quotient(ratio(cap), price), increment);
    const allowed = times({ n: units.n / units.d, d: 1n }, increment);
    want = sign(want) >= 0 ? least(want, most(allowed, before)) : most(want, least(negative(allowed), before));
  }
  return allowShort ? want : most(want, zero);
}

/** Joining by sync: what the manager's present position asks for, as if it had been bought at once. */
export function synced(book: Book, stands: Ratio, move: Move, rules: Rules): Book {
  if (sign(stands) !== 0 && (!rules.allowed || rules.byNav)) return book;
  const target = times(times(stands, factorOf(rules.shapes)), ratio(rules.scale));
  return plain({ target, want: limited(target, zero, move, rules) });
}

export const sameSign = (a: Ratio, b: Ratio): boolean => sign(a) === sign(b);

/** From what a follower was told to what it is wanted to hold; what may only reduce goes no further than is certain. */
export function retargeted(want: Ratio, told: Ratio, { price, minQty, minNotional }: Move, { certain }: Rules): Ratio {
  let qty = minus(want, told);
  if (certain !== undefined) {
    const holds = ratio(certain);
    if (sign(qty) !== -sign(holds)) return zero;
    if (compare(size(qty), size(holds)) > 0) qty = negative(holds);
  }
  const tooLittle = compare(size(qty), minQty) < 0 || compare(times(size(qty), price), minNotional) < 0;
  return sign(want) !== 0 && tooLittle ? zero : qty;
}

/** A fix-up: from told to want; what it adds stays within the cap, and out of shorts and symbols that may not be. */
export function fixedUp(want: Ratio, told: Ratio, move: Move, rules: Rules): Ratio {
  const adds = sign(want) !== 0 && (sign(want) !== sign(told) || compare(size(want), size(told)) > 0);
  if (rules.certain !== undefined || !adds) return retargeted(want, told, move, rules);
  if (!rules.allowed) return zero;
  const level = limited(want, sign(want) === sign(told) ? told : zero, move, rules);
  return retargeted(level, told, move, rules);
}

function asked(
  { after, told, reduces, grows }: { after: Book; told: Ratio; reduces: boolean; grows: boolean },
  { price, minQty, minNotional }: Move,
  { certain }: Rules,
): Ratio {
  if (!reduces && !grows) return zero;
  if (certain !== undefined && !reduces) return zero;
  const want = certain !== undefined && grows ? zero : after.want;
  let qty = minus(want, told);
  if (certain !== undefined || !grows) {
    const holds = certain === undefined ? told : ratio(certain);
    if (sign(qty) !== -sign(holds)) return zero;
    if (compare(size(qty), size(holds)) > 0) qty = negative(holds);
  }
  const tooLittle = compare(size(qty), minQty) < 0 || compare(times(size(qty), price), minNotional) < 0;
  return sign(want) !== 0 && tooLittle ? zero : qty;
}

/** The manager's own position after an order; what a reduce_only order would do beyond zero is dropped. */
export function managerAfter(before: Ratio, side: 'buy' | 'sell', qty: string, reduceOnly: boolean): Ratio {
  const plain = side === 'buy' ? plus(before, ratio(qty)) : minus(before, ratio(qty));
  if (!reduceOnly) return plain;
  return sign(before) >= 0 ? least(most(plain, zero), before) : most(least(plain, zero), before);
}
