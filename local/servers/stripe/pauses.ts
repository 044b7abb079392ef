import { z } from 'zod';
import { fieldsOf, planChange } from './changes.ts';
import { noDetails } from './endings.ts';
import { invalid } from './failure.ts';
import { draftInvoice } from './invoices.ts';
import { cleared, cycleAnchor, ignored, text } from './params.ts';
import { collect } from './renewals.ts';
import { type Route, route } from './routes.ts';
import type { Subscription } from './wire.ts';
import type { World } from './world.ts';

const feedback = ['customer_service', 'low_quality', 'missing_features', 'other', 'switched_service', 'too_complex'] as const;
/** What a person says when they cancel. */
export const cancellation = z.strictObject({
  comment: z.union([text, cleared]).optional(),
  feedback: z.union([z.enum([...feedback, 'too_expensive', 'unused']), cleared]).optional(),
});

const pausing = z.strictObject({ type: z.literal('subscription').optional(), ...ignored('bill_for', 'invoicing_behavior') });
const resuming = z.strictObject({
  billing_cycle_anchor: cycleAnchor.optional(),
  ...ignored('payment_behavior', 'proration_behavior', 'proration_date'),
});

/** Pausing a whole subscription, and resuming one that is paused. */
export const pauseRoutes: readonly Route[] = [
  route('POST', '/v1/subscriptions/:id/pause', pausing, (world, _, id) => pause(world, id)),
  route('POST', '/v1/subscriptions/:id/resume', resuming, (world, given, id) => resume(world, id, given.billing_cycle_anchor)),
];

/** Stops invoices until the subscription is resumed. */
function pause(world: World, id: string): Subscription {
  const before = world.get('subscription', id);
  if (before.status !== 'active') throw invalid(`A subscription with status \`${before.status}\` cannot be paused.`);
  if (before.schedule !== null) throw invalid('Cannot pause a subscription that is attached to a schedule.');
  const at = world.now(before.test_clock);
  const paused = { subscription: { type: 'pause_requested' }, transitioned_at: at, type: 'subscription' } as const;
  const subscription = world.update('subscription', id, { status: 'paused', status_details: { paused } });
  world.emit('customer.subscription.paused', subscription);
  return subscription;
}

function resume(world: World, id: string, anchor: 'now' | 'unchanged' = 'now'): Subscription {
  const before = world.get('subscription', id);
  if (before.status !== 'paused')
    throw invalid(`You can only resume a subscription that is paused, but this one has the status \`${before.status}\`.`);
  const restarts = anchor === 'now' || (before.items.data[0]?.current_period_end ?? 0) <= world.now(before.test_clock);
  const { status_details: _, ...rest } = before;
  world.put({ ...rest, status: 'active' });
  if (restarts) {
    const subscription = world.get('subscription', id);
    const plan = planChange(world, subscription, { billing_cycle_anchor: 'now', proration_behavior: 'none' });
    const next = world.update('subscription', id, fieldsOf(subscription, plan));
    collect(world, draftInvoice(world, { subscription: next, reason: 'subscription_cycle', lines: plan.full }).id);
  }
  world.emit('customer.subscription.resumed', world.get('subscription', id));
  return world.get('subscription', id);
}

/** What Stripe notes when a cancellation is asked for, and when that is taken back. */
export function detailsOf(subscription: Subscription, canceled: boolean, said: z.infer<typeof cancellation> = {}) {
  if (!canceled) return { ...noDetails };
  const { comment = null, feedback: given = null } = said;
  return {
    ...noDetails,
    ...subscription.cancellation_details,
    comment,
    feedback: given,
    reason: 'cancellation_requested' as const,
  };
}
