import { z } from 'zod';
import { newItem, recurringPrice } from './changes.ts';
import { cancelNow } from './endings.ts';
import { invalid, StripeFailure } from './failure.ts';
import { draftInvoice, finalize } from './invoices.ts';
import { fullLine } from './lines.ts';
import { listed } from './lists.ts';
import { bool, ignored, int, type MetadataParam, mergedMetadata, metadata, paging, range, text } from './params.ts';
import { cancellation, pauseRoutes } from './pauses.ts';
import { attempt, methodFor } from './payments.ts';
import { cardFailure, noMethod } from './refusals.ts';
import { type Route, route } from './routes.ts';
import { periodEnd } from './time.ts';
import { subscriptionChange, updateSubscription } from './updates.ts';
import { listOf, type Subscription } from './wire.ts';
import { newId, type World } from './world.ts';

const behaviour = z.enum(['allow_incomplete', 'default_incomplete', 'error_if_incomplete', 'pending_if_incomplete']);
const newSubscription = z.strictObject({
  customer: text,
  items: z.array(z.strictObject({ price: text, quantity: int.optional(), metadata: metadata.optional() })).min(1),
  metadata: metadata.optional(),
  default_payment_method: text.optional(),
  payment_behavior: behaviour.optional(),
  cancel_at_period_end: bool.optional(),
  ...ignored(
    'collection_method',
    'description',
    'off_session',
    'payment_settings',
    'proration_behavior',
    'currency',
    'automatic_tax',
  ),
  ...ignored('billing_mode'),
});
const subscriptionList = z.strictObject({
  ...paging,
  created: range.optional(),
  customer: text.optional(),
  price: text.optional(),
  status: text.optional(),
  test_clock: text.optional(),
  ...ignored('collection_method', 'current_period_end', 'current_period_start', 'plan'),
});
const ending = z.strictObject({
  prorate: bool.optional(),
  invoice_now: bool.optional(),
  cancellation_details: cancellation.optional(),
});

/** Subscriptions. */
export const subscriptionRoutes: readonly Route[] = [
  route('POST', '/v1/subscriptions', newSubscription, (world, given) => {
    const { customer, items, payment_behavior } = given;
    world.get('customer', customer, 'customer');
    const made = createSubscription(world, { ...given, customer, items });
    const { id } = draftInvoice(world, { subscription: made, reason: 'subscription_create', lines: linesOf(world, made) });
    if (finalize(world, id).status === 'paid') return activate(world, made.id);
    if (payment_behavior === 'default_incomplete') return world.get('subscription', made.id);
    if (methodFor(world, world.get('invoice', id)) === undefined) throw noMethod();
    const outcome = attempt(world, id);
    if (outcome.result === 'declined' && payment_behavior === 'error_if_incomplete') throw cardFailure(outcome);
    return world.get('subscription', made.id);
  }),
  route('GET', '/v1/subscriptions/:id', z.strictObject({}), (world, _, id) => world.get('subscription', id)),
  route('POST', '/v1/subscriptions/:id', subscriptionChange, updateSubscription),
  route('DELETE', '/v1/subscriptions/:id', ending, (world, given, id) => {
    const { status } = world.get('subscription', id);
    if (status === 'canceled' || status === 'incomplete_expired')
      throw new StripeFailure(404, {
        type: 'invalid_request_error',
        code: 'resource_missing',
        message: `No such subscription: '${id}'`,
        param: 'id',
      });
    const { prorate, invoice_now: invoiceNow, cancellation_details: said } = given;
    return cancelNow(world, id, { prorate, invoiceNow, reason: 'cancellation_requested', ...said });
  }),
  route('GET', '/v1/subscriptions', subscriptionList, (world, given) => {
    const all = world.all('subscription').filter((one) => fits(one, given));
    return listed({ url: '/v1/subscriptions', all, given });
  }),
  ...pauseRoutes,
];

/** Canceled ones are listed only when they are asked for. */
function fits(one: Subscription, given: z.infer<typeof subscriptionList>): boolean {
  const { customer, price, status, test_clock } = given;
  if ((customer ?? one.customer) !== one.customer || (test_clock ?? one.test_clock) !== one.test_clock) return false;
  if (price !== undefined && !one.items.data.some((item) => item.price.id === price)) return false;
  if (status === 'all') return true;
  if (status === 'ended') return one.ended_at !== null;
  return status === undefined ? one.status !== 'canceled' : one.status === status;
}

interface NewSubscription {
  readonly customer: string;
  readonly items: readonly {
    readonly price: string;
    readonly quantity?: number | undefined;
    readonly metadata?: MetadataParam | undefined;
  }[];
  readonly metadata?: MetadataParam | undefined;
  readonly default_payment_method?: string | undefined;
  readonly cancel_at_period_end?: boolean | undefined;
}

/** A new subscription, incomplete until its first invoice is paid. */
export function createSubscription(world: World, given: NewSubscription): Subscription {
  const id = newId('sub_');
  const clock = world.clockOf(given.customer);
  const now = world.now(clock);
  const prices = given.items.map(({ price }, at) => recurringPrice(world, price, `items[${at}][price]`));
  const every = prices[0]?.recurring ?? { interval: 'month', interval_count: 1 };
  if (prices.some(({ recurring }) => recurring.interval !== every.interval || recurring.interval_count !== every.interval_count))
    throw invalid('The billing interval of all items must be the same.', { param: 'items' });
  const period = { start: now, end: periodEnd(now, every, now) };
  const items = given.items.map(({ quantity = 1, metadata: data }, at) =>
    newItem({ price: prices[at] as (typeof prices)[number], quantity, subscription: id, period, at: now, metadata: data }),
  );
  const subscription: Subscription = {
    ...plainParts,
    id,
    object: 'subscription',
    billing_cycle_anchor: now,
    cancel_at: given.cancel_at_period_end ? period.end : null,
    cancel_at_period_end: given.cancel_at_period_end ?? false,
    created: now,
    currency: prices[0]?.currency ?? 'usd',
    customer: given.customer,
    default_payment_method: given.default_payment_method ?? null,
    items: listOf(items, `/v1/subscription_items?subscription=${id}`),
    metadata: mergedMetadata(null, given.metadata),
    start_date: now,
    status: 'incomplete',
    test_clock: clock,
  };
  return world.create(subscription, 'customer.subscription.created');
}

/** What is the same on every new subscription here. */
const plainParts = {
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor_config: null,
  billing_mode: { type: 'flexible', flexible: { proration_discounts: 'included' } },
  billing_schedules: [],
  billing_thresholds: null,
  canceled_at: null,
  cancellation_details: null,
  collection_method: 'charge_automatically',
  customer_account: null,
  days_until_due: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  ended_at: null,
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: { type: 'self' },
  },
  latest_invoice: null,
  livemode: false,
  managed_payments: null,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: 'off' },
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  transfer_data: null,
  trial_end: null,
  trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
  trial_start: null,
} satisfies Partial<Subscription>;

/** The lines of a subscription's first invoice. */
export const linesOf = (world: World, { items }: Subscription) => items.data.map((item) => fullLine(world, item));

/** A first invoice of nothing is paid at once. */
export function activate(world: World, id: string): Subscription {
  return world.update('subscription', id, { status: 'active' }, 'customer.subscription.updated');
}
