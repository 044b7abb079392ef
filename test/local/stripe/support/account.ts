import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import Stripe from 'stripe';
import { startStripeSimulator } from '../../../../local/servers/stripe/simulator.ts';

export const secretKey = 'sk_test_local';
export const webhookSecret = 'whsec_local';

export interface Received {
  readonly event: Stripe.Event;
  readonly header: string;
  readonly body: string;
}

/** A webhook of its own that checks each signature with the real package and keeps what came. */
export async function startInbox() {
  const received: Received[] = [];
  let status = 200;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const header = String(request.headers['stripe-signature']);
    if (status < 300) received.push({ event: Stripe.webhooks.constructEvent(body, header, webhookSecret), header, body });
    response.writeHead(status).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/webhook`,
    received,
    types: () => received.map(({ event }) => event.type),
    answerWith(next: number) {
      status = next;
    },
    stop: () => new Promise((done) => server.close(done)),
  };
}

/** A simulator and the ordinary client in front of it. */
export async function openAccount(options: { webhook?: string; keep?: string; now?: () => number } = {}) {
  const simulator = await startStripeSimulator({
    secretKey,
    webhook: options.webhook === undefined ? undefined : { url: options.webhook, secret: webhookSecret },
    ...(options.keep !== undefined && { keep: options.keep }),
    ...(options.now !== undefined && { clock: options.now }),
  });
  return {
    ...simulator,
    stripe: clientOf(simulator.url),
    control: (path: string, body?: unknown) => control(simulator.control, path, body),
  };
}

export type Account = Awaited<ReturnType<typeof openAccount>>;

/** The stripe package as the product makes it. */
export function clientOf(url: string, key = secretKey, more: object = {}): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, ...more });
}

async function control(base: string, path: string, body?: unknown) {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(`${base}/sim/${path}`, init);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, never> & { items: never[] };
}

export const cents = { core: 4900, pro: 19_900, pro_year: 199_000 } as const;

/** The catalogue that the stories use: a price by its lookup key. */
export async function catalogue({ stripe }: Account): Promise<Record<keyof typeof cents, string>> {
  const price = async (name: keyof typeof cents, interval: 'month' | 'year') => {
    const product = await stripe.products.create({ name, metadata: { plan: name } });
    const made = await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: cents[name],
      recurring: { interval },
      lookup_key: name,
    });
    return made.id;
  };
  return { core: await price('core', 'month'), pro: await price('pro', 'month'), pro_year: await price('pro_year', 'year') };
}

export const day = 86_400;
export const start = Date.UTC(2026, 0, 15, 12) / 1000;

/** A customer on a test clock, subscribed with a card. */
export async function subscribed(account: Account, price: string, paymentMethod = 'pm_card_visa') {
  const { stripe } = account;
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: start });
  const customer = await stripe.customers.create({ email: 'a@example.com', test_clock: clock.id });
  const card = await stripe.paymentMethods.attach(paymentMethod, { customer: customer.id });
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: card.id } });
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price }] });
  const advance = (to: number) => stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to });
  return { clock: clock.id, customer: customer.id, subscription, item: subscription.items.data[0]?.id ?? '', advance };
}

/** Posts a page's form, as a browser does; answers where it leads to, or the page. */
export async function post(url: string, form: Record<string, string>) {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
  return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() };
}

/** Waits until something holds. */
export async function until(what: () => boolean | Promise<boolean>, ms = 5000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`did not happen within ${ms} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
