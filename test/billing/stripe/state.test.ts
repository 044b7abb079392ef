import { describe, expect, it } from 'vitest';
import type { InvoiceFact, SubscriptionFact } from '../../../shared/domain/billing/stripe/facts.ts';
import { fromStripe } from '../../../shared/domain/billing/stripe/state.ts';
import { type Subscription, subscriptionStatuses } from '../../../shared/domain/billing/subscription.ts';
import { intervals, planIds } from '../../../shared/domain/entitlements/plans.ts';
import { timestamp } from '../../../shared/kit/clock.ts';

const tenantId = 'ten_01HF7YAT00000000000000000A';
const day = 86_400_000;
const start = Date.parse('2026-11-01T00:00:00.000Z');
const nowMs = start + 10 * day;
const fact = (more: Partial<SubscriptionFact> = {}): SubscriptionFact => ({
  id: 'sub_1',
  status: 'active',
  createdMs: start,
  itemId: 'si_1',
  priceId: 'price_pro',
  chosen: { plan_id: 'pro', interval: 'month' },
  periodStartMs: start,
  periodEndMs: start + 30 * day,
  ...more,
});
const invoice = (more: Partial<InvoiceFact> = {}): InvoiceFact => ({
  id: 'in_1',
  subscriptionId: 'sub_1',
  status: 'open',
  dueCents: 19_900,
  paidCents: 0,
  createdMs: start + day,
  openedMs: start + 2 * day,
  attempted: true,
  needsPerson: false,
  ...more,
});
const made = (subscriptions: SubscriptionFact[], invoices: InvoiceFact[] = [], before?: Subscription) =>
  fromStripe({ customerId: 'cus_1', subscriptions, invoices }, { tenantId, before, nowMs });
const live = ['trialing', 'active', 'past_due', 'unpaid', 'paused'];

describe('every status x plan x interval x end x change that waits', () => {
  const ends = [undefined, start + 30 * day];
  const nexts = [undefined, { plan_id: 'core', interval: 'month', atMs: start + 30 * day } as const];
  const cases = subscriptionStatuses.flatMap((status) =>
    planIds.flatMap((plan_id) =>
      intervals.flatMap((interval) => ends.flatMap((end) => nexts.map((next) => ({ status, plan_id, interval, end, next })))),
    ),
  );

  it('makes the record that says the same, of those that end or change only while they live', () => {
    expect(cases).toHaveLength(8 * 3 * 2 * 2 * 2);
    for (const { status, plan_id, interval, end, next } of cases) {
      const one = fact({
        status,
        chosen: { plan_id, interval },
        ...(end === undefined ? {} : { cancelAtMs: end }),
        ...(next === undefined ? {} : { next }),
      });
      const { subscription, surplus } = made([one], [invoice()]);
      const lives = live.includes(status);
      const owes = status === 'past_due' || status === 'unpaid';
      expect(subscription).toEqual({
        tenant_id: tenantId,
        rail: 'stripe',
        plan_id,
        interval,
        status,
        period_start: timestamp(start),
        period_end: timestamp(start + 30 * day),
        ...(lives && end !== undefined ? { cancel_at: timestamp(end) } : {}),
        ...(lives && next !== undefined ? { pending: { plan_id: 'core', interval: 'month', at: timestamp(next.atMs) } } : {}),
        ...(owes ? { past_due_since: timestamp(start + 2 * day) } : {}),
        source_id: 'sub_1',
        created_at: timestamp(nowMs),
        updated_at: timestamp(nowMs),
        ver: 1,
      });
      expect(surplus).toEqual([]);
      // The same present makes the very same record.
      expect(made([one], [invoice()], subscription).subscription).toBe(subscription);
    }
  });
});

describe('a debt', () => {
  const since = (...invoices: InvoiceFact[]) =>
    made([fact({ status: 'past_due', pendingInvoiceId: 'in_pending' })], invoices).subscription?.past_due_since;

  it('counts from the oldest invoice that is owed', () =>
    expect(since(invoice({ id: 'in_2', openedMs: start + 5 * day }), invoice())).toBe(timestamp(start + 2 * day)));
  it('not from one that is paid, of another subscription, not tried, or of a change that waits', () =>
    expect(
      since(
        invoice({ status: 'paid', openedMs: start }),
        invoice({ subscriptionId: 'sub_2', openedMs: start }),
        invoice({ attempted: false, openedMs: start }),
        invoice({ id: 'in_pending', openedMs: start }),
        invoice({ id: 'in_3', openedMs: start + 4 * day }),
      ),
    ).toBe(timestamp(start + 4 * day)));
  it('counts from the period when the invoice was written off', () => expect(since()).toBe(timestamp(start)));
});

describe('several', () => {
  const older = fact({ id: 'sub_old' });
  const newer = fact({ id: 'sub_new', createdMs: start + day });

  it.each([
    ['the older of two good ones', older, newer, 'sub_old', 'sub_new'],
    ['the good one before one that owes', { ...older, status: 'past_due' as const }, newer, 'sub_new', 'sub_old'],
  ])('%s counts, the other is one too many', (_, a, b, counts, over) => {
    for (const all of [
      [a, b],
      [b, a],
    ]) {
      const { subscription, surplus } = made(all);
      expect([subscription?.source_id, surplus.map(({ id }) => id)]).toEqual([counts, [over]]);
    }
  });

  it('that have ended leave the one that lives', () => {
    const { subscription, surplus } = made([{ ...older, status: 'canceled' }, newer]);
    expect([subscription?.source_id, surplus]).toEqual(['sub_new', []]);
  });
});

describe('what is not Stripe’s', () => {
  const other = (rail: 'btc' | 'granted', more: Partial<Subscription> = {}): Subscription => ({
    tenant_id: tenantId,
    rail,
    plan_id: 'core',
    interval: 'month',
    status: 'active',
    period_end: timestamp(nowMs + day),
    created_at: timestamp(start),
    updated_at: timestamp(start),
    ver: 7,
    ...more,
  });

  it('stays when nothing of Stripe lives', () => {
    for (const rail of ['btc', 'granted'] as const)
      expect(made([fact({ status: 'canceled' })], [], other(rail)).subscription).toBeUndefined();
  });
  it('paid ahead in bitcoin makes a live one of Stripe one too many', () =>
    expect(made([fact()], [], other('btc'))).toEqual({ surplus: [fact()] }));
  it('gives way when its time is over, or it was only granted; what was put on top stays', () => {
    const overrides = [{ entitlement: 'seats', value: 9, why: 'w', by: 'ops' }] as const;
    expect(made([fact()], [], other('granted', { overrides })).subscription).toMatchObject({ rail: 'stripe', ver: 8, overrides });
    expect(made([fact()], [], other('btc', { period_end: timestamp(nowMs - 1) })).subscription).toMatchObject({
      rail: 'stripe',
      ver: 8,
    });
  });
  it('is no price of the catalogue: that fails loudly', () => {
    const { chosen: _none, ...foreign } = fact();
    expect(() => made([foreign])).toThrow('price_pro');
  });
  it('was Stripe’s and is unknown there now: it has ended', () =>
    expect(made([], [], { ...other('granted'), rail: 'stripe', source_id: 'sub_1' }).subscription).toMatchObject({
      status: 'canceled',
      ver: 8,
    }));
});
