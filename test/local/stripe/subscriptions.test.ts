import type Stripe from 'stripe';
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
const at = (days: number) => start + days * day;

describe('a change of plan', () => {
  it('costs what its preview said: the unused time back, the remaining time at the new price', async () => {
    const { stripe } = account;
    const { subscription, item, advance } = await subscribed(account, prices.core);
    await advance(at(10) + 1);
    const items = [{ id: item, price: prices.pro }];
    const proration_date = at(10) + 1;
    const preview = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { items, proration_behavior: 'always_invoice', proration_date },
    });
    const left = month - 10 * day - 1;
    const credit = -Math.round((cents.core * left) / month);
    const debit = Math.round((cents.pro * left) / month);
    expect(preview.lines.data.map(({ amount }) => amount)).toEqual([credit, debit]);
    expect(preview.amount_due).toBe(credit + debit);
    const changed = await stripe.subscriptions.update(subscription.id, {
      items,
      proration_behavior: 'always_invoice',
      proration_date,
      payment_behavior: 'error_if_incomplete',
      expand: ['latest_invoice.payments'],
    });
    expect(changed.latest_invoice).toMatchObject({
      status: 'paid',
      amount_paid: preview.amount_due,
      billing_reason: 'subscription_update',
      parent: { subscription_details: { subscription: subscription.id } },
      payments: { data: [{ status: 'paid', amount_paid: preview.amount_due }] },
    });
    expect(changed.items.data).toMatchObject([{ id: item, price: { id: prices.pro }, current_period_end: start + month }]);
  });

  it('to another interval begins a new cycle and charges it whole', async () => {
    const { subscription, item, advance } = await subscribed(account, prices.core);
    await advance(at(31 / 2));
    const changed = await account.stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: prices.pro_year }],
      expand: ['latest_invoice'],
    });
    expect(changed.billing_cycle_anchor).toBe(at(31 / 2));
    expect(changed.latest_invoice).toMatchObject({ total: cents.pro_year - cents.core / 2 });
    expect(changed.items.data[0]?.current_period_end).toBe(at(31 / 2) + 365 * day);
  });

  it('that is declined changes nothing with error_if_incomplete', async () => {
    const { subscription, item, customer } = await subscribed(account, prices.core);
    const bad = await account.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await account.stripe.subscriptions.update(subscription.id, { default_payment_method: bad.id });
    const change = account.stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: prices.pro }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'error_if_incomplete',
    });
    await expect(change).rejects.toMatchObject({ statusCode: 402, type: 'StripeCardError', code: 'card_declined' });
    const after = await account.stripe.subscriptions.retrieve(subscription.id);
    expect(after).toMatchObject({ status: 'active', items: { data: [{ price: { id: prices.core } }] } });
    expect(after.latest_invoice).toBe(subscription.latest_invoice);
  });

  it('that is declined waits for its payment with pending_if_incomplete, and lapses', async () => {
    const { subscription, item, customer, advance } = await subscribed(account, prices.core);
    const bad = await account.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await account.stripe.subscriptions.update(subscription.id, { default_payment_method: bad.id });
    const change = { items: [{ id: item, price: prices.pro }], proration_behavior: 'always_invoice' };
    const update: Stripe.SubscriptionUpdateParams = { ...change, payment_behavior: 'pending_if_incomplete' };
    const waiting = await account.stripe.subscriptions.update(subscription.id, update);
    expect(waiting).toMatchObject({ status: 'active', items: { data: [{ price: { id: prices.core } }] } });
    expect(waiting.pending_update?.subscription_items).toMatchObject([{ price: { id: prices.pro } }]);
    await advance(at(1));
    const lapsed = await account.stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
    expect(lapsed).toMatchObject({ pending_update: null, latest_invoice: { status: 'void' } });
    const again = await account.stripe.subscriptions.update(subscription.id, update);
    const good = await account.stripe.paymentMethods.attach('pm_card_visa', { customer });
    await account.stripe.invoices.pay(String(again.latest_invoice), { payment_method: good.id });
    const applied = await account.stripe.subscriptions.retrieve(subscription.id);
    expect(applied).toMatchObject({ pending_update: null, items: { data: [{ price: { id: prices.pro } }] } });
  });

  it('down with create_prorations gives its credit on the next invoice', async () => {
    const { subscription, item, advance } = await subscribed(account, prices.pro);
    await advance(at(31 / 2));
    await account.stripe.subscriptions.update(subscription.id, { items: [{ id: item, price: prices.core }] });
    await advance(start + month + 3601);
    const { data } = await account.stripe.invoices.list({ subscription: subscription.id, limit: 1 });
    const credit = cents.core / 2 - cents.pro / 2;
    expect(data[0]).toMatchObject({
      total: credit + cents.core,
      amount_due: 0,
      billing_reason: 'subscription_cycle',
      status: 'paid',
    });
    const { balance } = (await account.stripe.customers.retrieve(String(subscription.customer))) as { balance: number };
    expect(balance).toBe(credit + cents.core);
  });

  it('down at the end of the period is a schedule of two phases', async () => {
    const { stripe } = account;
    const { subscription, advance } = await subscribed(account, prices.pro);
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const [now] = schedule.phases;
    const planned = await stripe.subscriptionSchedules.update(schedule.id, {
      end_behavior: 'release',
      phases: [
        { items: [{ price: prices.pro }], start_date: now?.start_date ?? 0, end_date: now?.end_date ?? 0 },
        { items: [{ price: prices.core }] },
      ],
    });
    expect(planned.phases.map(({ end_date }) => end_date)).toEqual([start + month, start + month + 28 * day]);
    await expect(stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true })).rejects.toThrow(/managed by the/);
    await advance(start + month - 1);
    expect((await stripe.subscriptions.retrieve(subscription.id)).items.data[0]?.price.id).toBe(prices.pro);
    await advance(start + month + 3600);
    const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice', 'schedule'] });
    expect(after).toMatchObject({
      items: { data: [{ price: { id: prices.core }, current_period_end: start + month + 28 * day }] },
      latest_invoice: { amount_paid: cents.core, billing_reason: 'subscription_cycle' },
      schedule: { current_phase: { start_date: start + month } },
    });
    await advance(start + month + 28 * day + 3600);
    const freed = await stripe.subscriptions.retrieve(subscription.id);
    expect(freed).toMatchObject({ schedule: null, status: 'active' });
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe('released');
  });

  it('that was scheduled is taken back by releasing its schedule', async () => {
    const { stripe } = account;
    const { subscription } = await subscribed(account, prices.pro);
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const released = await stripe.subscriptionSchedules.release(schedule.id);
    expect(released).toMatchObject({ status: 'released', released_subscription: subscription.id, subscription: null });
    await expect(stripe.subscriptionSchedules.release(schedule.id)).rejects.toThrow(/`released` status/);
    expect((await stripe.subscriptions.retrieve(subscription.id)).schedule).toBeNull();
  });
});

describe('an end', () => {
  it('at the end of the period can be taken back, or comes', async () => {
    const { stripe } = account;
    const { subscription, advance } = await subscribed(account, prices.core);
    const ending = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    expect(ending).toMatchObject({ cancel_at_period_end: true, cancel_at: start + month, status: 'active' });
    const resumed = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false });
    expect(resumed).toMatchObject({ cancel_at_period_end: false, cancel_at: null, canceled_at: null });
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    await advance(start + month);
    const ended = await stripe.subscriptions.retrieve(subscription.id);
    expect(ended).toMatchObject({ status: 'canceled', ended_at: start + month });
    await expect(stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false })).rejects.toThrow(
      /canceled subscription/,
    );
    expect((await stripe.subscriptions.list({ customer: String(subscription.customer) })).data).toEqual([]);
    expect((await stripe.subscriptions.list({ customer: String(subscription.customer), status: 'all' })).data).toHaveLength(1);
  });

  it('at once with prorate gives the unused time as credit', async () => {
    const { subscription, advance, customer } = await subscribed(account, prices.core);
    await advance(at(31 / 2));
    const ended = await account.stripe.subscriptions.cancel(subscription.id, { prorate: true, invoice_now: true });
    expect(ended.status).toBe('canceled');
    expect(await account.stripe.customers.retrieve(customer)).toMatchObject({ balance: -cents.core / 2 });
    await expect(account.stripe.subscriptions.cancel(subscription.id)).rejects.toMatchObject({ code: 'resource_missing' });
  });
});

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

describe('pausing', () => {
  it('stops renewals until the subscription is resumed', async () => {
    const { stripe } = account;
    const { subscription, advance } = await subscribed(account, prices.core);
    const paused = await stripe.subscriptions.pause(subscription.id, { type: 'subscription' });
    expect(paused).toMatchObject({ status: 'paused', status_details: { paused: { subscription: { type: 'pause_requested' } } } });
    await advance(start + 2 * month);
    expect((await stripe.invoices.list({ subscription: subscription.id })).data).toHaveLength(1);
    const resumed = await stripe.subscriptions.resume(subscription.id, {
      billing_cycle_anchor: { type: 'now' },
      expand: ['latest_invoice'],
    });
    expect(resumed).toMatchObject({ status: 'active', latest_invoice: { status: 'paid', amount_paid: cents.core } });
  });
});
