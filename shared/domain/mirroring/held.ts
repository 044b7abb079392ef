/** What a follower's account holds of a symbol, as its row keeps it: from what was reported as filled, or said of its position. */
import { milliseconds } from '../../kit/clock.ts';
import { add, type Decimal, decimal, format, zero } from '../../kit/decimal.ts';
import type { Follower } from '../followers/follower.ts';
import { type Trade, tradeTime } from './trades.ts';

interface Held {
  readonly qty: Decimal;
  /** Fills up to then are in it: the position was read at that time. Empty where all of it comes from fills. */
  readonly at: string;
}

const heldIn = (text: string | undefined): Held => {
  const [qty = '0', at = ''] = (text ?? '0').split(' ');
  return { qty: decimal(qty), at };
};

/** Signed; undefined for a follower that never reported anything. */
export const heldOf = ({ held }: Pick<Follower, 'held'>, symbol: string): Decimal | undefined =>
  held === undefined ? undefined : heldIn(held[symbol]).qty;

/** When the position was read that this comes from, in ms; undefined where all of it comes from fills. */
export function readAt({ held }: Pick<Follower, 'held'>, symbol: string): number | undefined {
  const { at } = heldIn(held?.[symbol]);
  return at === '' ? undefined : milliseconds(at);
}

/** What is held after one more fill; a fill from before a position was read is in that already. */
export function heldAfter(text: string | undefined, { qty, ts }: Pick<Trade, 'qty' | 'ts'>): string {
  const before = heldIn(text);
  if (before.at !== '' && tradeTime(ts) <= before.at) return text as string;
  const after = format(add(before.qty, decimal(qty)));
  return before.at === '' ? after : `${after} ${before.at}`;
}

/** A position as it was read at a time; undefined when a later one is known. */
export function heldAt(text: string | undefined, qty: string, ts: string): string | undefined {
  const at = tradeTime(ts);
  return heldIn(text).at > at ? undefined : `${format(decimal(qty))} ${at}`;
}

/** What all fills of a symbol add up to: for a row that does not keep it yet. */
export const heldByFills = (trades: readonly Pick<Trade, 'qty'>[]): string =>
  format(trades.reduce((sum, { qty }) => add(sum, decimal(qty)), zero));
