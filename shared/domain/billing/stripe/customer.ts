import { timestamp } from '../../../kit/clock.ts';
import { ulidFromCause } from '../../../kit/ids.ts';
import type { Asking } from '../rail.ts';
import type { StripeAccount } from './account.ts';
import type { StripePorts } from './ports.ts';

/**
 * The tenant's one customer. Stripe makes it under a key that follows from the tenant, so that two who ask at once get the same one; and
 * only the first to record it does.
 */
export async function ensureCustomer({ tenantId, by, requestId }: Asking, ports: StripePorts): Promise<StripeAccount> {
  const { store, stripe, clock } = ports;
  const there = await store.account(tenantId);
  if (there !== undefined) return there;
  const customer_id = await stripe.createCustomer(tenantId);
  const account: StripeAccount = { tenant_id: tenantId, customer_id, looks: 0, ver: 1 };
  const now = clock();
  const put = await store.putAccount(account, {
    tenant_id: tenantId,
    entity: 'subscription',
    action: 'subscription.customer_made',
    by,
    request_id: requestId,
    at: timestamp(now),
    event_id: ulidFromCause(now, `customer#${customer_id}`),
    after: { customer_id },
  });
  const recorded = put ? account : await store.account(tenantId);
  if (recorded === undefined) throw new Error(`customer ${customer_id} belongs to another tenant than ${tenantId}`);
  return recorded;
}
