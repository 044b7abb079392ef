import { describe, expect, it } from 'vitest';
import { btcRail } from '../../shared/domain/billing/btc/rail.ts';
import { look, reconcile, tick } from '../../shared/domain/billing/btc/work.ts';
import { milliseconds } from '../../shared/kit/clock.ts';
import { mayDie } from '../world/memory/died.ts';
import { change, idOf, kinds, openOf, paid, planOf, pro, refused, settle } from './support/btc-tenant.ts';
import { asking, BtcWorld, day, january, seed, tenant } from './support/btc-world.ts';

describe('the clock', () => {
  it('issues the renewal seven days ahead, once, and the period goes on from its end, on the day it began', async () => {
    const world = await paid(pro);
    expect(world.books.account.due_at).toBe('2026-02-21T10:00:00.000Z');
    world.now = milliseconds('2026-02-21T10:00:00.000Z');
    for (let again = 0; again < 3; again += 1) await tick(world.ports, tenant);
    const renewal = openOf(world);
    expect(renewal.btc).toMatchObject({ purpose: 'renewal', expires_at: '2026-02-28T10:00:00.000Z' });
    expect([...world.notices.values()].filter(({ kind }) => kind === 'renewal_invoice')).toMatchObject([
      { facts: { pay_at: renewal.url, amount_usd: '199' } },
    ]);
    expect(world.nodes.size).toBe(2);
    // Nothing is left to look at until it runs out: the clock does not come by every hour.
    expect(world.books.account.due_at).toBe('2026-02-28T10:00:00.000Z');
    await settle(world, renewal.invoice_id);
    await tick(world.ports, tenant);
    expect(world.subscription).toMatchObject({ status: 'active', period_end: '2026-03-31T10:00:00.000Z' });
    expect(world.books.account.due_at).toBe('2026-02-28T10:00:00.000Z');
  });

  it('unpaid: owed at the end, a new invoice for the grace, a last call, and then no plan', async () => {
    const world = await paid(pro);
    const end = milliseconds('2026-02-28T10:00:00.000Z');
    world.now = end - 3 * day;
    await tick(world.ports, tenant);
    const ahead = openOf(world).invoice_id;
    world.now = end + 1000;
    world.becomes(ahead, 'Expired', 'None', { paid: 0 });
    await tick(world.ports, tenant);
    expect(world.subscription).toMatchObject({ status: 'past_due', past_due_since: '2026-02-28T10:00:00.000Z' });
    expect(planOf(world)).toBe('pro');
    const grace = openOf(world);
    expect(grace.invoice_id).not.toBe(ahead);
    world.now = end + 5 * day;
    await tick(world.ports, tenant);
    world.now = end + 7 * day;
    expect(planOf(world)).toBeNull();
    world.becomes(grace.invoice_id, 'Expired', 'None', { paid: 0 });
    await tick(world.ports, tenant);
    await tick(world.ports, tenant);
    expect(world.subscription?.status).toBe('canceled');
    expect(world.books.account.due_at).toBeUndefined();
    expect(kinds(world)).toEqual([
      'plan_active',
      'renewal_invoice',
      'payment_failed',
      'renewal_invoice',
      'grace_ending',
      'plan_lost',
    ]);
  });

  it('paid in the grace it goes on from where it ended', async () => {
    const world = await paid(pro);
    world.now = milliseconds('2026-03-03T10:00:00.000Z');
    await tick(world.ports, tenant);
    await settle(world, openOf(world).invoice_id);
    expect(world.subscription).toMatchObject({ status: 'active', period_end: '2026-03-31T10:00:00.000Z' });
    expect(world.subscription?.past_due_since).toBeUndefined();
  });

  it('sees a renewal that was paid while no webhook came, before it issues another', async () => {
    const world = await paid(pro);
    world.now = milliseconds('2026-02-25T10:00:00.000Z');
    await tick(world.ports, tenant);
    world.becomes(openOf(world).invoice_id, 'Settled', 'None');
    world.now = milliseconds('2026-02-28T10:00:01.000Z');
    await tick(world.ports, tenant);
    expect(world.nodes.size).toBe(2);
    expect(world.subscription).toMatchObject({ status: 'active', period_end: '2026-03-31T10:00:00.000Z' });
  });

  it.each(['save', 'create', 'note'].flatMap((at) => (['before', 'after'] as const).map((when) => ({ at, when }))))(
    'dies $when $at: the next round finishes the renewal, and tells it once',
    async (crash) => {
      const world = await paid(pro);
      world.now = milliseconds('2026-02-22T10:00:00.000Z');
      world.crash = crash;
      await mayDie(tick(world.ports, tenant));
      await tick(world.ports, tenant);
      expect(world.nodes.size).toBe(2);
      expect(kinds(world).filter((kind) => kind === 'renewal_invoice')).toHaveLength(1);
      expect(openOf(world).btc.issued).toBe(true);
    },
  );

  it('is not held up by the webhook of its own invoice', async () => {
    const world = await paid(pro);
    world.now = milliseconds('2026-02-22T10:00:00.000Z');
    world.crash = { at: 'create', when: 'after' };
    await mayDie(tick(world.ports, tenant));
    await look(world.ports, 'btcpay2');
    await tick(world.ports, tenant);
    expect(kinds(world)).toContain('renewal_invoice');
    expect(world.nodes.size).toBe(2);
  });
});

describe('refunds', () => {
  it('give back no more than came in, once for each request; in full, they end what was paid for', async () => {
    const world = await paid(pro);
    const [id] = [...world.invoices.keys()];
    const rail = btcRail(world.ports);
    const invoice = () => world.invoiceOf(id ?? '');
    const own = seed();
    const first = await rail.refund(asking(own), invoice(), 5_000);
    expect(await rail.refund(asking(own), invoice(), 5_000)).toEqual(first);
    expect(first).toMatchObject({
      refunded_cents: 5_000,
      btc: { refunds: [{ cents: 5_000, claim_url: `https://btcpay.example/pull/rfd_${own}` }] },
    });
    expect(planOf(world)).toBe('pro');
    expect(await refused(rail.refund(asking(), invoice(), 14_901))).toBe('refund_exceeds_paid');
    await rail.refund(asking(), invoice(), undefined);
    expect(planOf(world)).toBeNull();
    expect(await refused(rail.refund(asking(), invoice(), undefined))).toBe('nothing_to_refund');
    // BTCPay Server still says that it is settled: it stays given back.
    await look(world.ports, world.nodeOf(id ?? '').sourceId);
    expect(planOf(world)).toBeNull();
    expect([...world.refunds.values()].reduce((sum, { cents }) => sum + cents, 0)).toBe(19_900);
  });

  it.each(['save', 'refund', 'note'].flatMap((at) => (['before', 'after'] as const).map((when) => ({ at, when }))))(
    'dies $when $at: the same request gives the money once',
    async (crash) => {
      const world = await paid(pro);
      const [id] = [...world.invoices.keys()];
      const own = seed();
      world.crash = crash;
      const again = () => btcRail(world.ports).refund(asking(own), world.invoiceOf(id ?? ''), 5_000);
      await mayDie(again());
      expect(await again()).toMatchObject({ refunded_cents: 5_000 });
      expect(world.refunds.size).toBe(1);
    },
  );
});

describe('reconciliation', () => {
  it('applies what no webhook told, and counts money that waits', async () => {
    const world = new BtcWorld();
    world.becomes(idOf(await change(world, pro)), 'Settled', 'None');
    expect(await reconcile(world.ports, january)).toEqual({ compared: 1, repaired: 1, strays: 0, heldCents: 0, odd: 0 });
    expect(planOf(world)).toBe('pro');
    expect(await reconcile(world.ports, january)).toMatchObject({ compared: 1, repaired: 0 });
    world.now += day;
    world.becomes(idOf(await change(world, { plan_id: 'institutional', interval: 'month' })), 'Expired', 'PaidPartial', {
      paid: 700,
      confirmed: true,
    });
    expect(await reconcile(world.ports, january)).toMatchObject({ repaired: 1, heldCents: 700 });
  });

  it('puts away a second invoice that BTCPay Server made for one of ours', async () => {
    const world = new BtcWorld();
    const id = idOf(await change(world, pro));
    await world.ports.node.create({ order_id: id, tenant_id: tenant, cents: 19_900, minutes: 60, what: '' });
    expect(await reconcile(world.ports, january)).toMatchObject({ strays: 1 });
    expect(world.nodes.get('btcpay2')?.status).toBe('Invalid');
    expect(world.nodes.get('btcpay1')?.status).toBe('New');
  });
});
