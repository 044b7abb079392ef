import { z } from 'zod';
import { recurringPrice } from './changes.ts';
import { invalid } from './failure.ts';
import { listed } from './lists.ts';
import { bool, ignored, int, mergedMetadata, metadata, paging, range, text } from './params.ts';
import { type Route, route } from './routes.ts';
import { day } from './time.ts';
import type { LineItem, Price, Session } from './wire.ts';
import { newId, type World } from './world.ts';

const newSession = z.strictObject({
  mode: z.literal('subscription'),
  success_url: text,
  cancel_url: text.optional(),
  customer: text.optional(),
  customer_email: text.optional(),
  client_reference_id: text.max(200).optional(),
  metadata: metadata.optional(),
  expires_at: int.optional(),
  line_items: z.array(z.strictObject({ price: text, quantity: int.optional(), ...ignored('adjustable_quantity') })).min(1),
  subscription_data: z
    .strictObject({
      metadata: metadata.optional(),
      description: text.optional(),
      ...ignored('billing_mode', 'proration_behavior'),
    })
    .optional(),
  allow_promotion_codes: bool.optional(),
  ui_mode: z.literal('hosted_page').optional(),
  ...ignored(
    'automatic_tax',
    'billing_address_collection',
    'custom_text',
    'customer_update',
    'locale',
    'payment_method_collection',
  ),
  ...ignored('payment_method_types', 'payment_method_options', 'phone_number_collection', 'saved_payment_method_options'),
  ...ignored('submit_type', 'tax_id_collection', 'consent_collection'),
});
type NewSession = z.infer<typeof newSession>;

const sessionList = z.strictObject({
  ...paging,
  created: range.optional(),
  customer: text.optional(),
  subscription: text.optional(),
  payment_intent: text.optional(),
  status: z.enum(['open', 'complete', 'expired']).optional(),
});

/** Checkout sessions: a page on which a person pays for a new subscription. */
export const checkoutRoutes: readonly Route[] = [
  route('POST', '/v1/checkout/sessions', newSession, createSession),
  route('GET', '/v1/checkout/sessions/:id', z.strictObject({}), (world, _, id) => world.get('checkout.session', id)),
  route('POST', '/v1/checkout/sessions/:id', z.strictObject({ metadata: metadata.optional() }), (world, given, id) => {
    const { metadata: before } = world.get('checkout.session', id);
    return world.update('checkout.session', id, { metadata: mergedMetadata(before, given.metadata) });
  }),
  route('POST', '/v1/checkout/sessions/:id/expire', z.strictObject({}), (world, _, id) => {
    const { status } = world.get('checkout.session', id);
    if (status !== 'open')
      throw invalid(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${status}\`.`,
      );
    return expireSession(world, id);
  }),
  route('GET', '/v1/checkout/sessions/:id/line_items', z.strictObject(paging), (world, given, id) => {
    world.get('checkout.session', id);
    const all = lineItems(world, id).map((item) => ({ ...item, created: 0 }));
    const { data, ...rest } = listed({ url: `/v1/checkout/sessions/${id}/line_items`, all, given });
    return { ...rest, data: data.map(({ created: _, ...item }) => item) };
  }),
  route('GET', '/v1/checkout/sessions', sessionList, (world, given) => {
    const { customer, subscription, status, payment_intent } = given;
    const fits = (one: Session) =>
      (customer ?? one.customer) === one.customer &&
      (subscription ?? one.subscription) === one.subscription &&
      (payment_intent ?? one.payment_intent) === one.payment_intent &&
      (status ?? one.status) === one.status;
    return listed({ url: '/v1/checkout/sessions', all: world.all('checkout.session').filter(fits), given });
  }),
];

/** What is bought in a session, kept for its page. */
export interface Basket {
  readonly items: readonly { readonly price: string; readonly quantity: number }[];
  readonly metadata: Readonly<Record<string, string>>;
}

export const basketOf = (world: World, session: string) => world.note(session)['basket'] as Basket; // createSession puts it there

/** The parts of a session's list of items. */
export function lineItems(world: World, session: string): LineItem[] {
  return basketOf(world, session).items.map(({ price: id, quantity }): LineItem => {
    const price = world.get('price', id);
    const amount = (price.unit_amount ?? 0) * quantity;
    return {
      id: `li_${session.slice(-14)}${id.slice(-10)}`,
      object: 'item',
      adjustable_quantity: null,
      amount_discount: 0,
      amount_subtotal: amount,
      amount_tax: 0,
      amount_total: amount,
      currency: price.currency,
      description: world.find('product', price.product)?.name ?? null,
      metadata: {},
      price,
      quantity,
    };
  });
}

/** Who asks may live in the machine's time: where the account was moved ahead of it, what they say moves along. */
function expiry(world: World, { expires_at }: NewSession, now: number): number {
  const said = expires_at ?? now + day;
  const at = said < now ? said + world.offsetSeconds : said;
  if (at < now + 1800 || at > now + day)
    throw invalid('The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.', {
      param: 'expires_at',
    });
  return at;
}

function createSession(world: World, given: NewSession): Session {
  const customer = given.customer === undefined ? null : world.get('customer', given.customer, 'customer');
  const now = world.now(customer?.test_clock);
  const prices = given.line_items.map(({ price }, at) => recurringPrice(world, price, `line_items[${at}][price]`));
  for (const [name, url] of Object.entries({ success_url: given.success_url, cancel_url: given.cancel_url }))
    if (url !== undefined && !URL.canParse(url)) throw invalid('Not a valid URL', { param: name, code: 'url_invalid' });
  const items = given.line_items.map(({ price, quantity = 1 }) => ({ price, quantity }));
  const total = items.reduce((sum, { quantity }, at) => sum + (prices[at]?.unit_amount ?? 0) * quantity, 0);
  const id = newId('cs_test_', 58);
  const session: Session = {
    ...plainParts,
    id,
    object: 'checkout.session',
    allow_promotion_codes: given.allow_promotion_codes ?? null,
    amount_subtotal: total,
    amount_total: total,
    cancel_url: given.cancel_url ?? null,
    client_reference_id: given.client_reference_id ?? null,
    created: now,
    currency: (prices[0] as Price).currency,
    customer: customer?.id ?? null,
    customer_creation: customer === null ? 'always' : null,
    customer_details: detailsFor(customer?.email ?? given.customer_email ?? null),
    customer_email: given.customer_email ?? null,
    expires_at: expiry(world, given, now),
    metadata: mergedMetadata(null, given.metadata),
    mode: 'subscription',
    status: 'open',
    success_url: given.success_url,
    url: `${world.base}/checkout/${id}`,
  };
  world.addNote(id, { basket: { items, metadata: mergedMetadata(null, given.subscription_data?.metadata) } });
  return world.create(session);
}

/** What the page learns of the person. */
export function detailsFor(email: string | null): Session['customer_details'] {
  const nobody = { address: null, business_name: null, individual_name: null, name: null, phone: null };
  return { ...nobody, email, tax_exempt: 'none', tax_ids: [] };
}

/** What is the same on every new session here. */
const plainParts = {
  adaptive_pricing: null,
  after_expiration: null,
  allowed_payment_method_types: null,
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: null,
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  currency_conversion: null,
  custom_fields: [],
  custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
  customer_account: null,
  discounts: [],
  integration_identifier: null,
  invoice: null,
  invoice_creation: null,
  livemode: false,
  locale: null,
  managed_payments: null,
  origin_context: null,
  payment_intent: null,
  payment_link: null,
  payment_method_collection: 'always',
  payment_method_configuration_details: null,
  payment_method_options: { card: { request_three_d_secure: 'automatic' } },
  payment_method_types: ['card'],
  payment_status: 'unpaid',
  permissions: null,
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  submit_type: null,
  subscription: null,
  total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
  ui_mode: 'hosted_page',
  wallet_options: null,
} satisfies Partial<Session>;

/** Ends a session that nobody paid. */
export function expireSession(world: World, id: string): Session {
  return world.update('checkout.session', id, { status: 'expired', url: null }, 'checkout.session.expired');
}
