import type { EntitlementName, Interval, PlanId } from '../entitlements/plans.ts';

/**
 * How a tenant pays: by card (`stripe`), in bitcoin ahead for each period (`btc`), or not at all (`granted`, by the operator or on
 * the local platform).
 */
export const rails = ['stripe', 'btc', 'granted'] as const;
export type Rail = (typeof rails)[number];

/** Stripe's words (docs.stripe.com/api/subscriptions/object#subscription_object-status); a bitcoin subscription uses some of them. */
export const subscriptionStatuses = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'canceled',
] as const;
export type SubscriptionStatus = (typeof subscriptionStatuses)[number];

/** What an operator gives a tenant beside its plan, until a time. */
export interface Override {
  readonly entitlement: EntitlementName;
  readonly value: number | boolean | string | null;
  readonly until?: string;
  readonly why: string;
  readonly by: string;
}

/**
 * The tenant's one subscription: what was last known of what it pays, and nothing that follows from it. What it may do
 * now is worked out from here and from the time (domain/entitlements), so that an end needs nobody to come by.
 */
export interface Subscription {
  readonly tenant_id: string;
  readonly rail: Rail;
  readonly plan_id: PlanId;
  readonly interval: Interval;
  readonly status: SubscriptionStatus;
  /** The period that is paid, or was last; absent where nobody pays. */
  readonly period_start?: string;
  readonly period_end?: string;
  /** It ends then, unless it is resumed. */
  readonly cancel_at?: string;
  /** A downgrade that waits for the end of the period. */
  readonly pending?: { readonly plan_id: PlanId; readonly interval: Interval; readonly at: string };
  /** When the first payment that is still owed failed: the grace of seven days counts from here. */
  readonly past_due_since?: string;
  /** The provider's id of it: a Stripe subscription, or the bitcoin invoice that paid the period. */
  readonly source_id?: string;
  readonly overrides?: readonly Override[];
  readonly created_at: string;
  readonly updated_at: string;
  /** Grows with every write; writers hold it against what they read. */
  readonly ver: number;
}
