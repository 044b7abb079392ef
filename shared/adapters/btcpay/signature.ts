import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { sameText } from '../../kit/hash.ts';
import { readJson } from '../../kit/json.ts';

/** What a webhook of BTCPay Server's says (Greenfield API, WebhookInvoiceEvent); an event of another kind names no invoice. */
const webhookEvent = z.object({
  deliveryId: z.string().min(1).max(255),
  originalDeliveryId: z.string().max(255).nullish(),
  type: z.string().min(1).max(255),
  timestamp: z.number(),
  invoiceId: z.string().min(1).max(255).nullish(),
});

export interface BtcpayEvent {
  /** The first delivery's: every delivery of it again has the same. */
  readonly id: string;
  readonly type: string;
  /** When it happened (ms). */
  readonly createdMs: number;
  readonly invoiceId?: string;
}

/**
 * The event in a webhook's bytes, if BTCPay Server signed them with this secret: `BTCPay-Sig: sha256=` and the HMAC of the raw body in hex.
 * Undefined otherwise. The signature holds no time; that a delivery comes again later does no harm, since the invoice is looked up.
 */
export function btcpayEvent(raw: Uint8Array, header: string | undefined, secret: string): BtcpayEvent | undefined {
  const mac = createHmac('sha256', secret).update(raw).digest('hex');
  if (header === undefined || !sameText(header, `sha256=${mac}`)) return undefined;
  const event = webhookEvent.safeParse(readJson(Buffer.from(raw).toString('utf8')));
  if (!event.success) return undefined;
  const { deliveryId, originalDeliveryId, type, timestamp, invoiceId } = event.data;
  const id =
    originalDeliveryId === undefined || originalDeliveryId === null || originalDeliveryId === ''
      ? deliveryId
      : originalDeliveryId;
  return { id, type, createdMs: timestamp * 1000, ...(invoiceId === undefined || invoiceId === null ? {} : { invoiceId }) };
}
