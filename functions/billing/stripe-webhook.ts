import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { takeIn } from '../../shared/adapters/dynamo/inbox.ts';
import { billingKeys } from '../../shared/adapters/secrets/billing-keys.ts';
import { billingMessageOf, openQueue, sendOne } from '../../shared/adapters/sqs/queue.ts';
import { signedEvent } from '../../shared/adapters/stripe/signature.ts';
import { takeEvent } from '../../shared/domain/billing/stripe/take.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { count, signedWebhookDoor } from '../edge/signed-webhook.ts';

const env = readEnv('stripe-webhook');
const table = openTable(env.table);
const queue = openQueue(env.billing);
const keys = billingKeys(env.billingSecret, clock);

export const handler = signedWebhookDoor({
  verify: async (raw, headers) => {
    const secret = await keys.key('stripe_webhook_secret');
    return signedEvent(raw, headers['stripe-signature'], { secret, nowMs: clock() });
  },
  take: async (event) => {
    const taken = await takeEvent(event, {
      takeIn: ({ id, type, createdMs, customerId }) =>
        takeIn(table, { source: 'stripe', event_id: id, type, about: customerId, event_at: createdMs, received_at: clock() }),
      send: (message, again) => sendOne(queue, billingMessageOf(message, again ? freshUlid() : '')),
    });
    if (taken === 'ignored') count(names.webhookIgnored);
  },
});
