import { describe, expect, it } from 'vitest';
import { btcRail } from '../../shared/domain/billing/btc/rail.ts';
import { look, tick } from '../../shared/domain/billing/btc/work.ts';
import type { Subscription } from '../../shared/domain/billing/subscription.ts';
import { milliseconds } from '../../shared/kit/clock.ts';
import { mayDie } from '../world/memory/died.ts';
import { change, core, idOf, kinds, openOf, paid, planOf, pro, refused, settle } from './support/btc-tenant.ts';
import { asking, BtcWorld, day, seed, tenant } from './support/btc-world.ts';

describe('choosing a plan', () => {
  it('gives an invoice with its price, address and time, and nothing before it is paid', async () => {
    const world = new BtcWorld();
    expect(await change(world, pro)).toMatchObject({
      outcome: 'checkout',
      rail: 'btc',
      amount_due: '199',
      checkout_url: 'https://btcpay.example/i/btcpay1',
      expires_at: '2026-01-31T11:00:00.000Z',
      btc: { amount: '0.002', address: 'bcrt1qexample', rate: '99500' },
    });
    expect(world.subscription).toBeUndefined();
    await settle(world, world.books.account.open ?? '');
    expect(world.subscription).toMatchObject({
      plan_id: 'pro',
      status: 'active',
      period_start: '2026-01-31T10:00:00.000Z',
      period_end: '2026-02-28T10:00:00.000Z',
    });
    expect(planOf(world)).toBe('pro');
    expect(world.books.account.open).toBeUndefined();
  });

  it('asked again gives the same invoice; another wish puts it aside and makes one', async () => {
    const world = new BtcWorld();
    const first = idOf(await change(world, pro));
    expect(idOf(await change(world, pro))).toBe(first);
    expect(world.nodes.size).toBe(1);
    const second = idOf(await change(world, core));
    expect(world.invoices.get(first)).toMatchObject({ status: 'void', btc: { replaced: true } });
    expect(world.nodeOf(first).state).toMatchObject({ status: 'Invalid' });
    expect(openOf(world).invoice_id).toBe(second);
  });

  it('does not put aside what is being paid', async () => {
    const world = new BtcWorld();
    const first = idOf(await change(world, pro));
    world.becomes(first, 'New', 'PaidPartial', { paid: 5 });
    expect(await refused(change(world, core))).toBe('payment_under_way');
    expect(openOf(world).invoice_id).toBe(first);
  });

  it('is refused while a card pays, and a payment that comes then is held', async () => {
    const world = new BtcWorld();
    const first = idOf(await change(world, pro));
    const card: Subscription = {
      tenant_id: tenant,
      rail: 'stripe',
      ...pro,
      status: 'active',
      created_at: '',
      updated_at: '',
      ver: 1,
    };
    world.books = { ...world.books, subscription: card };
    expect(await refused(change(world, pro))).toBe('other_rail');
    await settle(world, first);
    expect(world.subscription).toEqual(card);
    expect(world.invoices.get(first)?.btc.state).toBe('held');
    const given = await btcRail(world.ports).refund(asking(), world.invoiceOf(first), undefined);
    expect(given).toMatchObject({ refunded_cents: 19_900 });
    expect(world.subscription).toEqual(card);
  });

  it('is a 503 while BTCPay Server is away, and goes on with the same key', async () => {
    const world = new BtcWorld();
    world.down = true;
    const own = seed();
    expect(await refused(change(world, pro, own))).toBe('billing_unavailable');
    world.down = false;
    expect(await change(world, pro, own)).toMatchObject({ outcome: 'checkout', invoice_id: `inv_${own}` });
    expect(world.nodes.size).toBe(1);
  });
});

describe('a crash anywhere', () => {
  const points = ['save', 'byOrder', 'create', 'prompt', 'note'].flatMap((at) =>
    (['before', 'after'] as const).map((when) => ({ at, when })),
  );
  it.each(points)('$when $at: the same request finishes it, once', async (crash) => {
    const world = new BtcWorld();
    const own = seed();
    world.crash = crash;
    await mayDie(change(world, pro, own));
    expect(await change(world, pro, own)).toMatchObject({ outcome: 'checkout', invoice_id: `inv_${own}` });
    expect(world.nodes.size).toBe(1);
    await settle(world, `inv_${own}`);
    expect(world.books.account.grants).toHaveLength(1);
  });

  it('two requests at once end with one invoice that can be paid', async () => {
    const world = new BtcWorld();
    const [a, b] = await Promise.all([change(world, pro), change(world, pro)]);
    expect(idOf(a)).toBe(idOf(b));
    expect([...world.nodes.values()].filter(({ status }) => status === 'New')).toHaveLength(1);
    expect(openOf(world).source_id).toBe([...world.nodes].find(([, n]) => n.status === 'New')?.[0]);
  });

  it.each(['before', 'after'] as const)('%s the write of a grant: the next look finishes it, once', async (when) => {
    const world = new BtcWorld();
    const id = idOf(await change(world, pro));
    const sourceId = world.becomes(id, 'Settled', 'None');
    world.crash = { at: 'save', when };
    await mayDie(look(world.ports, sourceId));
    await look(world.ports, sourceId);
    expect(world.books.account.grants).toHaveLength(1);
    expect(kinds(world)).toEqual(['plan_active']);
  });
});

describe('changes', () => {
  it('an upgrade costs the difference for the rest, and counts when it is paid', async () => {
    const world = await paid(core);
    world.now += 14 * day;
    const preview = await btcRail(world.ports).preview(asking(), pro);
    expect(preview).toMatchObject({ kind: 'upgrade', amount_due: '75' });
    const id = idOf(await change(world, pro));
    expect(planOf(world)).toBe('core');
    await settle(world, id);
    expect(planOf(world)).toBe('pro');
    expect(world.subscription).toMatchObject({ plan_id: 'pro', period_end: '2026-02-28T10:00:00.000Z' });
    await look(world.ports, world.becomes(id, 'Invalid', 'None', { paid: 7_500 }));
    expect(planOf(world)).toBe('core');
  });

  it('a downgrade waits for the end, is taken back by choosing the present plan, and is what the renewal is for', async () => {
    const world = await paid(pro);
    expect(await change(world, core)).toMatchObject({ outcome: 'scheduled', effective_at: '2026-02-28T10:00:00.000Z' });
    expect(planOf(world)).toBe('pro');
    const own = seed();
    expect(await change(world, pro, own)).toMatchObject({ outcome: 'unscheduled' });
    expect(await change(world, pro, own)).toMatchObject({ outcome: 'unscheduled' });
    expect(world.subscription?.pending).toBeUndefined();
    expect(await refused(change(world, pro))).toBe('plan_unchanged');
    await change(world, core);
    world.now = milliseconds('2026-02-22T10:00:00.000Z');
    await tick(world.ports, tenant);
    expect(openOf(world)).toMatchObject({ plan_id: 'core', due_cents: 4_900 });
    await settle(world, openOf(world).invoice_id);
    expect(world.subscription).toMatchObject({
      plan_id: 'pro',
      period_end: '2026-02-28T10:00:00.000Z',
      pending: { plan_id: 'core' },
    });
    world.now = milliseconds('2026-02-28T10:00:01.000Z');
    expect(planOf(world)).toBe('core');
    await tick(world.ports, tenant);
    expect(world.subscription).toMatchObject({ plan_id: 'core', status: 'active', period_end: '2026-03-31T10:00:00.000Z' });
    expect(world.subscription?.pending).toBeUndefined();
  });

  it('canceled, it ends with its period and no renewal comes; resumed, one comes', async () => {
    const world = await paid(pro);
    const rail = btcRail(world.ports);
    expect(await rail.cancel(asking())).toMatchObject({ cancel_at: '2026-02-28T10:00:00.000Z', status: 'active' });
    world.now = milliseconds('2026-02-23T10:00:00.000Z');
    await tick(world.ports, tenant);
    expect(world.books.account.open).toBeUndefined();
    expect((await rail.resume(asking())).cancel_at).toBeUndefined();
    await tick(world.ports, tenant);
    expect(openOf(world)).toMatchObject({ btc: { purpose: 'renewal' } });
    await rail.cancel(asking());
    expect(world.books.account.open).toBeUndefined();
    world.now = milliseconds('2026-02-28T10:00:00.000Z');
    expect(planOf(world)).toBeNull();
    await tick(world.ports, tenant);
    expect(world.subscription?.status).toBe('canceled');
    expect(kinds(world)).toContain('plan_lost');
    expect(await refused(rail.resume(asking()))).toBe('no_subscription');
    await settle(world, idOf(await change(world, pro)));
    expect(world.subscription).toMatchObject({ status: 'active', period_start: '2026-02-28T10:00:00.000Z' });
    expect(world.subscription?.cancel_at).toBeUndefined();
  });
});
