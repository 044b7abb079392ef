import { z } from 'zod';

/**
 * One message of billing.fifo: something may have changed at a payment provider. It says whose, never what: the worker fetches how
 * things are now. Its group is the customer, so that one customer's are worked off one after the other.
 */
export const stripeMessage = z.object({
  rail: z.literal('stripe'),
  customer_id: z.string().min(1).max(255),
  /** The event that said so; without it, reconciliation did. */
  event_id: z.string().min(1).max(255).optional(),
  event_type: z.string().optional(),
  /** Found by reconciliation, not told by a webhook. */
  reconciled: z.literal(true).optional(),
  /** When the provider says that it happened (ms). */
  event_at: z.number().optional(),
});
export type StripeMessage = z.infer<typeof stripeMessage>;

/** An invoice of BTCPay Server's to look at, or, without one, a tenant whose time has come. */
export const btcMessage = z.object({
  rail: z.literal('btc'),
  source_id: z.string().min(1).max(255).optional(),
  tenant_id: z.string().min(1).max(40).optional(),
  event_id: z.string().min(1).max(255).optional(),
  event_type: z.string().optional(),
  event_at: z.number().optional(),
});
export type BtcMessage = z.infer<typeof btcMessage>;

export const billingMessage = z.discriminatedUnion('rail', [stripeMessage, btcMessage]);
export type BillingMessage = z.infer<typeof billingMessage>;
