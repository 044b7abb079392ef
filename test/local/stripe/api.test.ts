import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, catalogue, cents, clientOf, openAccount, subscribed } from './support/account.ts';

let account: Account;
let prices: Awaited<ReturnType<typeof catalogue>>;
beforeAll(async () => {
  account = await openAccount();
  prices = await catalogue(account);
});
afterAll(() => account.stop());

const raw = (path: string, init: { method?: string; body?: string; headers?: Record<string, string> } = {}) =>
  fetch(`${account.url}${path}`, {
    ...init,
    headers: {
      authorization: 'Bearer sk_test_local',
      'content-type': 'application/x-www-form-urlencoded',
      ...init.headers,
    },
  });

describe('who asks', () => {
  it('needs the secret key', async () => {
    const wrong = clientOf(account.url, 'sk_test_other').customers.list();
    await expect(wrong).rejects.toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401 });
    const none = await raw('/v1/customers', { headers: { authorization: '' } });
    expect(none.status).toBe(401);
    const basic = await raw('/v1/customers', { headers: { authorization: `Basic ${btoa('sk_test_local:')}` } });
    expect(basic.status).toBe(200);
  });

  it('is served one API version, the one that the package pins', async () => {
    const other = await raw('/v1/customers', { headers: { 'stripe-version': '2020-08-27' } });
    expect(other.status).toBe(400);
    const { error } = (await other.json()) as { error: { type: string; message: string } };
    expect(error).toMatchObject({ type: 'invalid_request_error', message: expect.stringContaining('2020-08-27') });
    const own = await raw('/v1/customers', { headers: { 'stripe-version': Stripe.API_VERSION } });
    expect([own.status, own.headers.get('request-id')]).toEqual([200, expect.stringMatching(/^req_/)]);
  });
});

describe('what is asked', () => {
  it.each([
    ['POST', '/v1/subscriptions', 'customer=cus_1', 400, { code: 'parameter_missing', param: 'items' }],
    ['POST', '/v1/customers', 'nonsense[x]=1', 400, { code: 'parameter_unknown', param: 'nonsense' }],
    [
      'POST',
      '/v1/prices',
      'currency=usd&product=p&unit_amount=1.5',
      400,
      { code: 'parameter_invalid_integer', param: 'unit_amount' },
    ],
    [
      'GET',
      '/v1/customers/cus_none',
      undefined,
      404,
      { code: 'resource_missing', param: 'id', message: "No such customer: 'cus_none'" },
    ],
    ['GET', '/v1/customers?limit=1000', undefined, 400, { param: 'limit' }],
    ['GET', '/v1/nothing', undefined, 404, { message: expect.stringContaining('Unrecognized request URL (GET: /v1/nothing)') }],
    ['GET', '/v1/prices?expand[]=data.nothing', undefined, 400, { param: 'expand' }],
  ])('%s %s %s is refused %i', async (method, path, body, status, error) => {
    const answer = await raw(path, { method, ...(body !== undefined && { body }) });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error', ...error } });
  });

  it('lists in pages, the newest first', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift((await account.stripe.customers.create({ email: 'many@example.com' })).id);
    const first = await account.stripe.customers.list({ email: 'many@example.com', limit: 2 });
    expect([first.data.map(({ id }) => id), first.has_more]).toEqual([ids.slice(0, 2), true]);
    const rest = { email: 'many@example.com', limit: 3, starting_after: ids[1] ?? '' };
    const last = await account.stripe.customers.list(rest);
    expect([last.data.map(({ id }) => id), last.has_more]).toEqual([ids.slice(2), false]);
    const back = await account.stripe.customers.list({ email: 'many@example.com', ending_before: ids[2] ?? '' });
    expect(back.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const all: string[] = [];
    for await (const { id } of account.stripe.customers.list({ email: 'many@example.com', limit: 2 })) all.push(id);
    expect(all).toEqual(ids);
  });

  it('expands what is asked for, in lists too', async () => {
    const { subscription } = await subscribed(account, prices.core);
    const one = await account.stripe.subscriptions.retrieve(subscription.id, {
      expand: ['customer', 'latest_invoice.payments', 'items.data.price.product'],
    });
    expect(one).toMatchObject({
      customer: { object: 'customer' },
      items: { data: [{ price: { product: { name: 'core' } } }] },
    });
    const deep = account.stripe.subscriptions.list({ expand: ['data.items.data.price.product'] });
    await expect(deep).rejects.toThrow(/more than 4 levels/);
    const [invoice] = (
      await account.stripe.invoices.list({ subscription: subscription.id, expand: ['data.payments', 'data.confirmation_secret'] })
    ).data;
    expect(invoice?.payments?.data[0]?.payment.payment_intent).toMatch(/^pi_/);
    expect(invoice?.confirmation_secret).toMatchObject({ type: 'payment_intent' });
  });
});

describe('prices', () => {
  it('are found by lookup key, which one price has', async () => {
    const found = await account.stripe.prices.list({ lookup_keys: ['core', 'pro', 'none'], active: true });
    expect(found.data.map(({ id }) => id).sort()).toEqual([prices.core, prices.pro].sort());
    const { product } = found.data[0] as Stripe.Price;
    const next = {
      product: String(product),
      currency: 'usd',
      unit_amount: 1,
      recurring: { interval: 'month' },
      lookup_key: 'moving',
    };
    const first = await account.stripe.prices.create(next);
    await expect(account.stripe.prices.create(next)).rejects.toMatchObject({ code: 'resource_already_exists' });
    const second = await account.stripe.prices.create({ ...next, transfer_lookup_key: true });
    expect((await account.stripe.prices.list({ lookup_keys: ['moving'] })).data.map(({ id }) => id)).toEqual([second.id]);
    expect((await account.stripe.prices.retrieve(first.id)).lookup_key).toBeNull();
  });
});

describe('Idempotency-Key', () => {
  it('gives the same request its first answer, and makes one thing', async () => {
    const create = () => account.stripe.customers.create({ email: 'idem@example.com' }, { idempotencyKey: 'k1' });
    const [first, second] = [await create(), await create()];
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect((await account.stripe.customers.list({ email: 'idem@example.com' })).data).toHaveLength(1);
    const other = account.stripe.customers.create({ email: 'other@example.com' }, { idempotencyKey: 'k1' });
    await expect(other).rejects.toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
  });

  it('remembers a decline, but not a request that was wrong', async () => {
    const { subscription, item, customer } = await subscribed(account, prices.core);
    const bad = await account.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await account.stripe.subscriptions.update(subscription.id, { default_payment_method: bad.id });
    const upgrade = () =>
      account.stripe.subscriptions.update(
        subscription.id,
        {
          items: [{ id: item, price: prices.pro }],
          proration_behavior: 'always_invoice',
          payment_behavior: 'error_if_incomplete',
        },
        { idempotencyKey: 'k2' },
      );
    await expect(upgrade()).rejects.toMatchObject({ statusCode: 402 });
    const good = await account.stripe.paymentMethods.attach('pm_card_visa', { customer });
    await account.stripe.subscriptions.update(subscription.id, { default_payment_method: good.id });
    await expect(upgrade()).rejects.toMatchObject({ statusCode: 402 });
    const headers = { 'idempotency-key': 'k3' };
    expect((await raw('/v1/customers', { method: 'POST', body: 'wrong=1', headers })).status).toBe(400);
    expect((await raw('/v1/customers', { method: 'POST', body: 'email=k3@example.com', headers })).status).toBe(200);
  });

  it('is the same for an answer that was lost', async () => {
    await account.control('behaviour', { api: { mode: 'reset', execute: true, times: 1, only: 'POST /v1/customers' } });
    const stripe = clientOf(account.url, undefined, { maxNetworkRetries: 2 });
    const made = await stripe.customers.create({ email: 'lost@example.com' }, { idempotencyKey: 'k4' });
    expect((await stripe.customers.list({ email: 'lost@example.com' })).data.map(({ id }) => id)).toEqual([made.id]);
  });
});

describe('refunds', () => {
  it('give back in part and in whole, and never more than was paid', async () => {
    const { subscription } = await subscribed(account, prices.core);
    const { payments } = await account.stripe.invoices.retrieve(String(subscription.latest_invoice), { expand: ['payments'] });
    const payment_intent = String(payments?.data[0]?.payment.payment_intent);
    const part = await account.stripe.refunds.create({ payment_intent, amount: 1000, metadata: { by: 'owner' } });
    expect(part).toMatchObject({ status: 'succeeded', amount: 1000, metadata: { by: 'owner' } });
    const much = account.stripe.refunds.create({ payment_intent, amount: cents.core });
    await expect(much).rejects.toThrow(/greater than unrefunded amount on charge \(\$39\.00\)/);
    const rest = await account.stripe.refunds.create({ payment_intent });
    expect(rest.amount).toBe(cents.core - 1000);
    await expect(account.stripe.refunds.create({ payment_intent })).rejects.toMatchObject({ code: 'charge_already_refunded' });
    expect((await account.stripe.refunds.list({ payment_intent })).data).toHaveLength(2);
    const charge = await account.stripe.charges.retrieve(String(rest.charge), { expand: ['refunds'] });
    expect(charge).toMatchObject({ refunded: true, amount_refunded: cents.core });
  });
});

describe('faults', () => {
  it('answers 500, hangs, and refuses connections, until it is told to stop', async () => {
    await account.control('behaviour', { api: { mode: 'error', status: 500 } });
    await expect(account.stripe.customers.list()).rejects.toMatchObject({ statusCode: 500, type: 'StripeAPIError' });
    await account.control('behaviour', { api: { mode: 'hang', hang_ms: 30_000 } });
    const patient = clientOf(account.url, undefined, { timeout: 200 });
    await expect(patient.customers.list()).rejects.toMatchObject({ type: 'StripeConnectionError' });
    await account.control('behaviour', { api: { mode: 'refuse' } });
    await expect(account.stripe.customers.list()).rejects.toMatchObject({ detail: { code: 'ECONNREFUSED' } });
    await account.control('behaviour', {});
    expect((await account.stripe.customers.list({ limit: 1 })).data).toHaveLength(1);
  });
});
