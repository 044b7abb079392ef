import type { Clock } from '../../../kit/clock.ts';
import type { AuditEvent } from '../../audit/event.ts';
import type { Interval, PlanId } from '../../entitlements/plans.ts';
import type { Invoice } from '../invoice.ts';
import type { Notice } from '../notice.ts';
import type { Subscription } from '../subscription.ts';
import type { Checkout, StripeAccount } from './account.ts';
import type { Chosen, CustomerFacts, RefundFact, SubscriptionFact } from './facts.ts';

/** Who or what makes a change, for the audit trail. */
export interface Cause {
  readonly by: string;
  readonly request_id?: string;
  readonly why?: string;
}

/** The records, each written under the condition that it is as it was read. `false`: somebody else wrote it since. */
export interface BillingStore {
  readonly account: (tenantId: string) => Promise<StripeAccount | undefined>;
  readonly tenantOf: (customerId: string) => Promise<string | undefined>;
  /** The tenant's one customer, with the look-up that leads back; false when it has one already. */
  readonly putAccount: (account: StripeAccount, event: AuditEvent) => Promise<boolean>;
  readonly saveAccount: (next: StripeAccount, before: StripeAccount, event?: AuditEvent) => Promise<boolean>;
  /** Says that somebody begins to look at Stripe's present, and the how-manieth look it is. */
  readonly look: (tenantId: string) => Promise<number>;
  readonly subscription: (tenantId: string) => Promise<Subscription | undefined>;
  readonly saveSubscription: (next: Subscription, before: Subscription | undefined, change: Change) => Promise<boolean>;
  readonly invoice: (tenantId: string, invoiceId: string) => Promise<Invoice | undefined>;
  /** All of a tenant's, by id. */
  readonly invoices: (tenantId: string) => Promise<ReadonlyMap<string, Invoice>>;
  readonly saveInvoice: (next: Invoice, before: Invoice | undefined, change: Change) => Promise<boolean>;
  /** An event, and notices, of their own; what is there already stays. */
  readonly note: (event: AuditEvent, notices?: readonly Notice[]) => Promise<void>;
}

export interface Change {
  readonly action: string;
  readonly event_id: string;
  readonly cause: Cause;
  readonly notices?: readonly Notice[];
  /** Only if nobody has begun to look at Stripe since. */
  readonly look?: number;
}

/** What Stripe does for us, and what it says. A key is the one under which Stripe does a thing once. */
export interface StripeGateway {
  readonly facts: (customerId: string) => Promise<CustomerFacts>;
  readonly createCustomer: (tenantId: string) => Promise<string>;
  /** Opens a checkout; under the same seed always the same one. */
  readonly openCheckout: (
    account: StripeAccount,
    checkout: Checkout,
  ) => Promise<{ readonly session_id: string; readonly url: string }>;
  readonly checkoutStatus: (sessionId: string) => Promise<'open' | 'complete' | 'expired'>;
  readonly expireCheckout: (sessionId: string) => Promise<void>;
  /** What an upgrade would cost now. */
  readonly preview: (customerId: string, upgrade: Omit<Upgrade, 'seed'>) => Promise<number>;
  readonly upgrade: (upgrade: Upgrade) => Promise<UpgradeOutcome>;
  /** Gives an open invoice up, and with it the change that waits for it. */
  readonly giveUp: (invoiceId: string) => Promise<void>;
  readonly downgradeAtEnd: (fact: SubscriptionFact, to: Chosen, seed: string) => Promise<void>;
  readonly release: (scheduleId: string) => Promise<void>;
  readonly cancelAtEnd: (subscriptionId: string, cancel: boolean) => Promise<void>;
  readonly cancelNow: (subscriptionId: string) => Promise<void>;
  readonly portal: (customerId: string) => Promise<string>;
  readonly refunds: (paymentId: string) => Promise<readonly RefundFact[]>;
  /** False: Stripe says that it cannot be given back. */
  readonly refund: (paymentId: string, cents: number, seed: string) => Promise<boolean>;
}

export interface Upgrade {
  readonly fact: SubscriptionFact;
  readonly to: { readonly plan_id: PlanId; readonly interval: Interval };
  readonly prorationMs: number;
  readonly seed: string;
}
export type UpgradeOutcome =
  | { readonly outcome: 'paid' }
  | { readonly outcome: 'needs_person' | 'declined'; readonly invoiceId: string; readonly url: string | undefined };

export interface StripePorts {
  readonly clock: Clock;
  readonly store: BillingStore;
  readonly stripe: StripeGateway;
}
