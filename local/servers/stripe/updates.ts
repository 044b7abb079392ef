import { z } from 'zod';
import { fieldsOf, type Plan, planChange } from './changes.ts';
import { addPending, takePending } from './endings.ts';
import { invalid } from './failure.ts';
import { draftInvoice, finalize } from './invoices.ts';
import { bool, cleared, cycleAnchor, ignored, int, mergedMetadata, metadata, text } from './params.ts';
import { cancellation, detailsOf } from './pauses.ts';
import { attempt, type Outcome } from './payments.ts';
import { cardFailure, noMethod } from './refusals.ts';
import { collect, endOf } from './renewals.ts';
import { day } from './time.ts';
import type { Invoice, Subscription } from './wire.ts';
import type { World } from './world.ts';

const item = z.strictObject({
  id: text.optional(),
  price: text.optional(),
  quantity: int.optional(),
  deleted: bool.optional(),
  metadata: metadata.optional(),
  ...ignored('clear_usage', 'discounts', 'tax_rates'),
});

export const prorationBehaviour = z.enum(['always_invoice', 'create_prorations', 'none']);
export const itemChanges = z.array(item).max(20);

export const subscriptionChange = z.strictObject({
  items: itemChanges.optional(),
  proration_behavior: prorationBehaviour.optional(),
  proration_date: int.optional(),
  billing_cycle_anchor: cycleAnchor.optional(),
  payment_behavior: z.enum(['allow_incomplete', 'default_incomplete', 'error_if_incomplete', 'pending_if_incomplete']).optional(),
  cancel_at_period_end: bool.optional(),
  cancel_at: z.union([int, cleared, z.enum(['min_period_end', 'max_period_end'])]).optional(),
  cancellation_details: cancellation.optional(),
  default_payment_method: text.optional(),
  description: z.union([text, cleared]).optional(),
  metadata: metadata.optional(),
  ...ignored('off_session', 'payment_settings', 'collection_method', 'automatic_tax'),
});
type SubscriptionChange = z.infer<typeof subscriptionChange>;

const ended: readonly string[] = ['canceled', 'incomplete_expired'];

/** Changes a subscription: its items with their proration, its end, its card, its metadata. */
export function updateSubscription(world: World, given: SubscriptionChange, id: string): Subscription {
  const before = world.get('subscription', id);
  checkUpdate(before, given);
  const plain = plainChange(world, before, given);
  const changes = given.items !== undefined || given.billing_cycle_anchor === 'now';
  if (!changes) {
    world.update('subscription', id, plain, 'customer.subscription.updated');
    return world.get('subscription', id);
  }
  const plan = planChange(world, before, given);
  if (given.payment_behavior === 'pending_if_incomplete' && plan.invoices) {
    world.update('subscription', id, plain);
    return payFirst(world, id, plan);
  }
  const change = { ...plain, ...fieldsOf(before, plan) };
  const subscription = world.update('subscription', id, change, 'customer.subscription.updated');
  if (plan.invoices) payFor(world, { subscription, plan, behaviour: given.payment_behavior });
  else addPending(world, id, plan.prorations);
  return world.get('subscription', id);
}

function checkUpdate(before: Subscription, given: SubscriptionChange): void {
  if (ended.includes(before.status)) {
    const only = Object.keys(given).every((key) => key === 'metadata' || key === 'cancellation_details');
    if (!only)
      throw invalid('A canceled subscription can only update its cancellation_details and metadata.', {
        code: 'invalid_canceled_subscription_fields',
      });
  }
  if (before.status === 'incomplete' && given.items !== undefined)
    throw invalid('This subscription is `incomplete`; its items cannot be changed until its first invoice is paid.', {
      param: 'items',
    });
  const ending = given.cancel_at_period_end !== undefined || given.cancel_at !== undefined;
  if (before.schedule !== null && ending)
    throw invalid(
      `The subscription is managed by the subscription schedule \`${before.schedule}\`, and updating any cancelation behavior ` +
        'directly is not allowed. Please update the schedule instead.',
    );
  if (before.pending_update !== null && given.items !== undefined)
    throw invalid('You cannot update a subscription while it has a pending update. Please void the pending invoice first.');
}

function plainChange(world: World, before: Subscription, given: SubscriptionChange): Partial<Subscription> {
  const { default_payment_method: method, description, metadata: data } = given;
  if (method !== undefined) world.get('payment_method', method, 'default_payment_method');
  return {
    metadata: mergedMetadata(before.metadata, data),
    ...(method !== undefined && { default_payment_method: method }),
    ...(description !== undefined && { description }),
    ...endChange(world, before, given),
  };
}

/** When the subscription is to end: at the end of its period, at some time, or no longer. */
function endChange(world: World, before: Subscription, given: SubscriptionChange): Partial<Subscription> {
  const { cancel_at_period_end: atEnd, cancel_at: at, cancellation_details: said } = given;
  const now = world.now(before.test_clock);
  if (atEnd === undefined && at === undefined)
    return said === undefined
      ? {}
      : { cancellation_details: { ...detailsOf(before, true, said), reason: before.cancellation_details?.reason ?? null } };
  if (typeof at === 'number' && at <= now) throw invalid('The cancel_at must be in the future.', { param: 'cancel_at' });
  const end = atEnd === true || typeof at === 'string' ? endOf(before) : (at ?? null);
  const canceled = end !== null;
  return {
    cancel_at_period_end: atEnd === true,
    cancel_at: end,
    canceled_at: canceled ? (before.canceled_at ?? now) : null,
    cancellation_details: detailsOf(before, canceled, said),
  };
}

/** The invoice of a change, with what waited for the next one. */
function invoiceFor(world: World, subscription: Subscription, plan: Plan): Invoice {
  const lines = [...takePending(world, subscription.id), ...plan.prorations, ...plan.full];
  const draft = { subscription, reason: 'subscription_update', lines, prorationDate: plan.at } as const;
  return finalize(world, draftInvoice(world, draft).id);
}

function payFor(
  world: World,
  payment: { subscription: Subscription; plan: Plan; behaviour: SubscriptionChange['payment_behavior'] },
): void {
  const { behaviour } = payment;
  const invoice = invoiceFor(world, payment.subscription, payment.plan);
  if (invoice.status === 'paid' || behaviour === 'default_incomplete') return;
  if (behaviour !== 'error_if_incomplete') {
    collect(world, invoice.id);
    return;
  }
  const outcome = attempt(world, invoice.id);
  if (outcome.result !== 'paid') throw refused(outcome);
}

/** With error_if_incomplete nothing is changed unless it is paid. */
function refused(outcome: Exclude<Outcome, { result: 'paid' }>) {
  if (outcome.result === 'declined') return cardFailure(outcome);
  if (outcome.result === 'no_method') return noMethod();
  return cardFailure({
    result: 'declined',
    decline: {
      code: 'subscription_payment_intent_requires_action',
      message: 'Payment for this subscription requires additional user action.',
    },
    intent: outcome.intent,
  });
}

/** The change waits for its payment, for 23 hours; without one it is as if it had not been asked for. */
function payFirst(world: World, id: string, plan: Plan): Subscription {
  const before = world.get('subscription', id);
  const now = world.now(before.test_clock);
  world.addNote(id, { waiting: fieldsOf(before, plan) });
  const pending_update = {
    billing_cycle_anchor: null,
    cancel_at_period_end: null,
    discount: null,
    discounts: null,
    expires_at: now + day - 3600,
    metadata: null,
    subscription_items: [...plan.items],
    trial_end: null,
    trial_from_plan: null,
  };
  const subscription = world.update('subscription', id, { pending_update });
  const invoice = invoiceFor(world, subscription, plan);
  const paid = invoice.status === 'paid' || attempt(world, invoice.id).result === 'paid';
  if (paid) {
    const change = { ...fieldsOf(before, plan), pending_update: null };
    world.update('subscription', id, change, 'customer.subscription.updated');
  } else world.emit('customer.subscription.updated', world.get('subscription', id), { pending_update: null });
  return world.get('subscription', id);
}
