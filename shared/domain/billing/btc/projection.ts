import { milliseconds, timestamp } from '../../../kit/clock.ts';
import type { Subscription } from '../subscription.ts';
import type { BtcAccount } from './invoice.ts';
import { graceMs, paidStretches, paidUntil, type Stretch, samePlanUntil, stretchAt } from './periods.ts';

/**
 * The subscription as it follows from what was paid in bitcoin, from the tenant's choices (they stand in the subscription that was
 * read: `pending`, `cancel_at`) and from the time. The same grants and the same time give the same subscription.
 */
export function projected(account: BtcAccount, before: Subscription | undefined, now: number): Subscription | undefined {
  const stretches = paidStretches(account.grants);
  const current = stretchAt(stretches, now);
  const until = paidUntil(stretches);
  const own = before?.rail === 'btc' ? before : undefined;
  // What a card pays, or the operator grants, is not put aside for what was paid once.
  if (before !== undefined && own === undefined && (paysByCard(before) || until === undefined || until <= now)) return before;
  if (current === undefined || until === undefined) return own === undefined ? undefined : takenBack(own, now);
  const leaving = leavesAt(own, until, now);
  const end = samePlanUntil(stretches, current);
  const pending = leaving === undefined ? next(stretches, { current, end, until, own }) : undefined;
  return {
    ...carried(account.tenant_id, before, now),
    plan_id: current.plan_id,
    interval: current.interval,
    ...standing(until, leaving, now),
    period_start: timestamp(current.period),
    period_end: timestamp(end),
    ...(leaving === undefined ? {} : { cancel_at: leaving }),
    ...(pending === undefined ? {} : { pending }),
    source_id: current.invoice_id,
  };
}

/** A cancellation holds until something is paid after it took effect; until then it moves with the end of what is paid. */
function leavesAt(own: Subscription | undefined, until: number, now: number): string | undefined {
  if (own?.cancel_at === undefined) return undefined;
  if (milliseconds(own.cancel_at) > now) return isOver(own) ? undefined : timestamp(until);
  return until <= now ? own.cancel_at : undefined;
}

const isOver = ({ status }: Subscription): boolean => status === 'canceled' || status === 'incomplete_expired';

/** What stays of a subscription whoever pays it. */
const carried = (tenant_id: string, before: Subscription | undefined, now: number) => ({
  tenant_id,
  rail: 'btc' as const,
  ...(before?.overrides === undefined ? {} : { overrides: before.overrides }),
  created_at: before?.created_at ?? timestamp(now),
  updated_at: timestamp(now),
  ver: (before?.ver ?? 0) + 1,
});

function standing(until: number, leaving: string | undefined, now: number): Pick<Subscription, 'status' | 'past_due_since'> {
  if (until > now) return { status: 'active' };
  if (leaving !== undefined || until + graceMs <= now) return { status: 'canceled' };
  return { status: 'past_due', past_due_since: timestamp(until) };
}

interface Ahead {
  readonly current: Stretch;
  readonly end: number;
  readonly until: number;
  readonly own: Subscription | undefined;
}

/** What comes after the present plan: what is paid for already, or else what the tenant chose. */
function next(stretches: readonly Stretch[], { current, end, until, own }: Ahead): Subscription['pending'] {
  const paid = stretches.find(({ from }) => from >= end);
  if (paid !== undefined) return { plan_id: paid.plan_id, interval: paid.interval, at: timestamp(end) };
  const chosen = own?.pending;
  if (chosen === undefined || (chosen.plan_id === current.plan_id && chosen.interval === current.interval)) return undefined;
  return { plan_id: chosen.plan_id, interval: chosen.interval, at: timestamp(until) };
}

/** Nothing that was paid stands any more: the plan goes at once, without a grace. */
function takenBack(before: Subscription, now: number): Subscription {
  const { pending: _pending, past_due_since: _since, ...rest } = before;
  const ended = before.status === 'canceled' && before.cancel_at !== undefined ? before.cancel_at : timestamp(now);
  return { ...rest, status: 'canceled', cancel_at: ended, updated_at: timestamp(now), ver: before.ver + 1 };
}

/** Whether two say the same, whenever they were written. */
export function saysTheSame(a: Subscription | undefined, b: Subscription | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const fact = ({ updated_at: _at, ver: _ver, pending, ...rest }: Subscription) => ({
    ...rest,
    next: pending === undefined ? '' : `${pending.plan_id} ${pending.interval} ${pending.at}`,
  });
  const [x, y] = [Object.entries(fact(a)), new Map(Object.entries(fact(b)))];
  return x.length === y.size && x.every(([name, value]) => y.get(name) === value);
}

/** A Stripe subscription that still counts: what it gives must not be overwritten, nor paid for twice. */
export const paysByCard = (subscription: Subscription | undefined): boolean =>
  subscription?.rail === 'stripe' && !isOver(subscription) && subscription.status !== 'incomplete';

/** Whether the tenant has a plan by bitcoin now: it is paid, or it is owed and in its grace. */
export function holdsByBtc(account: BtcAccount, subscription: Subscription | undefined, now: number): 'none' | 'paid' | 'grace' {
  if (subscription?.rail !== 'btc') return 'none';
  const until = paidUntil(paidStretches(account.grants));
  if (until === undefined) return 'none';
  if (until > now) return 'paid';
  const left = subscription.cancel_at !== undefined && milliseconds(subscription.cancel_at) <= now;
  return !left && until + graceMs > now ? 'grace' : 'none';
}
