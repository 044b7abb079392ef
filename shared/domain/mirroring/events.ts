import { platformEvents, platformSource } from '../../wiring/events.ts';
import type { OrderEntry } from './order.ts';

/** What the bus tells of an accepted order. */
export const acceptedEvent = (entry: OrderEntry) => ({
  source: platformSource,
  type: platformEvents.orderAccepted,
  detail: {
    manager_order_id: entry.manager_order_id,
    tenant_id: entry.tenant_id,
    vault_id: entry.vault_id,
    seq: entry.seq,
    accepted_at: entry.accepted_at,
    symbol: entry.order.symbol,
    side: entry.order.side,
    qty: entry.order.qty,
    ...(entry.traceparent === undefined ? {} : { traceparent: entry.traceparent }),
  },
});
