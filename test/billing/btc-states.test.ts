import { describe, expect, it } from 'vitest';
import { btcRail } from '../../shared/domain/billing/btc/rail.ts';
import { type Additional, additionals, outcomes, type Status, statuses } from '../../shared/domain/billing/btc/states.ts';
import { look } from '../../shared/domain/billing/btc/work.ts';
import { asking, BtcWorld } from './support/btc-world.ts';

/** [status, additional, what a new subscription gets, what the record shows, what the owners are told] */
type Row = readonly [Status, Additional, 'plan' | 'nothing', string, readonly string[]];
const full = 19_900;

/** Every pair by hand: paid is what would have come in for it. */
const table: readonly (readonly [...Row, paid: number])[] = [
  ['New', 'None', 'nothing', 'open', [], 0],
  ['New', 'PaidPartial', 'nothing', 'underpaid', [], 9_000],
  ['New', 'PaidLate', 'nothing', 'odd', [], full],
  ['New', 'PaidOver', 'nothing', 'odd', [], full + 100],
  ['New', 'Marked', 'nothing', 'odd', [], 0],
  ['New', 'Invalid', 'nothing', 'odd', [], 0],
  ['Processing', 'None', 'nothing', 'processing', [], full],
  ['Processing', 'PaidOver', 'nothing', 'processing', [], full + 100],
  ['Processing', 'PaidPartial', 'nothing', 'odd', [], 9_000],
  ['Processing', 'PaidLate', 'nothing', 'odd', [], full],
  ['Processing', 'Marked', 'nothing', 'odd', [], full],
  ['Processing', 'Invalid', 'nothing', 'odd', [], full],
  ['Settled', 'None', 'plan', 'paid', ['plan_active'], full],
  ['Settled', 'PaidPartial', 'plan', 'paid', ['plan_active'], 19_800],
  ['Settled', 'PaidOver', 'plan', 'paid', ['plan_active', 'btc_overpaid'], full + 100],
  ['Settled', 'PaidLate', 'plan', 'paid', ['plan_active'], full],
  ['Settled', 'Marked', 'plan', 'paid', ['plan_active'], 0],
  ['Settled', 'Invalid', 'nothing', 'odd', [], full],
  ['Expired', 'None', 'nothing', 'expired', [], 0],
  ['Expired', 'PaidPartial', 'nothing', 'underpaid', ['btc_underpaid'], 9_000],
  ['Expired', 'PaidLate', 'plan', 'paid', ['plan_active'], full],
  ['Expired', 'PaidOver', 'plan', 'paid', ['plan_active'], full + 100],
  ['Expired', 'Marked', 'nothing', 'odd', [], 0],
  ['Expired', 'Invalid', 'nothing', 'odd', [], 0],
  ['Invalid', 'None', 'nothing', 'invalid', ['btc_invalid'], full],
  ['Invalid', 'PaidPartial', 'nothing', 'invalid', ['btc_invalid'], 9_000],
  ['Invalid', 'PaidLate', 'nothing', 'invalid', ['btc_invalid'], full],
  ['Invalid', 'PaidOver', 'nothing', 'invalid', ['btc_invalid'], full + 100],
  ['Invalid', 'Marked', 'nothing', 'invalid', [], 0],
  ['Invalid', 'Invalid', 'nothing', 'invalid', ['btc_invalid'], full],
];

async function choosing(): Promise<{ world: BtcWorld; invoiceId: string }> {
  const world = new BtcWorld();
  const answer = await btcRail(world.ports).change(asking(), { plan_id: 'pro', interval: 'month' });
  return { world, invoiceId: answer.invoice_id ?? '' };
}
const kindsOf = (world: BtcWorld) => [...world.notices.values()].map(({ kind }) => kind);

describe('the table of states', () => {
  it('has every pair', () => {
    const pairs = statuses.flatMap((s) => additionals.map((a) => `${s}/${a}`));
    expect(table.map(([s, a]) => `${s}/${a}`).sort()).toEqual(pairs.sort());
    expect(Object.values(outcomes).flatMap((row) => Object.values(row))).toHaveLength(pairs.length);
  });

  it.each(table)('%s/%s gives %s, shows %s, tells %j', async (...row) => {
    const [status, additional, gets, shows, tells, paid] = row;
    const { world, invoiceId } = await choosing();
    const sourceId = world.becomes(invoiceId, status, additional, { paid, confirmed: true });
    await look(world.ports, sourceId);
    expect(world.subscription?.status).toBe(gets === 'plan' ? 'active' : undefined);
    expect(world.invoices.get(invoiceId)?.btc.state).toBe(shows);
    expect(kindsOf(world)).toEqual(tells);
    const after = [world.books, world.invoices.get(invoiceId), world.notices.size];
    for (let again = 0; again < 3; again += 1) expect(await look(world.ports, sourceId)).toBe('unchanged');
    expect([world.books, world.invoices.get(invoiceId), world.notices.size]).toEqual(after);
  });

  it.each(table)('%s/%s after it was paid: what is taken back, and what stays', async (...row) => {
    const [status, additional, gets, , , paid] = row;
    const { world, invoiceId } = await choosing();
    await look(world.ports, world.becomes(invoiceId, 'Settled', 'None'));
    expect(world.subscription?.status).toBe('active');
    await look(world.ports, world.becomes(invoiceId, status, additional, { paid, confirmed: true }));
    const { gives } = outcomes[status][additional];
    const stays = gets === 'plan' || gives === 'unchanged';
    expect(world.subscription?.status).toBe(stays ? 'active' : 'canceled');
    expect(world.books.account.grants.filter((g) => g.taken_back_at !== undefined)).toHaveLength(stays ? 0 : 1);
  });
});

describe('order does not matter', () => {
  it.each([
    [['Processing', 'Settled']],
    [['Settled', 'Settled', 'Settled']],
    [['Settled', 'Processing', 'Settled']],
    [['Settled', 'Invalid', 'Settled']],
    [['Invalid', 'Settled']],
  ] as const)('%j ends in one paid period', async (path) => {
    const { world, invoiceId } = await choosing();
    for (const status of path) await look(world.ports, world.becomes(invoiceId, status, 'None', { paid: full }));
    expect(world.subscription).toMatchObject({
      rail: 'btc',
      plan_id: 'pro',
      status: 'active',
      period_end: '2026-02-28T10:00:00.000Z',
    });
  });

  it('a state that was fetched before another one was written is not written over it', async () => {
    const { world, invoiceId } = await choosing();
    const sourceId = world.becomes(invoiceId, 'Processing', 'None');
    const get = world.ports.node.get;
    let held: (() => void) | undefined;
    const slow = {
      ...world.ports,
      node: {
        ...world.ports.node,
        get: async (id: string) => {
          const seen = await get(id);
          if (held === undefined)
            await new Promise<void>((done) => {
              held = done;
            });
          return seen;
        },
      },
    };
    const owner = { tenant_id: asking().tenantId, invoice_id: invoiceId };
    const first = look(slow, sourceId, owner);
    await expect.poll(() => held).toBeDefined();
    world.becomes(invoiceId, 'Settled', 'None');
    await look(world.ports, sourceId, owner);
    held?.();
    await first;
    expect(world.subscription?.status).toBe('active');
    expect(world.invoices.get(invoiceId)?.btc.state).toBe('paid');
  });
});

describe('late payments', () => {
  it('count once they are confirmed', async () => {
    const { world, invoiceId } = await choosing();
    const sourceId = world.becomes(invoiceId, 'Expired', 'PaidLate', { paid: full, confirmed: false });
    await look(world.ports, sourceId);
    expect(world.subscription).toBeUndefined();
    expect(world.invoices.get(invoiceId)?.btc.state).toBe('late');
    world.becomes(invoiceId, 'Expired', 'PaidLate', { paid: full, confirmed: true });
    await look(world.ports, sourceId);
    expect(world.subscription?.status).toBe('active');
  });

  it('of which a part was given back count for nothing', async () => {
    const { world, invoiceId } = await choosing();
    const sourceId = world.becomes(invoiceId, 'Expired', 'PaidPartial', { paid: 9_950, confirmed: true });
    await look(world.ports, sourceId);
    const given = await btcRail(world.ports).refund(asking(), world.invoiceOf(invoiceId), undefined);
    expect(given.refunded_cents).toBe(9_950);
    await look(world.ports, world.becomes(invoiceId, 'Expired', 'PaidLate', { paid: full, confirmed: true }));
    expect(world.subscription).toBeUndefined();
    expect(world.invoices.get(invoiceId)).toMatchObject({ status: 'void', paid_cents: full, btc: { state: 'underpaid' } });
  });

  it('of which one vanished again are too small', async () => {
    const { world, invoiceId } = await choosing();
    await look(world.ports, world.becomes(invoiceId, 'Expired', 'PaidLate', { paid: 9_000, confirmed: true }));
    expect(world.subscription).toBeUndefined();
    expect(kindsOf(world)).toEqual(['btc_underpaid']);
  });

  it('for what another invoice took the place of, buy nothing: the money is held', async () => {
    const { world, invoiceId } = await choosing();
    const other = await btcRail(world.ports).change(asking(), { plan_id: 'core', interval: 'month' });
    expect(world.nodeOf(invoiceId).state.status).toBe('Invalid');
    await look(world.ports, world.becomes(invoiceId, 'Expired', 'PaidLate', { paid: full, confirmed: true }));
    expect(world.subscription).toBeUndefined();
    expect(world.invoices.get(invoiceId)).toMatchObject({ status: 'uncollectible', paid_cents: full, btc: { state: 'held' } });
    expect(kindsOf(world)).toEqual(['btc_late']);
    expect(other.invoice_id).not.toBe(invoiceId);
  });
});
