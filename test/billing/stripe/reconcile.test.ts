import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reconcileStore } from '../../../shared/adapters/dynamo/billing-reconcile-store.ts';
import { stripeListing } from '../../../shared/adapters/stripe/listing.ts';
import { reconcile } from '../../../shared/domain/billing/stripe/reconcile.ts';
import { openTill, pay, type Till } from './support/account.ts';

let till: Till;
beforeEach(async () => {
  till = await openTill();
});
afterEach(() => till.stop());

const pro = { plan_id: 'pro', interval: 'month' } as const;

async function subscribed() {
  const { checkout_url } = await till.rail.change(till.asking(), pro);
  await pay(checkout_url);
  await till.worked();
  return till.record();
}

describe('reconciliation', () => {
  const run = (demanded: boolean, lateAfter = 99) => {
    const sent: string[] = [];
    let pages = 0;
    const listing = stripeListing({ base: till.url, key: async () => 'sk_test_local', timeoutMs: 5000, clock: till.clock });
    const ports = {
      ...reconcileStore(till.memory.asTable('till')),
      ...listing,
      clock: till.clock,
      late: () => pages++ >= lateAfter,
      takeIn: async () => false,
      send: async (messages: readonly { customer_id: string }[]) => {
        sent.push(...messages.map(({ customer_id }) => customer_id));
      },
    };
    return reconcile({ demanded }, ports).then((done) => ({ done, sent }));
  };

  it('rings for who differs, for nobody else, and once a day', async () => {
    const { checkout_url } = await till.rail.change(till.asking(), pro);
    await pay(checkout_url);
    const first = await run(false);
    expect(first).toMatchObject({ done: { phase: 'done' }, sent: [expect.stringMatching(/^cus_/)] });
    await till.worked();
    expect(await run(true)).toMatchObject({ done: { phase: 'done' }, sent: [] });
    expect(await run(false)).toEqual({ done: undefined, sent: [] });
  });

  it('that had no more time is gone on with', async () => {
    await subscribed();
    expect((await run(true, 1)).done).toMatchObject({ phase: 'events' });
    expect((await run(false)).done).toMatchObject({ phase: 'done' });
  });

  it('finds a tenant that pays as far as we know, of whom Stripe knows nothing', async () => {
    const record = await subscribed();
    await till.sim('reset', {});
    expect(record?.status).toBe('active');
    expect((await run(true)).sent).toEqual([expect.stringMatching(/^cus_/)]);
  });
});
