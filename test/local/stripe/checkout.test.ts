import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Account, catalogue, cents, openAccount, post, startInbox, until } from './support/account.ts';

let account: Account;
let inbox: Awaited<ReturnType<typeof startInbox>>;
let prices: Awaited<ReturnType<typeof catalogue>>;
beforeAll(async () => {
  inbox = await startInbox();
  account = await openAccount({ webhook: inbox.url });
  prices = await catalogue(account);
});
beforeEach(() => {
  inbox.received.length = 0;
});
afterAll(async () => {
  await account.stop();
  await inbox.stop();
});

async function openSession() {
  const customer = await account.stripe.customers.create({ email: 'owner@example.com', metadata: { tenant_id: 'ten_1' } });
  const session = await account.stripe.checkout.sessions.create({
    mode: 'subscription',
    customer: customer.id,
    line_items: [{ price: prices.pro, quantity: 1 }],
    success_url: 'http://127.0.0.1:1/done?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://127.0.0.1:1/back',
    client_reference_id: 'ten_1',
    metadata: { tenant_id: 'ten_1' },
    subscription_data: { metadata: { tenant_id: 'ten_1', plan_id: 'pro' } },
  });
  return { customer, session, url: session.url ?? '' };
}

const card = (number: string) => ({ email: 'owner@example.com', number });

describe('the checkout page', () => {
  it('shows what is bought, takes a card, and leads back', async () => {
    const { session, url, customer } = await openSession();
    expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: cents.pro, subscription: null });
    const page = await (await fetch(url)).text();
    expect(page).toContain('Subscribe to pro');
    expect(page).toContain('$199.00');
    const paid = await post(url, card('4242 4242 4242 4242'));
    expect(paid).toMatchObject({ status: 303, location: `http://127.0.0.1:1/done?session=${session.id}` });
    const done = await account.stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription', 'line_items'] });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      customer: customer.id,
      client_reference_id: 'ten_1',
      subscription: { status: 'active', metadata: { tenant_id: 'ten_1', plan_id: 'pro' } },
      line_items: { data: [{ price: { id: prices.pro }, quantity: 1 }] },
    });
    await until(() => inbox.types().includes('checkout.session.completed'));
    expect(inbox.types()).toEqual(
      expect.arrayContaining([
        'customer.subscription.created',
        'customer.subscription.updated',
        'invoice.paid',
        'charge.succeeded',
      ]),
    );
    const updated = inbox.received.find(({ event }) => event.type === 'customer.subscription.updated')?.event;
    expect(updated?.data).toMatchObject({ object: { status: 'active' }, previous_attributes: { status: 'incomplete' } });
    expect((await post(url, card('4242424242424242'))).text).toContain('Paid');
    expect((await account.stripe.subscriptions.list({ customer: customer.id })).data).toHaveLength(1);
  });

  it.each([
    ['4000000000000002', 'Your card was declined.'],
    ['4000000000009995', 'Your card has insufficient funds.'],
    ['1234', 'not one of the test cards'],
  ])('%s pays nothing and says why', async (number, why) => {
    const { url, session, customer } = await openSession();
    const answer = await post(url, card(number));
    expect([answer.status, answer.text]).toEqual([402, expect.stringContaining(why)]);
    expect((await account.stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
    expect((await account.stripe.subscriptions.list({ customer: customer.id, status: 'all' })).data).toEqual([]);
  });

  it('asks the bank on a page of its own, which may say no first', async () => {
    const { url, customer } = await openSession();
    const asked = await post(url, card('4000002500003155'));
    expect(asked.location).toMatch(/\/authenticate$/);
    const bank = new URL(asked.location ?? '', url).href;
    expect(await (await fetch(bank)).text()).toContain('Complete authentication');
    expect((await post(bank, { answer: 'fail' })).text).toContain('unable to authenticate');
    expect((await account.stripe.subscriptions.list({ customer: customer.id, status: 'all' })).data).toEqual([]);
    await post(url, card('4000002500003155'));
    expect((await post(bank, { answer: 'complete' })).location).toContain('/done?session=');
    expect((await account.stripe.subscriptions.list({ customer: customer.id })).data).toMatchObject([{ status: 'active' }]);
  });

  it('expires, by hand or by time, and then sells nothing', async () => {
    const { url, session } = await openSession();
    expect((await account.stripe.checkout.sessions.expire(session.id)).status).toBe('expired');
    expect((await fetch(url)).status).toBe(410);
    expect((await post(url, card('4242424242424242'))).text).toContain('expired');
    await expect(account.stripe.checkout.sessions.expire(session.id)).rejects.toThrow(/status of `expired`/);
    await until(() => inbox.types().includes('checkout.session.expired'));
    const { session: other } = await openSession();
    await account.control('clock', { advance_seconds: 86_400 });
    expect((await account.stripe.checkout.sessions.retrieve(other.id)).status).toBe('expired');
  });
});

describe('the pages of an account', () => {
  it('the portal cancels, resumes, and changes the card', async () => {
    const { url, customer } = await openSession();
    await post(url, card('4242424242424242'));
    const [subscription] = (await account.stripe.subscriptions.list({ customer: customer.id })).data;
    const id = subscription?.id ?? '';
    const portal = await account.stripe.billingPortal.sessions.create({
      customer: customer.id,
      return_url: 'http://127.0.0.1:1/back',
    });
    expect(await (await fetch(portal.url)).text()).toContain('Cancel at the end of the period');
    await post(portal.url, { do: 'cancel', subscription: id });
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at_period_end: true, status: 'active' });
    await post(portal.url, { do: 'resume', subscription: id });
    expect(await account.stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at_period_end: false });
    expect((await post(portal.url, { do: 'card', number: '4000000000000002' })).text).toContain('declined');
    await post(portal.url, { do: 'card', number: '5555555555554444' });
    const changed = await account.stripe.subscriptions.retrieve(id, { expand: ['default_payment_method'] });
    expect(changed.default_payment_method).toMatchObject({ card: { last4: '4444' } });
  });

  it('an open invoice is paid on its page, and the subscription is active again', async () => {
    const { url, customer } = await openSession();
    await post(url, card('4000000000000341'));
    const [active] = (await account.stripe.subscriptions.list({ customer: customer.id })).data;
    await account.control('clock', { to: (active?.items.data[0]?.current_period_end ?? 0) + 3601 });
    const late = await account.stripe.subscriptions.retrieve(active?.id ?? '', { expand: ['latest_invoice'] });
    expect(late.status).toBe('past_due');
    const page = (late.latest_invoice as { hosted_invoice_url: string }).hosted_invoice_url;
    expect(await (await fetch(page)).text()).toContain('Status: open');
    expect((await post(page, { number: '4000000000000002' })).status).toBe(402);
    const asked = await post(page, { number: '4000002760003184' });
    await post(new URL(asked.location ?? '', page).href, { answer: 'complete' });
    const again = await account.stripe.subscriptions.retrieve(late.id, { expand: ['latest_invoice'] });
    expect(again).toMatchObject({ status: 'active', latest_invoice: { status: 'paid' } });
  });

  it('escapes what it shows', async () => {
    const product = await account.stripe.products.create({ name: '<script>alert(1)</script>' });
    const price = await account.stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 100,
      recurring: { interval: 'month' },
    });
    const session = await account.stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [{ price: price.id, quantity: 1 }],
      success_url: 'http://127.0.0.1:1/',
    });
    expect(await (await fetch(session.url ?? '')).text()).not.toContain('<script>');
    await post(session.url ?? '', { email: 'new@example.com', number: '4242424242424242' });
    const [made] = (await account.stripe.customers.list({ email: 'new@example.com' })).data;
    expect((await account.stripe.checkout.sessions.retrieve(session.id)).customer).toBe(made?.id);
  });
});
