import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { takeIn } from '../../shared/adapters/dynamo/inbox.ts';
import { billingKeys } from '../../shared/adapters/secrets/billing-keys.ts';
import { billingMessageOf, openQueue, sendOne } from '../../shared/adapters/sqs/queue.ts';
import { signedEvent } from '../../shared/adapters/stripe/signature.ts';
import { handledTypes, type SignedEvent } from '../../shared/domain/billing/stripe/events.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { count, signedWebhookDoor } from '../edge/signed-webhook.ts';

const env = readEnv('stripe-webhook');
const table = openTable(env.table);
const queue = openQueue(env.billing);
const keys = billingKeys(env.billingSecret, clock);

/** Once in the inbox and once in the queue, in this order: what is in the inbox and came again may never have been sent. */
async function take({ id, type, createdMs, customerId }: SignedEvent): Promise<void> {
  if (!handledTypes.has(type) || customerId === undefined) return count(names.webhookIgnored);
  const entry = { source: 'stripe', event_id: id, type, about: customerId, event_at: createdMs, received_at: clock() } as const;
  const before = await takeIn(table, entry);
  if (before === 'done') return;
  const message = { rail: 'stripe', customer_id: customerId, event_id: id, event_type: type, event_at: createdMs } as const;
  await sendOne(queue, billingMessageOf(message, before === 'new' ? '' : freshUlid()));
}

export const handler = signedWebhookDoor({
  verify: async (raw, headers) => {
    const secret = await keys.key('stripe_webhook_secret');
    return signedEvent(raw, headers['stripe-signature'], { secret, nowMs: clock() });
  },
  take,
});
