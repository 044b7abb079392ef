import { milliseconds, timestamp } from '../../../kit/clock.ts';
import { timeOf } from '../../../kit/ids.ts';
import { Refusal } from '../../../kit/refusal.ts';
import type { Asking, Wanted } from '../rail.ts';
import type { ChangeAnswer } from '../routes.ts';
import type { Subscription } from '../subscription.ts';
import type { Asked, StripeAccount } from './account.ts';
import { type Applied, applyPresent } from './apply.ts';
import type { SubscriptionFact } from './facts.ts';
import type { StripePorts } from './ports.ts';

/** A change of a live subscription. */
export interface Acting {
  readonly asking: Asking;
  readonly wanted: Wanted;
  readonly account: StripeAccount;
  readonly live: Subscription;
  readonly fact: SubscriptionFact;
}

/** Our records as Stripe's present says. */
export function look({ tenantId, by, requestId }: Asking, { customer_id }: StripeAccount, ports: StripePorts): Promise<Applied> {
  return applyPresent({ tenantId, customerId: customer_id, cause: { by, request_id: requestId } }, ports);
}

export const answerOf = (outcome: 'changed' | 'unscheduled', { plan_id, interval }: Subscription): ChangeAnswer => ({
  outcome,
  rail: 'stripe',
  plan_id,
  interval,
});

/** Says in our record and in the trail what is about to be asked of Stripe. */
export async function intend({ asking, wanted, account }: Acting, kind: Asked['kind'], { store }: StripePorts): Promise<void> {
  const { plan_id, interval } = wanted;
  const asked = { seed: asking.seed, kind, plan_id, interval };
  const event = {
    tenant_id: asking.tenantId,
    entity: 'subscription',
    action: `subscription.${kind}_asked`,
    by: asking.by,
    request_id: asking.requestId,
    at: timestamp(timeOf(asking.seed)),
    event_id: asking.seed,
    after: { plan_id, interval },
  };
  if (await store.saveAccount({ ...account, asked, ver: account.ver + 1 }, account, event)) return;
  throw inProgress();
}

/** Two changes of one tenant at once: one goes first. */
export const inProgress = (): Refusal =>
  new Refusal(409, 'billing_in_progress', 'Another change of this subscription is under way: ask again in a moment.', {
    extra: { retry_after_seconds: 2 },
    passing: true,
  });

/** The moment that a change is reckoned from: a preview's, if that is not older than an hour, else the request's own. */
export function prorationMsOf({ prorationDate }: Wanted, seed: string, { periodStartMs }: SubscriptionFact): number {
  const begun = timeOf(seed);
  const at = prorationDate === undefined ? begun : milliseconds(prorationDate);
  if (at > begun || at < begun - 3_600_000)
    throw new Refusal(422, 'preview_stale', 'The preview is older than an hour, or not of the past: take another.');
  return Math.max(periodStartMs, Math.floor(at / 1000) * 1000);
}
