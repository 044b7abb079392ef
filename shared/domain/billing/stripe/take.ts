import type { StripeMessage } from '../message.ts';
import { handledTypes, type SignedEvent } from './events.ts';

export interface TakePorts {
  /** Once by its id; what had become of it before. */
  readonly takeIn: (event: SignedEvent & { readonly customerId: string }) => Promise<'new' | 'waiting' | 'done'>;
  readonly send: (message: StripeMessage, again: boolean) => Promise<void>;
}

/** An event into the inbox and then into the queue, in this order: what is in the inbox and comes again may never have been sent. */
export async function takeEvent({ customerId, ...event }: SignedEvent, ports: TakePorts): Promise<'ignored' | 'done' | 'sent'> {
  if (customerId === undefined || !handledTypes.has(event.type)) return 'ignored';
  const before = await ports.takeIn({ ...event, customerId });
  if (before === 'done') return 'done';
  const { id: event_id, type: event_type, createdMs: event_at } = event;
  await ports.send({ rail: 'stripe', customer_id: customerId, event_id, event_type, event_at }, before === 'waiting');
  return 'sent';
}
