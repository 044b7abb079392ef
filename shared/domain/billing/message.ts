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
  /** When the provider says that it happened (ms). */
  event_at: z.number().optional(),
});
export type StripeMessage = z.infer<typeof stripeMessage>;

export const billingMessage = z.discriminatedUnion('rail', [stripeMessage]);
export type BillingMessage = z.infer<typeof billingMessage>;
