import { type Exact, exact, wholeProduct, wholeQuotient } from './decimal.ts';
import type { Wish } from './mix.ts';

/**
 * The demo's own opinion of what every follower should be told (SPEC 6.2), written from the contract and sharing no
 * code with the platform. Not the platform's fold over products and quotients: a follower that starts flat, without an
 * overlay and with an unchanged scale, always has the target `manager position x scale`. Whole shares.
 */
export interface Trade {
  readonly seq: number;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly refPrice: string;
}

export interface Expected {
  readonly seq: number;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: Exact;
  readonly positionAfter: Exact;
}

/** The children that this follower must receive, by the sequence number of their order; a shadow receives none. */
export function expectedChildren(follower: Wish, trades: readonly Trade[]): Map<number, Expected> {
  const children = new Map<number, Expected>();
  if (follower.mode === 'shadow') return children;
  const manager = new Map<string, Exact>();
  const wants = new Map<string, Exact>();
  for (const trade of [...trades].sort((a, b) => a.seq - b.seq)) {
    const before = manager.get(trade.symbol) ?? 0n;
    const after = before + (trade.side === 'buy' ? exact(trade.qty) : -exact(trade.qty));
    const told = wants.get(trade.symbol) ?? 0n;
    const want = wanted(follower, { before, after, told, refPrice: trade.refPrice });
    manager.set(trade.symbol, after);
    wants.set(trade.symbol, want);
    if (want !== told) children.set(trade.seq, child(trade, want, want - told));
  }
  return children;
}

function child({ seq, symbol }: Trade, want: Exact, change: Exact): Expected {
  return { seq, symbol, side: change > 0n ? 'buy' : 'sell', qty: size(change), positionAfter: want };
}

interface Step {
  readonly before: Exact;
  readonly after: Exact;
  readonly told: Exact;
  readonly refPrice: string;
}

function wanted(follower: Wish, { before, after, told, refPrice }: Step): Exact {
  const level = wholeProduct(after, exact(follower.scale));
  const crosses = before * after < 0n;
  // A reduction never raises what is held: what a cap withheld stays withheld.
  if (!crosses && size(after) < size(before)) return atMost(level, size(told));
  if (follower.maxPosUsd === undefined) return level;
  const cap = wholeQuotient(exact(follower.maxPosUsd), exact(refPrice));
  // A cap alone never forces a sale; across zero nothing of the old position remains to be kept.
  const kept = crosses ? 0n : size(told);
  return atMost(level, cap > kept ? cap : kept);
}

const size = (value: Exact): Exact => (value < 0n ? -value : value);

function atMost(level: Exact, limit: Exact): Exact {
  if (size(level) <= limit) return level;
  return level < 0n ? -limit : limit;
}
