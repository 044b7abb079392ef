import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTill, pay, type Till, tenantId } from './support/account.ts';

let till: Till;
beforeEach(async () => {
  till = await openTill();
});
afterEach(() => till.stop());

const core = { plan_id: 'core', interval: 'month' } as const;
const pro = { plan_id: 'pro', interval: 'month' } as const;
const proYear = { plan_id: 'pro', interval: 'year' } as const;
const institutional = { plan_id: 'institutional', interval: 'month' } as const;

const refused = (code: string, status: number) => expect.objectContaining({ code, status });

async function subscribed(wanted: typeof core | typeof pro | typeof proYear = pro, card?: string) {
  const { checkout_url } = await till.rail.change(till.asking(), wanted);
  expect(await pay(checkout_url, card)).toBe(303);
  await till.worked();
  return till.record();
}

describe('a first subscription', () => {
  it('is paid at the page, and is the record as soon as anybody looks', async () => {
    const answer = await till.rail.change(till.asking(), pro);
    expect(answer).toMatchObject({ outcome: 'checkout', rail: 'stripe', plan_id: 'pro' });
    expect(await till.record()).toBeUndefined();
    await pay(answer.checkout_url);
    await till.worked();
    expect(await till.record()).toMatchObject({ rail: 'stripe', plan_id: 'pro', interval: 'month', status: 'active', ver: 1 });
    expect(await till.invoices()).toMatchObject([{ status: 'paid', paid_cents: 19_900, plan_id: 'pro', refunded_cents: 0 }]);
    expect(till.notices()).toEqual(['plan_active']);
    await till.worked();
    expect(await till.record()).toMatchObject({ ver: 1 });
  });

  it('has one page at a time: the same for the same plan, another for another', async () => {
    const [a, b] = [await till.rail.change(till.asking(), pro), await till.rail.change(till.asking(), pro)];
    expect(b.checkout_url).toBe(a.checkout_url);
    const c = await till.rail.change(till.asking(), core);
    expect(c.checkout_url).not.toBe(a.checkout_url);
    expect(await pay(a.checkout_url)).not.toBe(303);
    expect((await till.stripe.checkout.sessions.list()).data.filter(({ status }) => status === 'open')).toHaveLength(1);
    expect((await till.stripe.customers.list()).data).toHaveLength(1);
  });

  it('of two that ask at once both get the one page', async () => {
    const answers = await Promise.allSettled([till.rail.change(till.asking(), pro), till.rail.change(till.asking(), pro)]);
    const urls = answers.flatMap((a) => (a.status === 'fulfilled' ? [a.value.checkout_url] : []));
    expect(new Set(urls).size).toBe(1);
    expect((await till.stripe.customers.list()).data).toHaveLength(1);
    expect((await till.stripe.checkout.sessions.list()).data.filter(({ status }) => status === 'open')).toHaveLength(1);
  });

  it('is a plan to change once it is paid, before any webhook came', async () => {
    const { checkout_url } = await till.rail.change(till.asking(), pro);
    await pay(checkout_url);
    await expect(till.rail.change(till.asking(), pro)).rejects.toEqual(refused('plan_unchanged', 409));
    expect(await till.record()).toMatchObject({ plan_id: 'pro', status: 'active' });
  });
});

describe('a change', () => {
  it('to more comes at once, for exactly what the preview said', async () => {
    await subscribed(core);
    await till.advance(10);
    const preview = await till.rail.preview(till.asking(), pro);
    expect(preview).toMatchObject({ kind: 'upgrade' });
    const wanted = { ...pro, prorationDate: preview.proration_date };
    expect(await till.rail.change(till.asking(), wanted)).toMatchObject({ outcome: 'changed', plan_id: 'pro' });
    expect(await till.record()).toMatchObject({ plan_id: 'pro', status: 'active' });
    const invoices = (await till.invoices()).toSorted((a, b) => (a.invoice_id < b.invoice_id ? 1 : -1));
    expect(invoices).toHaveLength(2);
    expect(invoices.map(({ paid_cents }) => paid_cents / 100)).toContain(Number(preview.amount_due));
    expect(Number(preview.amount_due)).toBeGreaterThan(80);
    expect(till.notices()).toContain('plan_changed');
  });

  it('run again with its seed is done once and answers the same', async () => {
    await subscribed(core);
    const seed = till.asking().seed;
    const first = await till.rail.change(till.asking(seed), pro);
    expect(await till.rail.change(till.asking(seed), pro)).toEqual(first);
    expect(await till.invoices()).toHaveLength(2);
  });

  it('that the card does not pay changes nothing', async () => {
    await subscribed(core, '4000000000000341');
    await expect(till.rail.change(till.asking(), pro)).rejects.toEqual(refused('payment_declined', 402));
    expect(await till.record()).toMatchObject({ plan_id: 'core', status: 'active' });
    const open = (await till.invoices()).filter(({ status }) => status === 'open');
    expect(open).toEqual([]);
  });

  it('that the bank wants confirmed waits at a page for that', async () => {
    const { checkout_url } = await till.rail.change(till.asking(), core);
    await pay(checkout_url, '4000002760003184');
    await fetch(`${checkout_url}/authenticate`, {
      method: 'POST',
      body: new URLSearchParams({ answer: 'complete' }),
      redirect: 'manual',
    });
    await till.worked();
    expect(await till.record()).toMatchObject({ plan_id: 'core', status: 'active' });
    const error = await till.rail.change(till.asking(), pro).catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'payment_action_required',
      status: 402,
      extra: { url: expect.stringContaining('http') },
    });
    expect(await till.record()).toMatchObject({ plan_id: 'core', status: 'active' });
  });

  it('to less waits for the end of the period, and can be taken back', async () => {
    await subscribed(pro);
    const scheduled = await till.rail.change(till.asking(), core);
    expect(scheduled).toMatchObject({ outcome: 'scheduled', plan_id: 'core' });
    expect(await till.record()).toMatchObject({ plan_id: 'pro', pending: { plan_id: 'core', at: scheduled.effective_at } });
    await expect(till.rail.change(till.asking(), institutional)).rejects.toEqual(refused('downgrade_pending', 409));
    expect(await till.rail.change(till.asking(), pro)).toMatchObject({ outcome: 'unscheduled' });
    expect((await till.record())?.pending).toBeUndefined();
    await till.rail.change(till.asking(), core);
    await till.advance(32);
    await till.worked();
    expect(await till.record()).toMatchObject({ plan_id: 'core', status: 'active' });
    expect((await till.record())?.pending).toBeUndefined();
    // Under a schedule without anything left to come, the rest goes on as ever.
    expect(await till.rail.change(till.asking(), pro)).toMatchObject({ outcome: 'changed' });
  });

  it('from the year to the month waits, from the month to the year does not', async () => {
    await subscribed(pro);
    expect(await till.rail.change(till.asking(), proYear)).toMatchObject({ outcome: 'changed', interval: 'year' });
    expect(await till.rail.change(till.asking(), pro)).toMatchObject({ outcome: 'scheduled', interval: 'month' });
  });
});

describe('the end', () => {
  it('comes with the period, and can be taken back before', async () => {
    await subscribed(pro);
    const canceling = await till.rail.cancel(till.asking());
    expect(canceling.cancel_at).toBe(canceling.period_end);
    expect(await till.rail.cancel(till.asking())).toEqual(canceling);
    await expect(till.rail.change(till.asking(), institutional)).rejects.toEqual(refused('cancel_pending', 409));
    expect((await till.rail.resume(till.asking())).cancel_at).toBeUndefined();
    await till.rail.cancel(till.asking());
    await till.advance(32);
    await till.worked();
    expect(await till.record()).toMatchObject({ status: 'canceled', plan_id: 'pro' });
    expect(till.notices().toSorted()).toEqual(['cancel_scheduled', 'cancel_scheduled', 'plan_active', 'plan_lost', 'resumed']);
    await expect(till.rail.resume(till.asking())).rejects.toEqual(refused('no_subscription', 409));
    expect(await till.rail.change(till.asking(), pro)).toMatchObject({ outcome: 'checkout' });
  });

  it('takes a waiting downgrade along', async () => {
    await subscribed(pro);
    await till.rail.change(till.asking(), core);
    const canceling = await till.rail.cancel(till.asking());
    expect(canceling).toMatchObject({ plan_id: 'pro', cancel_at: canceling.period_end });
    expect(canceling.pending).toBeUndefined();
  });
});

describe('a payment that fails', () => {
  it('counts from when the invoice was first tried, whatever comes later', async () => {
    await till.sim('settings', { retry_days: [3, 5, 7], after_retries: 'cancel' });
    const paid = await subscribed(pro, '4000000000000341');
    await till.advance((Date.parse(paid?.period_end ?? '') - till.clock()) / 86_400_000 + 0.1);
    await till.worked();
    const since = (await till.record())?.past_due_since;
    expect(await till.record()).toMatchObject({ status: 'past_due', past_due_since: expect.any(String) });
    await till.advance(3);
    await till.worked();
    expect((await till.record())?.past_due_since).toBe(since);
    await expect(till.rail.change(till.asking(), institutional)).rejects.toEqual(refused('payment_due', 409));
    await till.advance(2.5);
    await till.worked();
    expect(till.notices()).toEqual(expect.arrayContaining(['payment_failed', 'grace_ending']));
    expect(till.notices().filter((kind) => kind === 'payment_failed')).toHaveLength(1);
  });
});

describe('a refund', () => {
  const invoice = async () => {
    const [one] = await till.invoices();
    if (one === undefined) throw new Error('no invoice');
    return one;
  };

  it('is a part, then the rest, and never more than was paid', async () => {
    await subscribed(pro);
    expect(await till.rail.refund(till.asking(), await invoice(), 5000)).toMatchObject({ refunded_cents: 5000 });
    await expect(till.rail.refund(till.asking(), await invoice(), 15_000)).rejects.toEqual(refused('refund_exceeds_paid', 409));
    expect(await till.rail.refund(till.asking(), await invoice(), undefined)).toMatchObject({ refunded_cents: 19_900 });
    await expect(till.rail.refund(till.asking(), await invoice(), undefined)).rejects.toEqual(refused('nothing_to_refund', 409));
    expect(till.notices().filter((kind) => kind === 'refunded')).toHaveLength(2);
  });

  it('run again with its seed is one', async () => {
    await subscribed(pro);
    const { seed } = till.asking();
    await till.rail.refund(till.asking(seed), await invoice(), 5000);
    expect(await till.rail.refund(till.asking(seed), await invoice(), 5000)).toMatchObject({ refunded_cents: 5000 });
    expect((await till.stripe.refunds.list()).data).toHaveLength(1);
  });

  it('of which Stripe did not answer is finished by the same request, and nothing is promised twice', async () => {
    await subscribed(pro);
    const { seed } = till.asking();
    await till.sim('behaviour', { api: { mode: 'error', execute: true, only: 'POST /v1/refunds' } });
    await expect(till.rail.refund(till.asking(seed), await invoice(), 15_000)).rejects.toMatchObject(
      refused('billing_unavailable', 503),
    );
    expect(await invoice()).toMatchObject({ refunded_cents: 0, reserved: { [seed]: 15_000 } });
    await till.sim('behaviour', {});
    await expect(till.rail.refund(till.asking(), await invoice(), 10_000)).rejects.toEqual(refused('refund_exceeds_paid', 409));
    expect(await till.rail.refund(till.asking(seed), await invoice(), 15_000)).toMatchObject({ refunded_cents: 15_000 });
    expect((await till.stripe.refunds.list()).data).toHaveLength(1);
    expect((await invoice()).reserved).toBeUndefined();
  });

  it('of two at once gives no more than was paid', async () => {
    await subscribed(pro);
    const both = await Promise.allSettled(
      [12_000, 12_000].map(async (cents) => till.rail.refund(till.asking(), await invoice(), cents)),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((await till.stripe.refunds.list()).data).toHaveLength(1);
  });
});

describe('one too many', () => {
  it('is given back and ended, the older stays, and the owners are told once', async () => {
    const before = await subscribed(pro);
    await till.advance(1);
    const customer = (await till.ports.store.account(tenantId))?.customer_id ?? '';
    const price = (await till.stripe.prices.list({ lookup_keys: ['vanta_institutional_month'] })).data[0]?.id ?? '';
    const card = (await till.stripe.paymentMethods.list({ customer })).data[0]?.id ?? '';
    const second = await till.stripe.subscriptions.create({ customer, items: [{ price }], default_payment_method: card });
    expect(second.status).toBe('active');
    await till.worked();
    expect(await till.record()).toMatchObject({ plan_id: 'pro', source_id: before?.source_id });
    expect((await till.stripe.subscriptions.retrieve(second.id)).status).toBe('canceled');
    expect((await till.stripe.refunds.list()).data).toMatchObject([{ amount: 149_900, status: 'succeeded' }]);
    await till.worked();
    expect((await till.stripe.refunds.list()).data).toHaveLength(1);
    expect(till.notices().filter((kind) => kind === 'duplicate_refunded')).toHaveLength(1);
    expect(till.actions()).toEqual(expect.arrayContaining(['subscription.surplus_found', 'subscription.surplus_refunded']));
  });
});

describe('Stripe away', () => {
  it.each([
    ['refuses connections', { mode: 'refuse' }],
    ['answers 500', { mode: 'error' }],
    ['hangs', { mode: 'hang' }],
  ])('%s: changes are refused for now, and go on when asked again', async (_, api) => {
    await till.rail.change(till.asking(), pro);
    const { seed } = till.asking();
    await till.sim('behaviour', { api });
    const began = Date.now();
    const no = await till.rail.change(till.asking(seed), pro).catch((e: unknown) => e);
    expect(no).toMatchObject({ code: 'billing_unavailable', status: 503, passing: true, extra: { retry_after_seconds: 5 } });
    expect(Date.now() - began).toBeLessThan(4000);
    await till.sim('behaviour', {});
    expect(await till.rail.change(till.asking(seed), pro)).toMatchObject({ outcome: 'checkout' });
  });
});

describe('a page that was paid', () => {
  it('does not stand in the way once what was bought there has ended', async () => {
    const record = await subscribed(pro);
    await till.stripe.subscriptions.cancel(record?.source_id ?? '');
    expect(await till.rail.change(till.asking(), pro)).toMatchObject({ outcome: 'checkout' });
    expect(await till.record()).toMatchObject({ status: 'canceled' });
  });
});
