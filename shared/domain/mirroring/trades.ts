/** What a follower's account holds of a symbol, and at what price, from what was reported as filled. */
import { milliseconds, timestamp } from '../../kit/clock.ts';
import {
  absolute,
  add,
  type Decimal,
  decimal,
  format,
  minimum,
  multiply,
  negate,
  ratio,
  sign,
  subtract,
  zero,
} from '../../kit/decimal.ts';

/** One reported fill that moved something. */
export interface Trade {
  readonly fill_id: string;
  /** Signed: positive was bought. */
  readonly qty: string;
  readonly price: string;
  readonly ts: string;
}

/** A report's time as text that sorts as times do: seconds, and nine digits of what is beyond. */
export function tradeTime(ts: string): string {
  const fraction = /\.(\d+)/.exec(ts)?.[1] ?? '';
  return `${timestamp(milliseconds(ts)).slice(0, 19)}.${fraction.slice(0, 9).padEnd(9, '0')}Z`;
}

export interface Holding {
  readonly fills: number;
  /** Signed. */
  readonly held: string;
  /** Of what is held; null when nothing is. */
  readonly average_price: string | null;
  readonly realised_pnl: string;
  /** What selling (or buying back) all of it at the reference price would add to that; null where it has no price. */
  readonly unrealised_pnl: string | null;
}

interface Book {
  readonly held: Decimal;
  /** What is held, at its average price; signed as it is. */
  readonly cost: Decimal;
  readonly realised: Decimal;
}
const flat: Book = { held: zero, cost: zero, realised: zero };

/**
 * Average cost, signed: what adds to a position adds to its cost, what takes from it realises the difference to the average and
 * leaves the average as it is, and what goes through zero does one and then the other. Each amount is rounded once (SPEC 6.2: 18
 * decimals, products first, half-even), so that realised = cash + cost holds exactly. Trades are taken in the order of their
 * own times, then of their ids: however late, doubled or out of order they were told, the same trades give the same book.
 */
export function holdingOf(trades: readonly Trade[], referencePrice?: string): Holding {
  const sorted = [...new Map(trades.map((trade) => [trade.fill_id, trade])).values()].sort(byTime);
  const { held, cost, realised } = sorted.reduce(traded, flat);
  return {
    fills: sorted.length,
    held: format(held),
    average_price: held === zero ? null : format(ratio([cost], [held])),
    realised_pnl: format(realised),
    unrealised_pnl: unrealised({ held, cost }, referencePrice),
  };
}

/** Rounded once, as a trade of all that is held would be: realised + unrealised = cash + held x price holds exactly. */
function unrealised({ held, cost }: Pick<Book, 'held' | 'cost'>, price: string | undefined): string | null {
  if (held === zero) return '0';
  return price === undefined ? null : format(subtract(multiply(held, decimal(price)), cost));
}

const byTime = (a: Trade, b: Trade): number => {
  const [x, y] = [a, b].map(({ ts, fill_id }) => `${tradeTime(ts)} ${fill_id}`) as [string, string];
  return x < y ? -1 : 1;
};

function traded(book: Book, trade: Trade): Book {
  const qty = decimal(trade.qty);
  const price = decimal(trade.price);
  const closes = sign(qty) === -sign(book.held);
  const size = closes ? minimum(absolute(qty), absolute(book.held)) : zero;
  const closing = sign(qty) < 0 ? negate(size) : size;
  const reduced = closes ? closed(book, closing, price) : book;
  const opening = subtract(qty, closing);
  if (opening === zero) return reduced;
  return { ...reduced, held: add(reduced.held, opening), cost: add(reduced.cost, multiply(opening, price)) };
}

/** Takes from a position; to zero means that nothing of its cost is left. */
function closed({ held, cost, realised }: Book, qty: Decimal, price: Decimal): Book {
  const left = add(held, qty);
  const costLeft = left === zero ? zero : ratio([cost, left], [held]);
  const released = subtract(cost, costLeft);
  return { held: left, cost: costLeft, realised: subtract(realised, add(multiply(qty, price), released)) };
}
