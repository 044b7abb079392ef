import { milliseconds, timestamp } from '../../../kit/clock.ts';
import { Refusal } from '../../../kit/refusal.ts';
import { type Interval, type PlanId, planOf, rankOf } from '../../entitlements/plans.ts';
import type { Subscription } from '../subscription.ts';
import type { Books } from './apply.ts';
import { differenceCents, graceMs, type Purpose, paidStretches, paidUntil, type Stretch, stretchAt } from './periods.ts';
import { holdsByBtc, paysByCard } from './projection.ts';

/** A rate is held so long for somebody who is about to pay. */
export const payingMinutes = 60;
/** A renewal's invoice comes so long before the period ends. */
export const renewalAheadMs = 7 * 86_400_000;

/** An invoice to be made, and why. */
export interface Charge {
  readonly purpose: Purpose;
  readonly plan_id: PlanId;
  readonly interval: Interval;
  readonly until?: string;
  readonly cents: number;
  readonly minutes: number;
}

/** What a tenant's wish for a plan comes to. */
export type Choice =
  | { readonly kind: 'charge'; readonly charge: Charge }
  /** At the end of what is paid. */
  | { readonly kind: 'later'; readonly at: string }
  /** Takes back a change that waited. */
  | { readonly kind: 'stay' }
  | { readonly kind: 'unchanged' };

export interface Wish {
  readonly plan_id: PlanId;
  readonly interval: Interval;
}

/** Pure: what it comes to now. Refused while a card pays: one tenant pays one way at a time. */
export function choose(books: Books, wish: Wish, now: number): Choice {
  if (paysByCard(books.subscription)) throw otherRail();
  const stretches = paidStretches(books.account.grants);
  const current = stretchAt(stretches, now);
  const until = paidUntil(stretches);
  const standing = holdsByBtc(books.account, books.subscription, now);
  if (standing === 'none' || current === undefined || until === undefined)
    return {
      kind: 'charge',
      charge: { purpose: 'start', ...wish, cents: planOf(wish.plan_id).priceCents[wish.interval], minutes: payingMinutes },
    };
  if (standing === 'grace') return { kind: 'charge', charge: renewalOf(wish, until, now) };
  return whilePaid({ stretches, current, until, pending: books.subscription?.pending }, wish, now);
}

const otherRail = (): Refusal =>
  new Refusal(409, 'other_rail', 'The plan is paid by card: cancel that first, and pay in bitcoin when its period has ended.');

interface Paid {
  readonly stretches: readonly Stretch[];
  readonly current: Stretch;
  readonly until: number;
  readonly pending: Subscription['pending'];
}

/** A higher plan now, for the difference; a lower one, or another interval, with the next period; the same one early, if it is due soon. */
function whilePaid({ stretches, current, until, pending }: Paid, wish: Wish, now: number): Choice {
  const rank = rankOf(wish.plan_id) - rankOf(current.plan_id);
  if (rank > 0) {
    const cents = differenceCents(stretches, wish.plan_id, now);
    // In the last second nothing is left to raise: it is the next period that is wanted.
    if (cents === 0) return { kind: 'charge', charge: renewalOf(wish, until, now) };
    const charge = { purpose: 'upgrade' as const, ...wish, until: timestamp(until), cents, minutes: payingMinutes };
    return { kind: 'charge', charge };
  }
  if (rank < 0 || wish.interval !== current.interval) return { kind: 'later', at: timestamp(until) };
  if (pending !== undefined && stretches.every(({ end }) => end <= milliseconds(pending.at))) return { kind: 'stay' };
  return until - renewalAheadMs <= now ? { kind: 'charge', charge: renewalOf(wish, until, now) } : { kind: 'unchanged' };
}

/** The next period's invoice: payable until this one ends, or, when it has ended, as long as the grace lasts. */
export function renewalOf({ plan_id, interval }: Wish, until: number, now: number): Charge {
  const last = now < until ? until : until + graceMs;
  const minutes = Math.max(1, Math.floor((last - now) / 60_000));
  return { purpose: 'renewal', plan_id, interval, until: timestamp(until), cents: planOf(plan_id).priceCents[interval], minutes };
}
