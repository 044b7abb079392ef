import type { Interval, PlanId } from '../../entitlements/plans.ts';

/** What we keep of a tenant at Stripe: its one customer, and what is under way there. */
export interface StripeAccount {
  readonly tenant_id: string;
  readonly customer_id: string;
  /** The one checkout that may be open: written before Stripe is asked for it, under the seed that its key is made from. */
  readonly checkout?: Checkout;
  /** What was asked for last, written before it is done: who runs that request again knows what is its own. */
  readonly asked?: Asked;
  /** How often anybody has begun to look: what was read at Stripe is written only by whoever looked last. */
  readonly looks: number;
  readonly ver: number;
}

export interface Checkout {
  readonly seed: string;
  readonly plan_id: PlanId;
  readonly interval: Interval;
  readonly expires_at: string;
  /** Absent until Stripe has made it. */
  readonly session_id?: string;
  readonly url?: string;
}

export interface Asked {
  readonly seed: string;
  readonly kind: 'upgrade' | 'downgrade' | 'unschedule';
  readonly plan_id: PlanId;
  readonly interval: Interval;
}
