import { lineItems } from './checkout.ts';
import { invalid } from './failure.ts';
import { intentOf } from './payments.ts';
import { type Charge, type Customer, type Invoice, listOf, type Session, type Stored } from './wire.ts';
import type { World } from './world.ts';

type Node = Record<string, unknown>;

/** Fields that an object has only when they are asked for. */
const extra: Readonly<Record<string, (world: World, object: never) => Readonly<Record<string, unknown>>>> = {
  invoice: (world, invoice: Invoice) => ({
    payments: listOf(
      world.all('invoice_payment').filter((one) => one.invoice === invoice.id),
      `/v1/invoice_payments?invoice=${invoice.id}`,
    ),
    confirmation_secret: secretOf(world, invoice.id),
  }),
  'checkout.session': (world, session: Session) => ({
    line_items: listOf(lineItems(world, session.id), `/v1/checkout/sessions/${session.id}/line_items`),
  }),
  customer: (world, customer: Customer) => ({
    subscriptions: listOf(
      world.all('subscription').filter((one) => one.customer === customer.id && one.status !== 'canceled'),
      `/v1/customers/${customer.id}/subscriptions`,
    ),
  }),
  charge: (world, charge: Charge) => ({
    refunds: listOf(
      world.all('refund').filter((one) => one.charge === charge.id),
      `/v1/charges/${charge.id}/refunds`,
    ),
  }),
};

function secretOf(world: World, invoice: string) {
  const secret = intentOf(world, invoice)?.client_secret;
  return typeof secret === 'string' ? { client_secret: secret, type: 'payment_intent' } : null;
}

/** An answer with what was asked to be expanded: `latest_invoice.payments`, `data.customer`. At most four levels deep. */
export function expanded(world: World, answer: object, paths: readonly string[]): object {
  if (paths.length === 0) return answer;
  const copy = structuredClone(answer) as Node;
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.length > 4) throw invalid('You cannot expand more than 4 levels of a property.', { param: 'expand' });
    expandAt(world, { node: copy, steps, path });
  }
  return copy;
}

function expandAt(world: World, { node, steps, path }: { node: Node; steps: readonly string[]; path: string }): void {
  const [key = '', ...rest] = steps;
  // `object` names the type, by which `extra` is found: what is found takes this node.
  const value = key in node ? node[key] : extra[String(node['object'])]?.(world, node as never)[key];
  if (value === undefined) throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand' });
  const grown = typeof value === 'string' ? structuredClone(lookUp(world, value, path)) : structuredClone(value);
  node[key] = grown;
  if (rest.length === 0 || grown === null) return;
  for (const inner of Array.isArray(grown) ? grown : [grown]) expandAt(world, { node: inner as Node, steps: rest, path });
}

function lookUp(world: World, id: string, path: string): Stored {
  const found = world.objects.get(id);
  if (found === undefined) throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand' });
  return found;
}
