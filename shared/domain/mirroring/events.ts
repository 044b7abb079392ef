import { platformEvents, platformSource } from '../../wiring/events.ts';
import type { LogEntry } from './entry.ts';

/** What the bus tells of an accepted order, or of a cancel. */
export const acceptedEvent = (entry: LogEntry) => ({
  source: platformSource,
  type: entry.kind === 'order' ? platformEvents.orderAccepted : platformEvents.orderCanceled,
  detail: {
    manager_order_id: entry.manager_order_id,
    tenant_id: entry.tenant_id,
    vault_id: entry.vault_id,
    seq: entry.seq,
    accepted_at: entry.accepted_at,
    symbol: entry.order.symbol,
    side: entry.order.side,
    ...(entry.kind === 'order'
      ? { qty: entry.order.qty }
      : { cancels: entry.cancels.manager_order_id, filled_qty: entry.filled_qty }),
    ...(entry.traceparent === undefined ? {} : { traceparent: entry.traceparent }),
  },
});
