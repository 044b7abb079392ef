import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, catalogue, cents, day, openAccount, start, subscribed } from './support/account.ts';

let account: Account;
let prices: Awaited<ReturnType<typeof catalogue>>;
beforeAll(async () => {
  account = await openAccount();
  prices = await catalogue(account);
});
afterAll(() => account.stop());

const month = 31 * day; // the period from 15 January to 15 February

describe('time', () => {
  it('renews month by month on the anchor, a draft for an hour first', async () => {
    const { stripe } = account;
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: Date.UTC(2026, 0, 31) / 1000 });
    const customer = await stripe.customers.create({
      test_clock: clock.id,
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: prices.core }] });
    const ends: string[] = [];
    for (const [month_, dayOfMonth] of [
      [1, 28],
      [2, 31],
      [3, 30],
    ] as const) {
      const due = Date.UTC(2026, month_, dayOfMonth) / 1000;
      await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: due });
      const drafted = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
      expect(drafted.latest_invoice).toMatchObject({ status: 'draft', automatically_finalizes_at: due + 3600 });
      await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: due + 3600 });
      const renewed = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
      expect(renewed.latest_invoice).toMatchObject({ status: 'paid', amount_paid: cents.core });
      ends.push(new Date((renewed.items.data[0]?.current_period_end ?? 0) * 1000).toISOString().slice(0, 10));
    }
    expect(ends).toEqual(['2026-03-31', '2026-04-30', '2026-05-31']);
  });

  it('a declined renewal is past due, is tried on the days that are set, and then ends', async () => {
    const { stripe } = account;
    const { subscription, customer, advance } = await subscribed(account, prices.core, 'pm_card_visa');
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    const due = start + month + 3600;
    await advance(due);
    const late = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
    expect(late).toMatchObject({
      status: 'past_due',
      latest_invoice: { status: 'open', attempt_count: 1, next_payment_attempt: due + day },
    });
    await advance(due + 5 * day);
    const later = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
    expect(later).toMatchObject({
      status: 'past_due',
      latest_invoice: { attempt_count: 4, next_payment_attempt: due + 7 * day },
    });
    await advance(due + 7 * day);
    const ended = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
    expect(ended).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_failed' },
      latest_invoice: { status: 'open', attempt_count: 5, next_payment_attempt: null },
    });
  });

  it('a renewal that the bank wants to ask about waits for the person', async () => {
    const { stripe } = account;
    const { subscription, customer, item, advance } = await subscribed(account, prices.core);
    const asks = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: asks.id } });
    const pending = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: prices.pro }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'pending_if_incomplete',
    });
    const { payments } = await stripe.invoices.retrieve(String(pending.latest_invoice), { expand: ['payments'] });
    const intent = await stripe.paymentIntents.retrieve(String(payments?.data[0]?.payment.payment_intent));
    expect([pending.status, intent.status]).toEqual(['active', 'requires_action']);
    await stripe.invoices.voidInvoice(String(pending.latest_invoice));
    expect((await stripe.subscriptions.retrieve(subscription.id)).pending_update).toBeNull();
    await advance(start + month + 3600);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('past_due');
    const { data } = await stripe.events.list({ type: 'invoice.payment_action_required', limit: 1 });
    expect(data[0]?.data.object).toMatchObject({ billing_reason: 'subscription_cycle', attempt_count: 1 });
  });

  it('a retry that pays makes it active again; mark_unpaid keeps it, unpaid', async () => {
    const { stripe } = account;
    await account.control('settings', { after_retries: 'mark_unpaid' });
    const { subscription, customer, advance } = await subscribed(account, prices.core);
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await advance(start + month + 3600 + 7 * day);
    const unpaid = await stripe.subscriptions.retrieve(subscription.id);
    expect(unpaid.status).toBe('unpaid');
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: good.id } });
    await stripe.invoices.pay(String(unpaid.latest_invoice));
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
    await account.control('settings', { after_retries: 'cancel' });
  });

  it('moves for everybody without a test clock by the control', async () => {
    const { stripe } = account;
    const customer = await stripe.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: prices.core }] });
    const end = made.items.data[0]?.current_period_end ?? 0;
    await account.control('clock', { to: end + 3601 });
    const renewed = await stripe.subscriptions.retrieve(made.id, { expand: ['latest_invoice'] });
    expect(renewed.items.data[0]?.current_period_start).toBe(end);
    expect(renewed.latest_invoice).toMatchObject({ status: 'paid', billing_reason: 'subscription_cycle' });
  });
});
