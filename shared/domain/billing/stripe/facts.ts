import type { Interval, PlanId } from '../../entitlements/plans.ts';
import type { InvoiceStatus } from '../invoice.ts';
import type { SubscriptionStatus } from '../subscription.ts';

/** What counts of Stripe's objects, in our words. Times are milliseconds. */
export interface Chosen {
  readonly plan_id: PlanId;
  readonly interval: Interval;
}

export interface SubscriptionFact {
  readonly id: string;
  readonly status: SubscriptionStatus;
  readonly createdMs: number;
  readonly itemId: string;
  readonly priceId: string;
  /** Absent for a price that is not of our catalogue. */
  readonly chosen?: Chosen;
  readonly periodStartMs: number;
  readonly periodEndMs: number;
  /** It ends then; also what was asked to end with the period. */
  readonly cancelAtMs?: number;
  readonly scheduleId?: string;
  /** What its schedule changes it to, and when. */
  readonly next?: Chosen & { readonly atMs: number };
  /** The invoice that a change of plan waits for. */
  readonly pendingInvoiceId?: string;
}

export interface InvoiceFact {
  readonly id: string;
  readonly subscriptionId?: string;
  readonly number?: string;
  readonly status: InvoiceStatus;
  readonly chosen?: Chosen;
  readonly dueCents: number;
  readonly paidCents: number;
  readonly createdMs: number;
  /** When it was opened for payment, and with it first tried. */
  readonly openedMs?: number;
  readonly paidMs?: number;
  readonly attempted: boolean;
  /** A person has to confirm the payment at its bank. */
  readonly needsPerson: boolean;
  readonly url?: string;
  readonly periodStartMs?: number;
  readonly periodEndMs?: number;
  /** The payment intent that paid it. */
  readonly paymentId?: string;
}

export interface RefundFact {
  readonly id: string;
  readonly cents: number;
  /** Stripe gave it back, or still may. */
  readonly counts: boolean;
  /** The seed of our request that asked for it; absent where somebody gave it in Stripe's own pages. */
  readonly seed?: string;
}

/** All of a customer's, as it is now. */
export interface CustomerFacts {
  readonly customerId: string;
  readonly subscriptions: readonly SubscriptionFact[];
  /** The newest first, as many as a page holds. */
  readonly invoices: readonly InvoiceFact[];
}
