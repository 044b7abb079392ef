/**
 * Types of Stripe's events that we ask for, and after which a customer's subscription or invoices may be others
 * (docs.stripe.com/api/events/types). All others are acknowledged and counted.
 */
export const handledTypes: ReadonlySet<string> = new Set([
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.pending_update_applied',
  'customer.subscription.pending_update_expired',
  'subscription_schedule.created',
  'subscription_schedule.updated',
  'subscription_schedule.released',
  'subscription_schedule.canceled',
  'subscription_schedule.completed',
  'subscription_schedule.aborted',
  'invoice.created',
  'invoice.finalized',
  'invoice.updated',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'invoice.marked_uncollectible',
  'invoice.voided',
  'charge.refunded',
  'refund.created',
  'refund.updated',
  'refund.failed',
]);

/** What the door keeps of an event: enough to know whom it is about. */
export interface SignedEvent {
  readonly id: string;
  readonly type: string;
  /** When it happened (ms). */
  readonly createdMs: number;
  /** Absent where the event names none. */
  readonly customerId?: string;
}

/** The customer whom an event is about: itself, or the one that its object names, by id or whole. */
export function customerOf(type: string, object: Readonly<Record<string, unknown>>): string | undefined {
  if (/^customer\.(created|updated|deleted)$/.test(type)) return textOf(object['id']);
  const { customer } = object;
  if (typeof customer === 'object' && customer !== null) return textOf((customer as Record<string, unknown>)['id']);
  return textOf(customer);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
