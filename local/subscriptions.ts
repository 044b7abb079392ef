import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readSubscription, saveSubscription } from '../shared/adapters/dynamo/subscription-store.ts';
import type { Subscription } from '../shared/domain/billing/subscription.ts';
import { overrideSchema } from '../shared/domain/entitlements/override.ts';
import { planIds } from '../shared/domain/entitlements/plans.ts';
import { timestamp } from '../shared/kit/clock.ts';
import { ulidFromCause } from '../shared/kit/ids.ts';
import { openLocalTable, type TableAddress } from './local-table.ts';

/** What `POST /local/subscription` takes (SPEC 12): a plan without paying, or `none`; and what comes on top of it. */
export const subscriptionRequest = z.strictObject({
  tenant_id: z.string().min(1).max(40),
  plan_id: z.enum([...planIds, 'none']),
  overrides: z.array(overrideSchema).max(20).optional(),
});
export type SubscriptionRequest = z.infer<typeof subscriptionRequest>;

const tries = 10;

/** Grants a tenant a plan, as an operator would: by the same store, with the same effects. */
export async function subscribe(request: SubscriptionRequest, address: TableAddress): Promise<void> {
  const table = openLocalTable(address);
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const before = await readSubscription(table, request.tenant_id);
    const now = Date.now();
    const event_id = ulidFromCause(now, randomUUID());
    const event = { event_id, action: 'subscription.granted', by: 'local', why: 'POST /local/subscription' };
    if (await saveSubscription(table, granted(request, before, timestamp(now)), before, { event })) return;
  }
  throw new Error(`the subscription of ${request.tenant_id} was written by others ${tries} times in a row`);
}

function granted(
  { tenant_id, plan_id, overrides }: SubscriptionRequest,
  before: Subscription | undefined,
  now: string,
): Subscription {
  const kept = overrides?.map(({ until, ...rest }) => (until === undefined ? rest : { ...rest, until })) ?? before?.overrides;
  return {
    tenant_id,
    rail: 'granted',
    plan_id: plan_id === 'none' ? (before?.plan_id ?? 'core') : plan_id,
    interval: before?.interval ?? 'month',
    status: plan_id === 'none' ? 'canceled' : 'active',
    ...(kept === undefined ? {} : { overrides: kept }),
    created_at: before?.created_at ?? now,
    updated_at: now,
    ver: (before?.ver ?? 0) + 1,
  };
}
