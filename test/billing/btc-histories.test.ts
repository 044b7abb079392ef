import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projected, saysTheSame } from '../../shared/domain/billing/btc/projection.ts';
import { btcRail } from '../../shared/domain/billing/btc/rail.ts';
import { outcomes } from '../../shared/domain/billing/btc/states.ts';
import { look, reconcile, tick } from '../../shared/domain/billing/btc/work.ts';
import { intervals, planIds } from '../../shared/domain/entitlements/plans.ts';
import { mayDieOrBeRefused } from '../world/memory/died.ts';
import { planOf } from './support/btc-tenant.ts';
import { asking, BtcWorld, january, tenant } from './support/btc-world.ts';

const paths = ['New', 'Processing', 'Settled', 'Expired', 'Invalid'] as const;
const step = fc.oneof(
  fc.record({
    do: fc.constant('choose' as const),
    plan_id: fc.constantFrom(...planIds),
    interval: fc.constantFrom(...intervals),
  }),
  fc.record({ do: fc.constant('state' as const), which: fc.nat(9), status: fc.constantFrom(...paths), late: fc.boolean() }),
  fc.record({ do: fc.constant('look' as const), which: fc.nat(9), times: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 24 * 20 }) }),
  fc.record({ do: fc.constant('leave' as const), what: fc.constantFrom('cancel' as const, 'resume' as const) }),
  fc.record({
    do: fc.constant('refund' as const),
    which: fc.nat(9),
    cents: fc.option(fc.integer({ min: 1, max: 30_000 }), { nil: undefined }),
  }),
  fc.record({
    do: fc.constant('crash' as const),
    at: fc.constantFrom('save', 'note', 'create', 'refund', 'get'),
    when: fc.constantFrom('before' as const, 'after' as const),
  }),
  fc.constant({ do: 'tick' as const }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const faults: string[] = [];

/** What is refused, and what dies, changes the books in no other way than a whole write. */
async function carryOut(world: BtcWorld, it: Step): Promise<void> {
  const rail = btcRail(world.ports);
  const node = (which: number) => [...world.nodes.keys()][which % Math.max(1, world.nodes.size)];
  switch (it.do) {
    case 'choose':
      return void (await rail.change(asking(), it));
    case 'state': {
      const id = world.nodes.get(node(it.which) ?? '')?.asked.order_id;
      const additional = it.late && it.status === 'Expired' ? 'PaidLate' : 'None';
      if (id !== undefined)
        world.becomes(id, it.status, additional, additional === 'PaidLate' ? { paid: 2_000_000, confirmed: true } : {});
      return;
    }
    case 'look':
      for (let n = 0; n < it.times; n += 1) if (node(it.which) !== undefined) await look(world.ports, node(it.which) ?? '');
      return;
    case 'wait':
      world.now += it.hours * 3_600_000;
      return;
    case 'leave':
      return void (await rail[it.what](asking()));
    case 'refund': {
      const invoice = [...world.invoices.values()][it.which % Math.max(1, world.invoices.size)];
      if (invoice === undefined) return;
      const after = await rail.refund(asking(), invoice, it.cents);
      if (after.refunded_cents > after.paid_cents) faults.push(`${after.refunded_cents} of ${after.paid_cents} were given back`);
      return;
    }
    case 'crash':
      world.crash = { at: it.at, when: it.when };
      return;
    default:
      return tick(world.ports, tenant);
  }
}

function alwaysHolds(world: BtcWorld): void {
  const standing = world.books.account.grants.filter((g) => g.taken_back_at === undefined).map((g) => g.invoice_id);
  expect(new Set(standing).size).toBe(standing.length);
  for (const id of standing) expect(world.invoices.get(id)?.btc.state).toMatch(/^(paid|odd)$/);
  for (const id of standing) {
    const { paid_cents = 0, refunded_cents = 0 } = world.invoices.get(id) ?? {};
    expect(refunded_cents === 0 || refunded_cents < paid_cents).toBe(true);
  }
  for (const { refunded_cents, btc } of world.invoices.values())
    expect(btc.refunds.reduce((sum, { cents }) => sum + cents, 0)).toBe(refunded_cents);
  if (planOf(world) !== null) expect(standing.length).toBeGreaterThan(0);
}

/** Nothing is lost: what BTCPay Server has now is what the books say, and looking again changes nothing. */
async function heals(world: BtcWorld): Promise<void> {
  world.crash = undefined;
  // What is taken back moves the periods behind it: their invoices show that when they are looked at again.
  for (let n = 0; n < 2; n += 1) await reconcile(world.ports, january);
  // The first issues a renewal that is due, the second finds that it was.
  for (let n = 0; n < 2; n += 1) await tick(world.ports, tenant);
  const before = world.books;
  expect((await reconcile(world.ports, january)).repaired).toBe(0);
  await tick(world.ports, tenant);
  expect(world.books).toEqual(before);
  for (const [sourceId, { asked, status, additional }] of world.nodes) {
    const ours = world.invoices.get(asked.order_id);
    if (ours?.source_id !== sourceId) continue;
    const given = world.books.account.grants.some((g) => g.invoice_id === asked.order_id && g.taken_back_at === undefined);
    const { gives } = outcomes[status][additional];
    if (given) expect(gives).not.toBe('nothing');
    const back = ours.refunded_cents > 0 && ours.refunded_cents >= ours.paid_cents;
    if (gives === 'paid' && !back && ours.btc.state !== 'held') expect(given).toBe(true);
  }
  const again = projected(world.books.account, world.subscription, world.now);
  expect(saysTheSame(again, world.subscription)).toBe(true);
}

describe('histories', () => {
  it('of wishes, payments, repeats, crashes and time end as BTCPay Server has it, and never give twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const world = new BtcWorld();
        for (const one of steps) {
          // A refusal, or a death; whoever asked asks again or does not.
          await mayDieOrBeRefused(carryOut(world, one));
          alwaysHolds(world);
        }
        await heals(world);
      }),
      { numRuns: 10_000, seed: 33 },
    );
    expect(faults).toEqual([]);
  });
});
