import { absolute, add, type Decimal, decimal, maximum, minimum, sign, subtract, zero } from '../../kit/decimal.ts';
import type { CancelEntry, LogEntry } from './entry.ts';
import type { ManagerOrderBody } from './order.ts';

type Trade = Pick<ManagerOrderBody, 'side' | 'reduce_only'>;

/**
 * The manager's position after `qty` of an order was traded; `reduce_only` drops the part that would cross zero or move
 * away from it (SPEC 6.1). `dropped` is unsigned.
 */
export function positionAfter({ side, reduce_only }: Trade, qty: Decimal, before: Decimal): { after: Decimal; dropped: Decimal } {
  const plain = side === 'buy' ? add(before, qty) : subtract(before, qty);
  if (reduce_only !== true) return { after: plain, dropped: zero };
  const after = sign(before) >= 0 ? minimum(maximum(plain, zero), before) : maximum(minimum(plain, zero), before);
  return { after, dropped: absolute(subtract(plain, after)) };
}

/** What of each canceled order was filled, by the order's sequence number. */
export const filledOf = (cancels: readonly Pick<CancelEntry, 'cancels' | 'filled_qty'>[]): Map<number, Decimal> =>
  new Map(cancels.map((c) => [c.cancels.seq, decimal(c.filled_qty)]));

export interface Moved {
  readonly before: Decimal;
  readonly after: Decimal;
}

/**
 * The manager's positions over a part of one symbol's log, with canceled orders counted as what was filled of them. The
 * entries are in sequence, of one symbol, and their first is an order: what it pinned is where the positions start.
 */
export function positionsAgain(
  entries: readonly LogEntry[],
  cancels: readonly Pick<CancelEntry, 'cancels' | 'filled_qty'>[],
): Map<number, Moved> {
  const filled = filledOf(cancels);
  const moves = new Map<number, Moved>();
  let position = decimal(entries[0]?.pinned.position_before ?? '0');
  for (const entry of entries) {
    const before = position;
    if (entry.kind === 'order') {
      position = positionAfter(entry.order, filled.get(entry.seq) ?? decimal(entry.order.qty), before).after;
    }
    moves.set(entry.seq, { before, after: position });
  }
  return moves;
}

/**
 * Where the fold has to begin again for a cancel of `seq`: at its order, or before that at an order that a later cancel
 * took back; that one's own numbers are then the last that no cancel since has touched.
 */
export function beginningOf(seq: number, log: readonly LogEntry[]): number {
  const earlier = log.flatMap((e) => (e.kind === 'cancel' && e.seq > seq && e.cancels.seq < seq ? [e.cancels.seq] : []));
  return earlier.length === 0 ? seq : beginningOf(Math.min(...earlier), log);
}
