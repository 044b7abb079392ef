import { z } from 'zod';
import { time } from '../contract/fields.ts';
import { intervals, planIds } from '../entitlements/plans.ts';
import { rails, type Subscription, subscriptionStatuses } from './subscription.ts';

export const subscriptionState = z
  .strictObject({
    rail: z.enum(rails),
    plan_id: z.enum(planIds),
    interval: z.enum(intervals),
    status: z.enum(subscriptionStatuses),
    period_start: time.optional(),
    period_end: time.optional(),
    cancel_at: time.optional(),
    pending: z.strictObject({ plan_id: z.enum(planIds), interval: z.enum(intervals), at: time }).optional(),
    past_due_since: time.optional(),
  })
  .meta({ id: 'SubscriptionState' });
export type SubscriptionState = z.infer<typeof subscriptionState>;

/** What its tenant sees of the record; what it may do now is GET /subscriptions/me. */
export function stateView(subscription: Subscription): SubscriptionState {
  const { rail, plan_id, interval, status, period_start, period_end, cancel_at, pending, past_due_since } = subscription;
  return {
    rail,
    plan_id,
    interval,
    status,
    ...(period_start === undefined ? {} : { period_start }),
    ...(period_end === undefined ? {} : { period_end }),
    ...(cancel_at === undefined ? {} : { cancel_at }),
    ...(pending === undefined ? {} : { pending }),
    ...(past_due_since === undefined ? {} : { past_due_since }),
  };
}
