import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Account, catalogue, openAccount, startInbox, subscribed, until, webhookSecret } from './support/account.ts';

let account: Account;
let inbox: Awaited<ReturnType<typeof startInbox>>;
beforeEach(async () => {
  inbox = await startInbox();
  account = await openAccount({ webhook: inbox.url });
});
afterEach(async () => {
  await account.stop();
  await inbox.stop();
});

const makeCustomer = (email = 'a@example.com') => account.stripe.customers.create({ email });
const arrived = (count: number) => until(() => inbox.received.length >= count);

describe('webhooks', () => {
  it('are signed as the package checks it, and are the event that the API has', async () => {
    const customer = await account.stripe.customers.create({ email: 'a@example.com' }, { idempotencyKey: 'my-key' });
    await arrived(1);
    const [got] = inbox.received;
    expect(got?.event).toMatchObject({
      type: 'customer.created',
      data: { object: { id: customer.id } },
      request: { idempotency_key: 'my-key' },
    });
    const { lastResponse: _, ...stored } = await account.stripe.events.retrieve(got?.event.id ?? '');
    expect(stored).toEqual(got?.event);
    const check = () => Stripe.webhooks.constructEvent(`${got?.body} `, got?.header ?? '', webhookSecret);
    expect(check).toThrow(Stripe.errors.StripeSignatureVerificationError);
  });

  it('hold the object as it was then', async () => {
    const { id } = await makeCustomer('old@example.com');
    await account.stripe.customers.update(id, { email: 'new@example.com' });
    await arrived(2);
    const [created, updated] = (
      await account.stripe.events.list({ types: ['customer.created', 'customer.updated'] })
    ).data.reverse();
    expect(created?.data.object).toMatchObject({ email: 'old@example.com' });
    expect(updated?.data).toMatchObject({
      object: { email: 'new@example.com' },
      previous_attributes: { email: 'old@example.com' },
    });
  });

  it('come again until they are taken, with the same id and bytes', async () => {
    await account.control('behaviour', { retry_delays_ms: [10, 10] });
    inbox.answerWith(500);
    await makeCustomer();
    await until(async () => (await account.control('deliveries')).items.some(({ state }) => state === 'failed'));
    inbox.answerWith(200);
    const [delivery] = (await account.control('deliveries')).items as { event_id: string; attempts: object[] }[];
    const { event_id = '', attempts } = delivery ?? {};
    expect(attempts).toMatchObject([{ status: 500 }, { status: 500 }, { status: 500 }]);
    await account.control('redeliver', { event_id });
    expect(inbox.received.map(({ event }) => event.id)).toEqual([event_id]);
  });

  it('are doubled, dropped, held and released in any order', async () => {
    await account.control('behaviour', { webhooks: { duplicate: 2 } });
    await makeCustomer();
    await arrived(3);
    expect(new Set(inbox.received.map(({ event }) => event.id)).size).toBe(1);
    await account.control('behaviour', { webhooks: { drop: true, types: ['customer.created'] } });
    const { id } = await makeCustomer();
    await account.stripe.customers.update(id, { name: 'B' });
    await arrived(4);
    expect(inbox.types()[3]).toBe('customer.updated');
    await account.control('behaviour', { webhooks: { hold: true } });
    for (const name of ['C', 'D', 'E']) await account.stripe.customers.update(id, { name });
    const held = (await account.control('deliveries')).items.filter(({ state }) => state === 'held') as { event_id: string }[];
    const order = held.map(({ event_id }) => event_id).reverse();
    expect(inbox.received).toHaveLength(4);
    await account.control('release', { event_ids: order });
    expect(inbox.received.slice(4).map(({ event }) => event.id)).toEqual(order);
  });

  it('wait for their target when there is none yet', async () => {
    await account.control('webhook', null);
    await makeCustomer();
    account.setWebhook({ url: inbox.url, secret: webhookSecret });
    await arrived(1);
    await new Promise((done) => setTimeout(done, 50));
    expect(inbox.received).toHaveLength(1);
  });
});

describe('the list of events', () => {
  it('is of the last thirty days, by type and time', async () => {
    await makeCustomer();
    const now = Math.floor(Date.now() / 1000);
    await account.control('clock', { advance_seconds: 20 * 86_400 });
    await makeCustomer();
    const list = (params: Stripe.EventListParams) => account.stripe.events.list(params).then(({ data }) => data.length);
    expect(await list({})).toBe(2);
    expect(await list({ created: { gte: now + 86_400 } })).toBe(1);
    expect(await list({ type: 'customer.*' })).toBe(2);
    expect(await list({ types: ['invoice.paid'] })).toBe(0);
    await account.control('clock', { advance_seconds: 11 * 86_400 });
    expect(await list({})).toBe(1);
  });
});

describe('a restart', () => {
  it('continues from the file: objects, keys, and what was not delivered', async () => {
    const keep = join(mkdtempSync(join(tmpdir(), 'stripe-')), 'stripe.json');
    const before = await openAccount({ keep });
    const prices = await catalogue(before);
    const { subscription, clock } = await subscribed(before, prices.core);
    const made = await before.stripe.customers.create({ email: 'k@example.com' }, { idempotencyKey: 'k' });
    await before.stop();
    const after = await openAccount({ keep, webhook: inbox.url });
    expect(await after.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ status: 'active', test_clock: clock });
    expect((await after.stripe.customers.create({ email: 'k@example.com' }, { idempotencyKey: 'k' })).id).toBe(made.id);
    await until(() => inbox.types().includes('customer.subscription.created'));
    await after.stop();
  });

  it('is not needed for a clean slate', async () => {
    await makeCustomer();
    await account.control('reset', {});
    expect((await account.stripe.customers.list()).data).toEqual([]);
    expect((await account.control('deliveries')).items).toEqual([]);
  });
});
