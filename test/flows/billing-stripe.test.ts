import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goodOrder } from './support/bad-input-world.ts';
import { type Client, newTenant, type Reply } from './support/client.ts';
import { Endpoints } from './support/endpoint.ts';
import { type LocalInfo, Platform } from './support/platform.ts';
import { demand, eventually, Till } from './support/till.ts';

/** A tenant that pays by card, over HTTP alone: the platform's API, Stripe's page, and Stripe's own webhooks. */
const platform = new Platform();
let info: LocalInfo;
let till: Till;
const endpoints = new Endpoints();

beforeAll(async () => {
  await endpoints.listen();
  info = await platform.share('unpaid');
  till = new Till(info);
});
afterAll(async () => {
  await endpoints.close();
  await platform.stop();
});

interface Plan {
  readonly plan_id: string | null;
  readonly status: string | null;
  readonly [name: string]: unknown;
}
interface InvoiceList {
  readonly items: { invoice_id: string; amount_paid: string; amount_refunded: string; status: string }[];
}

let tenants = 0;
const tenant = async (): Promise<Client> => (await newTenant(info.api, 'manager', `olivia-${++tenants}`)).client;
const change = (client: Client, plan_id: string, interval = 'month', key = randomUUID()): Promise<Reply> =>
  client.post('/v1/subscriptions/change-plan', { rail: 'stripe', plan_id, interval }, { 'idempotency-key': key });
const present = async (client: Client): Promise<Plan> => (await client.get<Plan>('/v1/subscriptions/me')).body;
const onPlan = (client: Client, plan_id: string) =>
  eventually(
    () => present(client),
    (plan) => plan.plan_id === plan_id && plan.status === 'active',
  );
const invoices = async (client: Client) => (await client.get<InvoiceList>('/v1/invoices')).body.items;

async function subscribed(plan_id = 'pro'): Promise<Client> {
  const client = await tenant();
  const { body } = await change(client, plan_id);
  await till.pay(body['checkout_url']);
  await onPlan(client, plan_id);
  return client;
}

describe('a tenant', () => {
  it('chooses pro, pays at the page, and has it within seconds', async () => {
    const client = await tenant();
    const vault = { label: 'First', rails: ['fiat'] };
    expect(await client.post('/v1/vaults', vault)).toMatchObject({ status: 403, body: { code: 'entitlement_required' } });
    const { status, body } = await change(client, 'pro');
    expect({ status, body }).toMatchObject({ status: 200, body: { outcome: 'checkout', plan_id: 'pro' } });
    expect((await fetch(String(body['checkout_url']))).status).toBe(200);
    expect(await till.pay(body['checkout_url'])).toContain('checkout=done');
    await onPlan(client, 'pro');
    expect((await client.post('/v1/vaults', vault)).status).toBe(201);
    expect(
      await eventually(
        () => invoices(client),
        (list) => list.length === 1,
      ),
    ).toMatchObject([{ status: 'paid', amount_paid: '199' }]);
  });

  it('upgrades at once for what the preview said, and refunds a part of it', async () => {
    const client = await subscribed('core');
    const preview = await client.get('/v1/subscriptions/change-preview?plan_id=pro&interval=month');
    expect(preview).toMatchObject({ status: 200, body: { kind: 'upgrade', currency: 'usd' } });
    const wanted = { rail: 'stripe', plan_id: 'pro', interval: 'month', proration_date: preview.body['proration_date'] };
    expect(await client.post('/v1/subscriptions/change-plan', wanted)).toMatchObject({
      status: 200,
      body: { outcome: 'changed' },
    });
    await onPlan(client, 'pro');
    const list = await eventually(
      () => invoices(client),
      (items) => items.length === 2,
    );
    const paid = list.find(({ amount_paid }) => amount_paid === preview.body['amount_due']);
    expect(paid).toBeDefined();
    const refund = await client.post(`/v1/invoices/${paid?.invoice_id}/refund`, { amount: '1.5' });
    expect(refund).toMatchObject({ status: 200, body: { amount_refunded: '1.5' } });
    expect(await client.post(`/v1/invoices/${paid?.invoice_id}/refund`, { amount: '100000' })).toMatchObject({
      status: 409,
      body: { code: 'refund_exceeds_paid' },
    });
    expect(await change(client, 'pro')).toMatchObject({ status: 409, body: { code: 'plan_unchanged' } });
  });

  it('downgrades with the period, cancels and resumes; Stripe does the rest when its time comes', async () => {
    const client = await subscribed('pro');
    expect(await change(client, 'core')).toMatchObject({ status: 200, body: { outcome: 'scheduled', plan_id: 'core' } });
    expect(await present(client)).toMatchObject({ plan_id: 'pro', pending: { plan_id: 'core' } });
    expect(await change(client, 'pro')).toMatchObject({ status: 200, body: { outcome: 'unscheduled' } });
    const canceled = await client.post('/v1/subscriptions/cancel', undefined);
    expect(canceled).toMatchObject({ status: 200, body: { plan_id: 'pro', cancel_at: expect.any(String) } });
    const resumed = await client.post('/v1/subscriptions/resume', undefined);
    expect(resumed.status).toBe(200);
    expect(resumed.body['cancel_at']).toBeUndefined();
    expect(await client.post('/v1/subscriptions/portal', undefined)).toMatchObject({
      status: 200,
      body: { url: expect.any(String) },
    });
  });

  it('that asks for two checkouts at once gets one page, and pays once', async () => {
    const client = await tenant();
    const both = await Promise.all([change(client, 'pro'), change(client, 'pro')]);
    const pages = both.flatMap(({ status, body }) => (status === 200 ? [body['checkout_url']] : []));
    expect(new Set(pages).size).toBe(1);
    await till.pay(pages[0]);
    expect(await till.pay(pages[0])).toBeNull();
    await onPlan(client, 'pro');
    expect(await invoices(client)).toHaveLength(1);
  });
});

describe('webhooks', () => {
  it('that are late do not hold up who comes back from the page first', async () => {
    await till.tell('behaviour', { webhooks: { hold: true } });
    const client = await tenant();
    const { body } = await change(client, 'pro');
    await till.pay(body['checkout_url']);
    expect(await change(client, 'pro')).toMatchObject({ status: 409, body: { code: 'plan_unchanged' } });
    expect(await present(client)).toMatchObject({ plan_id: 'pro', status: 'active' });
    await till.tell('behaviour', {});
    await till.tell('release', {});
  });

  it('that come three times and in any order have one effect', async () => {
    await till.tell('behaviour', { webhooks: { duplicate: 2, reorder_ms: 1500 } });
    const client = await subscribed('core');
    await change(client, 'pro');
    await onPlan(client, 'pro');
    await till.tell('behaviour', {});
    const list = await eventually(
      () => invoices(client),
      (items) => items.length === 2,
    );
    expect(list.every(({ status }) => status === 'paid')).toBe(true);
  });

  it('that never come are made good by the reconciliation', async () => {
    await till.tell('behaviour', { webhooks: { drop: true } });
    const client = await tenant();
    const { body } = await change(client, 'pro');
    await till.pay(body['checkout_url']);
    await till.tell('behaviour', {});
    expect(await present(client)).not.toMatchObject({ plan_id: 'pro' });
    await demand(info, 'BillingReconcile');
    await onPlan(client, 'pro');
  });
});

describe('a signature', () => {
  const event = { id: 'evt_story', object: 'event', type: 'invoice.paid', created: 1, data: { object: { customer: 'cus_x' } } };
  const payload = JSON.stringify(event);
  const now = () => Math.floor(Date.now() / 1000);
  const signed = (timestamp: number, secret = 'whsec_local') =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  const send = async (header: string | undefined) => {
    const headers = { 'content-type': 'application/json', ...(header === undefined ? {} : { 'stripe-signature': header }) };
    return (await fetch(info.function_urls.stripe, { method: 'POST', body: payload, headers })).status;
  };

  it.each([
    ['missing', () => undefined],
    ['of another secret', () => signed(now(), 'whsec_other')],
    ['of 301 s ago', () => signed(now() - 301)],
    ['of 310 s ahead', () => signed(now() + 310)],
  ])('that is %s is refused', async (_, header) => expect(await send(header())).toBe(400));

  it('that holds is taken', async () => expect(await send(signed(now()))).toBe(200));
});

describe('Stripe away', () => {
  it.each([
    ['hangs', { mode: 'hang' }],
    ['refuses connections', { mode: 'refuse' }],
    ['answers 500', { mode: 'error', status: 500 }],
  ])(
    'because it %s: plan changes are refused quickly and go on with the same key; orders are mirrored all the same',
    async (_, api) => {
      const client = await subscribed('pro');
      const { vault_id } = (await client.post<{ vault_id: string }>('/v1/vaults', { label: 'Meanwhile', rails: ['fiat'] })).body;
      const key = randomUUID();
      await till.tell('behaviour', { api });
      const began = Date.now();
      const refused = await change(client, 'institutional', 'month', key);
      expect(refused).toMatchObject({ status: 503, body: { code: 'billing_unavailable' } });
      expect(refused.headers.get('retry-after')).toBe('5');
      expect(Date.now() - began).toBeLessThan(7000);
      const url = endpoints.url(`away-${vault_id}`);
      const follower = { mode: 'proportional', scale: '0.5', webhook: { url } };
      const registered = await client.post<{ signing_secret: string }>(`/v1/vaults/${vault_id}/followers`, follower);
      expect(registered.status).toBe(201);
      endpoints.secrets.set(`away-${vault_id}`, registered.body.signing_secret);
      expect((await client.post(`/v1/vaults/${vault_id}/manager-orders`, goodOrder())).status).toBe(202);
      await eventually(
        async () => endpoints.of(`away-${vault_id}`),
        (deliveries) => deliveries.length === 1,
      );
      expect(endpoints.faults).toEqual([]);
      await till.tell('behaviour', {});
      expect(await change(client, 'institutional', 'month', key)).toMatchObject({ status: 200, body: { outcome: 'changed' } });
    },
  );
});

describe('the end of a period', () => {
  it('brings the downgrade that waited, or the end', async () => {
    const [less, none] = [await subscribed('pro'), await subscribed('pro')];
    await change(less, 'core');
    await none.post('/v1/subscriptions/cancel', undefined);
    await till.tell('clock', { advance_seconds: 32 * 86_400 });
    await onPlan(less, 'core');
    await eventually(
      () => present(none),
      ({ status }) => status === 'canceled',
    );
    expect(await none.post('/v1/vaults', { label: 'Late', rails: ['fiat'] })).toMatchObject({
      status: 403,
      body: { code: 'entitlement_required' },
    });
  });
});
