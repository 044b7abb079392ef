import { timestamp } from '../../../kit/clock.ts';
import { canonicalJson } from '../../../kit/hash.ts';
import { isGood, isLive, isLiveStatus } from '../live.ts';
import type { Subscription } from '../subscription.ts';
import type { CustomerFacts, InvoiceFact, SubscriptionFact } from './facts.ts';

export interface Verdict {
  /** The tenant's record as Stripe's present has it; undefined where Stripe has no say in it. */
  readonly subscription?: Subscription;
  /** The one of Stripe's that it is made from. */
  readonly fact?: SubscriptionFact;
  /** Live ones beside it: one too many each. */
  readonly surplus: readonly SubscriptionFact[];
}

export interface Standing {
  readonly tenantId: string;
  readonly before: Subscription | undefined;
  readonly nowMs: number;
}

/**
 * The one decision: what Stripe has now makes the tenant's record, and nothing else does, no event and no order of events. Of several
 * live subscriptions the one in good standing counts, and of several of those the oldest. A tenant that has paid ahead in bitcoin keeps
 * that, and every live one of Stripe's is one too many.
 */
export function fromStripe(facts: CustomerFacts, standing: Standing): Verdict {
  const { before, nowMs } = standing;
  const live = facts.subscriptions.filter(({ status }) => isLiveStatus(status)).toSorted(byStanding);
  if (before?.rail === 'btc' && isLive(before, nowMs)) return { surplus: live };
  const [first, ...surplus] = live;
  if (first !== undefined) return { subscription: recordOf(first, facts.invoices, standing), fact: first, surplus };
  const last = ended(facts, before);
  if (last !== undefined) return { subscription: recordOf(last, facts.invoices, standing), fact: last, surplus };
  return { ...(before?.rail === 'stripe' ? { subscription: gone(before, nowMs) } : {}), surplus };
}

const byStanding = (a: SubscriptionFact, b: SubscriptionFact): number =>
  Number(isGood(b.status)) - Number(isGood(a.status)) || a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1);

/** None is live: the one that counted until now, else the newest. What was granted, or paid otherwise, is not Stripe's to end. */
function ended({ subscriptions }: CustomerFacts, before: Subscription | undefined): SubscriptionFact | undefined {
  if (before !== undefined && before.rail !== 'stripe') return undefined;
  const own = subscriptions.find(({ id }) => id === before?.source_id);
  return own ?? subscriptions.toSorted((a, b) => b.createdMs - a.createdMs || (a.id < b.id ? 1 : -1))[0];
}

/** Stripe does not know it any more. */
function gone(before: Subscription, nowMs: number): Subscription {
  const { pending: _pending, past_due_since: _since, cancel_at: _cancel, ...rest } = before;
  return settled({ ...rest, status: 'canceled' }, before, nowMs);
}

function recordOf(fact: SubscriptionFact, invoices: readonly InvoiceFact[], { tenantId, before, nowMs }: Standing): Subscription {
  const { id, status, chosen, cancelAtMs, next } = fact;
  if (chosen === undefined) throw new Error(`subscription ${id} has a price that is not of the catalogue: ${fact.priceId}`);
  const owes = status === 'past_due' || status === 'unpaid';
  const record: Omit<Subscription, Written> = {
    tenant_id: tenantId,
    rail: 'stripe',
    ...chosen,
    status,
    period_start: timestamp(fact.periodStartMs),
    period_end: timestamp(fact.periodEndMs),
    ...(cancelAtMs === undefined || !isLiveStatus(status) ? {} : { cancel_at: timestamp(cancelAtMs) }),
    ...(next === undefined || !isLiveStatus(status)
      ? {}
      : { pending: { plan_id: next.plan_id, interval: next.interval, at: timestamp(next.atMs) } }),
    ...(owes ? { past_due_since: timestamp(owedSince(fact, invoices)) } : {}),
    source_id: id,
    ...(before?.overrides === undefined ? {} : { overrides: before.overrides }),
  };
  return settled(record, before, nowMs);
}

/**
 * Since when the oldest invoice that is still owed is owed: when it was opened, for with that it is first tried. It follows from the
 * invoice alone, so that no later event can move it. Without one (it was written off), since its period began, which the renewal did.
 */
function owedSince({ id, pendingInvoiceId, periodStartMs }: SubscriptionFact, invoices: readonly InvoiceFact[]): number {
  const owed = invoices.filter(
    (i) => i.subscriptionId === id && i.id !== pendingInvoiceId && i.status === 'open' && i.attempted && i.dueCents > i.paidCents,
  );
  const times = owed.map(({ openedMs, createdMs }) => openedMs ?? createdMs);
  return times.length === 0 ? periodStartMs : Math.min(...times);
}

type Written = 'created_at' | 'updated_at' | 'ver';

/** The record as it was when nothing of it is another; else its next version. */
function settled(record: Omit<Subscription, Written>, before: Subscription | undefined, nowMs: number): Subscription {
  if (before !== undefined && sameRecord(record, before)) return before;
  const now = timestamp(nowMs);
  return { ...record, created_at: before?.created_at ?? now, updated_at: now, ver: (before?.ver ?? 0) + 1 };
}

function sameRecord(record: object, { created_at: _created, updated_at: _updated, ver: _ver, ...before }: Subscription): boolean {
  const { created_at: _c, updated_at: _u, ver: _v, ...next } = record as Partial<Subscription>;
  return canonicalJson(next) === canonicalJson(before);
}
