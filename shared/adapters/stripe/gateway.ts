import type Stripe from 'stripe';
import type { InvoiceFact } from '../../domain/billing/stripe/facts.ts';
import type { StripeGateway, Upgrade } from '../../domain/billing/stripe/ports.ts';
import { milliseconds } from '../../kit/clock.ts';
import { type ClientOptions, stripeClient } from './client.ts';
import { asking, saysNo } from './errors.ts';
import { invoiceFact, paymentOf, refundFact, subscriptionFact } from './facts.ts';
import { catalogue, type Prices } from './prices.ts';
import { changesOf } from './subscription-changes.ts';

export interface GatewayOptions extends ClientOptions {
  readonly clock: () => number;
  /** Where people come back to. */
  readonly returnUrl: string;
}

/** Runs a call with the client, and says in our words what goes wrong. */
export type Ask = <T>(call: (stripe: Stripe) => Promise<T>) => Promise<T>;

/** Stripe over the ordinary client. Keys of what is done once follow from our records and seeds, never from the moment. */
export function stripeGateway(options: GatewayOptions): StripeGateway {
  const client = stripeClient(options);
  const prices = catalogue(client, options.clock);
  const ask: Ask = (call) => asking(async () => call(await client()));
  return {
    ...customersOf(ask),
    ...checkoutsOf(ask, prices, options.returnUrl),
    ...changesOf(ask, prices),
    ...moneyOf(ask),
    facts: async (customerId) => ({ customerId, ...(await factsOf(ask, prices, customerId)) }),
    preview: async (customer, upgrade) => {
      const { amount_due } = await ask(async (stripe) =>
        stripe.invoices.createPreview(await previewOf(customer, upgrade, prices)),
      );
      return amount_due;
    },
  };
}

async function factsOf(ask: Ask, prices: Prices, customer: string) {
  const [subscriptions, invoices] = await Promise.all([
    ask((stripe) => stripe.subscriptions.list({ customer, status: 'all', limit: 100, expand: ['data.schedule'] })),
    ask((stripe) => stripe.invoices.list({ customer, limit: 100, expand: ['data.payments'] })),
  ]);
  const told: InvoiceFact[] = [];
  for (const invoice of invoices.data) told.push(await invoiceFact(invoice, await needsPerson(ask, invoice), prices.chosenOf));
  return {
    subscriptions: await Promise.all(subscriptions.data.map((one) => subscriptionFact(one, prices.chosenOf))),
    invoices: told,
  };
}

/** Whether the payment of an open invoice waits for a person: it stands on the payment, which only those that failed are asked for. */
async function needsPerson(ask: Ask, invoice: Stripe.Invoice): Promise<boolean> {
  const payment = invoice.status === 'open' && invoice.attempted ? paymentOf(invoice, 'open') : undefined;
  if (payment === undefined) return false;
  const { status } = await ask((stripe) => stripe.paymentIntents.retrieve(payment));
  return status === 'requires_action';
}

async function previewOf(customer: string, { fact, to, prorationMs }: Omit<Upgrade, 'seed'>, prices: Prices) {
  return {
    customer,
    subscription: fact.id,
    subscription_details: {
      items: [{ id: fact.itemId, price: await prices.idOf(to) }],
      proration_behavior: 'always_invoice',
      proration_date: Math.floor(prorationMs / 1000),
    },
  } satisfies Stripe.InvoiceCreatePreviewParams;
}

const customersOf = (ask: Ask): Pick<StripeGateway, 'createCustomer'> => ({
  createCustomer: async (tenantId) => {
    const { id } = await ask((stripe) =>
      stripe.customers.create({ metadata: { tenant_id: tenantId } }, { idempotencyKey: `vanta-customer-${tenantId}` }),
    );
    return id;
  },
});

type Checkouts = Pick<StripeGateway, 'openCheckout' | 'checkoutStatus' | 'expireCheckout' | 'portal'>;

const checkoutsOf = (ask: Ask, prices: Prices, returnUrl: string): Checkouts => ({
  openCheckout: async ({ customer_id: customer, tenant_id }, { seed, plan_id, interval, expires_at }) => {
    const price = await prices.idOf({ plan_id, interval });
    const metadata = { tenant_id };
    const { id, url } = await ask((stripe) =>
      stripe.checkout.sessions.create(
        {
          mode: 'subscription',
          customer,
          client_reference_id: tenant_id,
          line_items: [{ price, quantity: 1 }],
          success_url: `${returnUrl}?checkout=done`,
          cancel_url: `${returnUrl}?checkout=canceled`,
          expires_at: Math.floor(milliseconds(expires_at) / 1000),
          metadata,
          subscription_data: { metadata },
        },
        { idempotencyKey: `vanta-checkout-${seed}` },
      ),
    );
    if (url === null) throw new Error(`checkout session ${id} has no page`);
    return { session_id: id, url };
  },
  checkoutStatus: async (sessionId) => {
    const { status } = await ask((stripe) => stripe.checkout.sessions.retrieve(sessionId));
    if (status === 'complete') return 'complete';
    return status === 'expired' ? 'expired' : 'open';
  },
  expireCheckout: async (sessionId) => {
    // Paid or closed meanwhile: who asked looks again.
    await noMatter(ask((stripe) => stripe.checkout.sessions.expire(sessionId)));
  },
  portal: async (customer) => {
    const { url } = await ask((stripe) => stripe.billingPortal.sessions.create({ customer, return_url: returnUrl }));
    return url;
  },
});

const moneyOf = (ask: Ask): Pick<StripeGateway, 'giveUp' | 'refunds' | 'refund'> => ({
  giveUp: async (invoiceId) => {
    await noMatter(ask((stripe) => stripe.invoices.voidInvoice(invoiceId)));
  },
  refunds: async (payment_intent) => {
    const { data } = await ask((stripe) => stripe.refunds.list({ payment_intent, limit: 100 }));
    return data.map(refundFact);
  },
  refund: (payment_intent, amount, seed) =>
    noMatter(
      ask((stripe) =>
        stripe.refunds.create({ payment_intent, amount, metadata: { seed } }, { idempotencyKey: `vanta-refund-${seed}` }),
      ),
    ),
});

/** True when it was done; false when Stripe says that it cannot be, as the thing stands. */
export async function noMatter(doing: Promise<unknown>): Promise<boolean> {
  try {
    await doing;
    return true;
  } catch (error) {
    if (saysNo(error)) return false;
    throw error;
  }
}
