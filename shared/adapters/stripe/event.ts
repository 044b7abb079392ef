import type Stripe from 'stripe';
import { customerOf, type SignedEvent } from '../../domain/billing/stripe/events.ts';

/** An event as the domain has it, from a webhook or from the list of events. */
export function eventOf({ id, type, created, data }: Stripe.Event): SignedEvent {
  // Each type of event has an object of its own type; who its customer is, the domain looks up by names alone.
  const customerId = customerOf(type, data.object as unknown as Record<string, unknown>);
  return { id, type, createdMs: created * 1000, ...(customerId === undefined ? {} : { customerId }) };
}
