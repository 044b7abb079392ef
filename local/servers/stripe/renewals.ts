import { cancelNow, takePending } from './endings.ts';
import { draftInvoice, finalize, subscriptionOf, voidInvoice } from './invoices.ts';
import { fullLine } from './lines.ts';
import { attempt, type Outcome } from './payments.ts';
import { advancePhase } from './phases.ts';
import { periodEnd } from './time.ts';
import type { Subscription } from './wire.ts';
import type { World } from './world.ts';

/** Statuses in which a subscription goes on from period to period. */
const renewing: readonly string[] = ['active', 'past_due', 'unpaid', 'trialing'];

export const endOf = (subscription: Subscription) => subscription.items.data[0]?.current_period_end ?? Number.POSITIVE_INFINITY;

/** When a subscription has something to do next. */
export function nextStep(world: World, subscription: Subscription): number {
  if (subscription.status === 'incomplete') return subscription.created + 23 * 3600;
  if (!renewing.includes(subscription.status)) return Number.POSITIVE_INFINITY;
  const schedule = world.find('subscription_schedule', subscription.schedule ?? '');
  const never = Number.POSITIVE_INFINITY;
  const changes = [subscription.cancel_at, schedule?.current_phase?.end_date, subscription.pending_update?.expires_at];
  return Math.min(endOf(subscription), ...changes.map((at) => at ?? never));
}

/** Does what a subscription has to do at this time: it ends, changes its phase, or its next period begins. */
export function step(world: World, id: string): void {
  const before = world.get('subscription', id);
  const now = world.now(before.test_clock);
  if (before.status === 'incomplete') {
    const change = { status: 'incomplete_expired', ended_at: now } as const;
    world.update('subscription', id, change, 'customer.subscription.updated');
    return;
  }
  if ((before.pending_update?.expires_at ?? now + 1) <= now) expireUpdate(world, before);
  const phased = isDue(before.cancel_at, now) ? before : advancePhase(world, world.get('subscription', id));
  if (isDue(phased.cancel_at, now)) cancelNow(world, id, { reason: 'cancellation_requested' });
  else if (endOf(phased) <= now) renew(world, phased);
}

const isDue = (at: number | null, now: number) => at !== null && at <= now;

/** A change whose payment did not come in time is dropped, with its invoice. */
function expireUpdate(world: World, { id, latest_invoice }: Subscription): void {
  const subscription = world.update('subscription', id, { pending_update: null });
  if (latest_invoice !== null && world.get('invoice', latest_invoice).status === 'open') voidInvoice(world, latest_invoice);
  world.emit('customer.subscription.pending_update_expired', subscription);
}

/** The next period begins, with an invoice that stays a draft for a while; an unpaid subscription's stays one for good. */
function renew(world: World, { id, test_clock }: Subscription): void {
  const subscription = world.get('subscription', id);
  const start = endOf(subscription);
  const anchor = subscription.billing_cycle_anchor;
  const data = subscription.items.data.map((item) => {
    const every = item.price.recurring ?? { interval: 'month', interval_count: 1 };
    return { ...item, current_period_start: start, current_period_end: periodEnd(anchor, every, start) };
  });
  const change = { items: { ...subscription.items, data } };
  const next = world.update('subscription', id, change, 'customer.subscription.updated');
  const lines = [...takePending(world, id), ...data.map((item) => fullLine(world, item))];
  const invoice = draftInvoice(world, { subscription: next, reason: 'subscription_cycle', lines });
  if (next.status === 'unpaid') {
    world.update('invoice', invoice.id, { auto_advance: false });
    return;
  }
  const due = world.now(test_clock) + world.settings.draftSeconds;
  world.update('invoice', invoice.id, { automatically_finalizes_at: due });
  if (world.settings.draftSeconds === 0) collect(world, invoice.id);
}

/** Opens an invoice when it is a draft still, and tries to collect it. After the last try it is given up. */
export function collect(world: World, id: string): Outcome {
  const before = world.get('invoice', id);
  const opened = before.status === 'draft' ? finalize(world, id) : before;
  if (opened.status === 'paid') return { result: 'paid' };
  const outcome = attempt(world, id);
  const { next_payment_attempt, billing_reason } = world.get('invoice', id);
  if (outcome.result !== 'paid' && next_payment_attempt === null && billing_reason !== 'subscription_create') giveUp(world, id);
  return outcome;
}

function giveUp(world: World, id: string): void {
  const subscription = subscriptionOf(world, world.get('invoice', id));
  const { afterRetries } = world.settings;
  if (subscription?.status !== 'past_due') return;
  if (afterRetries === 'cancel') cancelNow(world, subscription.id, { reason: 'payment_failed' });
  if (afterRetries === 'mark_unpaid')
    world.update('subscription', subscription.id, { status: 'unpaid' }, 'customer.subscription.updated');
}
