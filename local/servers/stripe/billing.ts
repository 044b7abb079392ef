import { z } from 'zod';
import { fieldsOf, planChange } from './changes.ts';
import { pendingLines } from './endings.ts';
import { invalid, StripeFailure } from './failure.ts';
import { finalize, invoiceOf, subscriptionOf, voidInvoice } from './invoices.ts';
import { fullLine } from './lines.ts';
import { listed } from './lists.ts';
import { bool, cycleAnchor, ignored, int, paging, range, text } from './params.ts';
import { attempt } from './payments.ts';
import { cardFailure, noMethod } from './refusals.ts';
import { endOf } from './renewals.ts';
import { type Route, route } from './routes.ts';
import { periodEnd } from './time.ts';
import { itemChanges, prorationBehaviour } from './updates.ts';
import type { Charge, Invoice, InvoicePayment, Subscription } from './wire.ts';
import type { World } from './world.ts';

const invoiceList = z.strictObject({
  ...paging,
  created: range.optional(),
  customer: text.optional(),
  subscription: text.optional(),
  status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']).optional(),
  ...ignored('collection_method', 'due_date'),
});
const preview = z.strictObject({
  customer: text.optional(),
  subscription: text,
  subscription_details: z
    .strictObject({
      items: itemChanges.optional(),
      proration_behavior: prorationBehaviour.optional(),
      proration_date: int.optional(),
      billing_cycle_anchor: cycleAnchor.optional(),
      cancel_at_period_end: bool.optional(),
      ...ignored('metadata'),
    })
    .optional(),
  ...ignored('preview_mode'),
});
const paymentList = z.strictObject({
  ...paging,
  created: range.optional(),
  invoice: text.optional(),
  status: text.optional(),
  payment: z.strictObject({ type: text, payment_intent: text.optional() }).optional(),
});
const chargeList = z.strictObject({
  ...paging,
  created: range.optional(),
  customer: text.optional(),
  payment_intent: text.optional(),
});
const byCustomer = z.strictObject({ ...paging, created: range.optional(), customer: text.optional() });

/** Invoices, and the payments and charges behind them. */
export const billingRoutes: readonly Route[] = [
  route('POST', '/v1/invoices/create_preview', preview, previewInvoice),
  route('GET', '/v1/invoices/:id', z.strictObject({}), (world, _, id) => world.get('invoice', id)),
  route('POST', '/v1/invoices/:id/pay', z.strictObject({ payment_method: text.optional(), ...ignored('off_session') }), pay),
  route('POST', '/v1/invoices/:id/finalize', z.strictObject({ auto_advance: bool.optional() }), (world, _, id) => {
    if (world.get('invoice', id).status !== 'draft')
      throw invalid('This invoice is already finalized, you can’t finalize it again.');
    finalize(world, id);
    return world.get('invoice', id);
  }),
  route('POST', '/v1/invoices/:id/void', z.strictObject({}), (world, _, id) => voidOpen(world, id)),
  route('GET', '/v1/invoices', invoiceList, (world, given) => {
    const { customer, subscription, status } = given;
    const fits = (one: Invoice) =>
      (customer ?? one.customer) === one.customer &&
      (status ?? one.status) === one.status &&
      (subscription === undefined || one.parent?.subscription_details?.subscription === subscription);
    return listed({ url: '/v1/invoices', all: world.all('invoice').filter(fits), given });
  }),
  route('GET', '/v1/invoice_payments/:id', z.strictObject({}), (world, _, id) => world.get('invoice_payment', id)),
  route('GET', '/v1/invoice_payments', paymentList, (world, given) => {
    const { invoice, status, payment } = given;
    const fits = (one: InvoicePayment) =>
      (invoice ?? one.invoice) === one.invoice &&
      (status ?? one.status) === one.status &&
      (payment?.payment_intent ?? one.payment.payment_intent) === one.payment.payment_intent;
    return listed({ url: '/v1/invoice_payments', all: world.all('invoice_payment').filter(fits), given });
  }),
  route('GET', '/v1/payment_intents/:id', z.strictObject({}), (world, _, id) => world.get('payment_intent', id)),
  route('GET', '/v1/payment_intents', byCustomer, (world, given) => {
    const all = world.all('payment_intent').filter((one) => (given.customer ?? one.customer) === one.customer);
    return listed({ url: '/v1/payment_intents', all, given });
  }),
  route('GET', '/v1/charges/:id', z.strictObject({}), (world, _, id) => world.get('charge', id)),
  route('GET', '/v1/charges', chargeList, (world, given) => {
    const { customer, payment_intent } = given;
    const fits = (one: Charge) =>
      (customer ?? one.customer) === one.customer && (payment_intent ?? one.payment_intent) === one.payment_intent;
    return listed({ url: '/v1/charges', all: world.all('charge').filter(fits), given });
  }),
];

function pay(world: World, { payment_method: method }: { payment_method?: string | undefined }, id: string): Invoice {
  const before = world.get('invoice', id);
  if (before.status === 'draft') finalize(world, id);
  if (before.status === 'paid') throw invalid('Invoice is already paid');
  if (before.status === 'void' || before.status === 'uncollectible') throw invalid('This invoice cannot be paid: it is void.');
  if (method !== undefined) world.get('payment_method', method, 'payment_method');
  if (world.get('invoice', id).status === 'paid') return world.get('invoice', id);
  const outcome = attempt(world, id, { method });
  if (outcome.result === 'declined') throw cardFailure(outcome, true);
  if (outcome.result === 'no_method') throw noMethod();
  if (outcome.result === 'needs_person')
    throw new StripeFailure(402, {
      type: 'card_error',
      code: 'invoice_payment_intent_requires_action',
      message: 'Payment for this invoice requires additional user action.',
      payment_intent: outcome.intent,
    });
  return world.get('invoice', id);
}

function voidOpen(world: World, id: string): Invoice {
  const { status } = world.get('invoice', id);
  if (status !== 'open' && status !== 'uncollectible')
    throw invalid(`You can only pass in open or uncollectible invoices. This invoice isn't one: it is ${status}.`);
  const invoice = voidInvoice(world, id);
  const subscription = subscriptionOf(world, invoice);
  if (subscription?.latest_invoice !== id) return invoice;
  if (subscription.pending_update !== null)
    world.update('subscription', subscription.id, { pending_update: null }, 'customer.subscription.updated');
  if (subscription.status === 'incomplete')
    world.update('subscription', subscription.id, { status: 'incomplete_expired' }, 'customer.subscription.updated');
  return invoice;
}

/** What a change would cost now, or what the next renewal will be. */
function previewInvoice(world: World, given: z.infer<typeof preview>): Invoice {
  const subscription = world.get('subscription', given.subscription, 'subscription');
  const { cancel_at_period_end: ends = subscription.cancel_at_period_end, ...change } = given.subscription_details ?? {};
  if (['canceled', 'incomplete_expired'].includes(subscription.status)) throw noneUpcoming();
  const plan = planChange(world, subscription, change);
  const waiting = pendingLines(world, subscription.id);
  const changes = change.items !== undefined || change.billing_cycle_anchor === 'now';
  const ending = { subscription, prorationDate: plan.at };
  if (changes && plan.invoices) {
    const lines = [...waiting, ...plan.prorations, ...plan.full];
    return shown(invoiceOf(world, { ...ending, reason: 'subscription_update', lines }));
  }
  if (ends) throw noneUpcoming();
  const next = nextPeriod({ ...subscription, ...fieldsOf(subscription, plan) });
  const lines = [...waiting, ...plan.prorations, ...next.items.data.map((item) => fullLine(world, item))];
  return shown(invoiceOf(world, { ...ending, subscription: next, reason: 'upcoming', lines }));
}

const shown = (invoice: Invoice): Invoice => ({ ...invoice, id: `upcoming_${invoice.id}` });

const noneUpcoming = () =>
  new StripeFailure(404, {
    type: 'invalid_request_error',
    code: 'invoice_upcoming_none',
    message: 'No upcoming invoices for customer',
  });

function nextPeriod(subscription: Subscription): Subscription {
  const start = endOf(subscription);
  const data = subscription.items.data.map((item) => {
    const every = item.price.recurring ?? { interval: 'month', interval_count: 1 };
    const end = periodEnd(subscription.billing_cycle_anchor, every, start);
    return { ...item, current_period_start: start, current_period_end: end };
  });
  return { ...subscription, items: { ...subscription.items, data } };
}
