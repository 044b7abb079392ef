import { z } from 'zod';
import { attachCard, numberOfToken } from './cards.ts';
import { defined } from './catalogue.ts';
import { cancelNow } from './endings.ts';
import { invalid } from './failure.ts';
import { listed } from './lists.ts';
import { cleared, ignored, mergedMetadata, metadata, paging, range, text } from './params.ts';
import { type Route, route } from './routes.ts';
import type { Customer } from './wire.ts';
import { newId, type World } from './world.ts';

const fields = {
  description: z.union([text, cleared]).optional(),
  email: z.union([text.max(512), cleared]).optional(),
  metadata: metadata.optional(),
  name: z.union([text, cleared]).optional(),
  phone: z.union([text, cleared]).optional(),
  invoice_settings: z.strictObject({ default_payment_method: text.optional(), ...ignored('footer', 'custom_fields') }).optional(),
  ...ignored('address', 'preferred_locales', 'tax', 'tax_exempt', 'invoice_prefix', 'shipping'),
};
const newCustomer = z.strictObject({ ...fields, test_clock: text.optional(), payment_method: text.optional() });
const customerList = z.strictObject({
  ...paging,
  created: range.optional(),
  email: text.optional(),
  test_clock: text.optional(),
});

/** Customers and their cards. */
export const customerRoutes: readonly Route[] = [
  route('POST', '/v1/customers', newCustomer, createCustomer),
  route('GET', '/v1/customers/:id', z.strictObject({}), (world, _, id) => {
    const gone = world.note(id)['deleted'] === true;
    return gone ? { id, object: 'customer', deleted: true } : world.get('customer', id);
  }),
  route('POST', '/v1/customers/:id', z.strictObject(fields), (world, given, id) => {
    const before = world.get('customer', id);
    const { description, email, name, phone, invoice_settings } = given;
    const method = invoice_settings?.default_payment_method;
    if (method !== undefined) ownMethod(world, id, method);
    const settings = { ...before.invoice_settings, ...defined({ default_payment_method: method }) };
    const change = { ...defined({ description, email, name, phone }), metadata: mergedMetadata(before.metadata, given.metadata) };
    return world.update('customer', id, { ...change, invoice_settings: settings }, 'customer.updated');
  }),
  route('GET', '/v1/customers', customerList, (world, given) => {
    const { email, test_clock } = given;
    // Customers of a test clock are listed only when it is named.
    const fits = (one: Customer) => (one.test_clock ?? undefined) === test_clock && (email ?? one.email) === one.email;
    return listed({ url: '/v1/customers', all: world.all('customer').filter(fits), given });
  }),
  route('DELETE', '/v1/customers/:id', z.strictObject({}), deleteCustomer),
  route('POST', '/v1/payment_methods/:id/attach', z.strictObject({ customer: text }), (world, { customer }, id) => {
    world.get('customer', customer, 'customer');
    const number = numberOfToken(id);
    if (number === undefined) return world.update('payment_method', id, { customer }, 'payment_method.attached');
    return attachCard(world, customer, number);
  }),
  route('GET', '/v1/payment_methods/:id', z.strictObject({}), (world, _, id) => world.get('payment_method', id)),
  route('GET', '/v1/payment_methods', z.strictObject({ ...paging, customer: text, type: text.optional() }), (world, given) => {
    const all = world.all('payment_method').filter(({ customer }) => customer === given.customer);
    return listed({ url: '/v1/payment_methods', all, given });
  }),
];

function ownMethod(world: World, customer: string, method: string): void {
  const found = world.get('payment_method', method, 'invoice_settings[default_payment_method]');
  if (found.customer === customer) return;
  throw invalid(
    'The customer does not have a payment method with the ID ' +
      `${method}. The payment method must be attached to the customer.`,
    { code: 'resource_missing', param: 'invoice_settings[default_payment_method]' },
  );
}

/** A new customer. */
export function createCustomer(world: World, given: z.infer<typeof newCustomer>): Customer {
  const clock = given.test_clock ?? null;
  if (clock !== null) world.get('test_helpers.test_clock', clock, 'test_clock');
  const customer: Customer = {
    id: newId('cus_', 14),
    object: 'customer',
    address: null,
    balance: 0,
    created: world.now(clock),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: given.description ?? null,
    discount: null,
    email: given.email ?? null,
    invoice_prefix: newId('', 8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: mergedMetadata(null, given.metadata),
    name: given.name ?? null,
    next_invoice_sequence: 1,
    phone: given.phone ?? null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: clock,
  };
  world.create(customer, 'customer.created');
  const token = given.payment_method ?? given.invoice_settings?.default_payment_method;
  if (token === undefined) return customer;
  const number = numberOfToken(token);
  if (number === undefined)
    throw invalid(`No such PaymentMethod: '${token}'`, { code: 'resource_missing', param: 'payment_method' });
  const { id } = attachCard(world, customer.id, number);
  if (given.invoice_settings?.default_payment_method === undefined) return customer;
  return world.update('customer', customer.id, {
    invoice_settings: { ...customer.invoice_settings, default_payment_method: id },
  });
}

function deleteCustomer(world: World, _: object, id: string) {
  const customer = world.get('customer', id);
  for (const { id: subscription, customer: owner, status } of world.all('subscription')) {
    const ended = status === 'canceled' || status === 'incomplete_expired';
    if (owner === id && !ended) cancelNow(world, subscription, { reason: 'cancellation_requested' });
  }
  world.emit('customer.deleted', customer);
  world.objects.delete(id);
  world.addNote(id, { deleted: true });
  return { id, object: 'customer', deleted: true };
}
