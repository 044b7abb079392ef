import { type BtcpayEvent, btcpayEvent } from '../../shared/adapters/btcpay/signature.ts';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { takeIn } from '../../shared/adapters/dynamo/inbox.ts';
import { billingKeys } from '../../shared/adapters/secrets/billing-keys.ts';
import { btcMessageOf, openQueue, sendOne } from '../../shared/adapters/sqs/queue.ts';
import { handledEvents } from '../../shared/domain/billing/btc/events.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { count, signedWebhookDoor } from '../edge/signed-webhook.ts';

const env = readEnv('btcpay-webhook');
const table = openTable(env.table);
const queue = openQueue(env.billing);
const keys = billingKeys(env.billingSecret, clock);

/** Once in the inbox and once in the queue, in this order: what is in the inbox and came again may never have been sent. */
async function take({ id, type, createdMs, invoiceId }: BtcpayEvent): Promise<void> {
  if (!handledEvents.has(type) || invoiceId === undefined) return count(names.webhookIgnored);
  const entry = { source: 'btcpay', event_id: id, type, about: invoiceId, event_at: createdMs, received_at: clock() } as const;
  const before = await takeIn(table, entry);
  if (before === 'done') return;
  const message = { rail: 'btc', source_id: invoiceId, event_id: id, event_type: type, event_at: createdMs } as const;
  await sendOne(queue, btcMessageOf(message, before === 'new' ? '' : freshUlid()));
}

export const handler = signedWebhookDoor({
  verify: async (raw, headers) => btcpayEvent(raw, headers['btcpay-sig'], await keys.key('btcpay_webhook_secret')),
  take,
});
