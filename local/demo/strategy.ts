import type { Close, History } from './prices.ts';

/** What the manager decides for one stock in one month. */
export interface Intent {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly shares: number;
  readonly refPrice: string;
  readonly strength: Strength;
  readonly why: string;
}

export interface Decision {
  readonly month: string;
  readonly intents: readonly Intent[];
}

type Strength = 'none' | 'half' | 'full';

/** Dollars in one stock at full strength. */
const notionalUsd = 20_000;
const longMonths = 10;
const shortMonths = 3;

/**
 * Momentum, month by month: out of a stock below its mean of ten months, half in it above that mean, fully in it above
 * its mean of three months as well. Only changes are told, and months without one are left out.
 */
export function decide(history: History, from: string): Decision[] {
  const held = new Map<string, { shares: number; strength: Strength }>();
  const months = [...new Set([...history.values()].flat().map((close) => close.month))].filter((month) => month >= from).sort();
  const decisions = months.map((month) => ({ month, intents: intentsOf(history, month, held) }));
  return decisions.filter(({ intents }) => intents.length > 0);
}

function intentsOf(history: History, month: string, held: Map<string, { shares: number; strength: Strength }>): Intent[] {
  return [...history].flatMap(([symbol, closes]) => {
    const known = closes.filter((close) => close.month <= month);
    const last = known.at(-1);
    if (last?.month !== month || known.length < longMonths) return [];
    const before = held.get(symbol) ?? { shares: 0, strength: 'none' };
    const strength = strengthOf(known);
    const shares = sharesAt(strength, before, last.price);
    held.set(symbol, { shares, strength });
    return shares === before.shares ? [] : [intent(symbol, shares - before.shares, last, strength)];
  });
}

function intent(symbol: string, change: number, { text }: Close, strength: Strength): Intent {
  const why = { none: 'below its 10-month mean', half: 'above its 10-month mean only', full: 'above its 10- and 3-month means' };
  return { symbol, side: change > 0 ? 'buy' : 'sell', shares: Math.abs(change), refPrice: text, strength, why: why[strength] };
}

function strengthOf(closes: readonly Close[]): Strength {
  const price = closes.at(-1)?.price ?? 0;
  if (price <= mean(closes.slice(-longMonths))) return 'none';
  return price > mean(closes.slice(-shortMonths)) ? 'full' : 'half';
}

const mean = (closes: readonly Close[]): number => closes.reduce((sum, { price }) => sum + price, 0) / closes.length;

/** A falling strength only sells and a rising one only buys, wherever the price went meanwhile. */
function sharesAt(strength: Strength, before: { shares: number; strength: Strength }, price: number): number {
  if (strength === before.strength) return before.shares;
  if (strength === 'none') return 0;
  if (strength === 'full') return Math.max(before.shares, Math.floor(notionalUsd / price));
  return before.strength === 'full' ? Math.floor(before.shares / 2) : Math.floor(notionalUsd / 2 / price);
}
