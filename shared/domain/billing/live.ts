import { milliseconds } from '../../kit/clock.ts';
import type { Subscription, SubscriptionStatus } from './subscription.ts';

/** Stripe has it and may collect for it; a second one beside it would be one too many. */
const liveStatuses: ReadonlySet<SubscriptionStatus> = new Set(['trialing', 'active', 'past_due', 'unpaid', 'paused']);
export const isLiveStatus = (status: SubscriptionStatus): boolean => liveStatuses.has(status);

/** Paid for, as far as the provider knows. */
export const isGood = (status: SubscriptionStatus): boolean => status === 'active' || status === 'trialing';

/** Whether it stands in the way of another: what is granted never does, what was paid ahead in bitcoin does until its period ends. */
export function isLive(subscription: Subscription | undefined, nowMs: number): subscription is Subscription {
  if (subscription === undefined || subscription.rail === 'granted' || !isLiveStatus(subscription.status)) return false;
  const { rail, period_end } = subscription;
  return rail === 'stripe' || period_end === undefined || milliseconds(period_end) > nowMs;
}
