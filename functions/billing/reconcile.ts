import type { Context } from 'aws-lambda';
import { reconcileStore } from '../../shared/adapters/dynamo/billing-reconcile-store.ts';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { takeIn } from '../../shared/adapters/dynamo/inbox.ts';
import { billingKeys } from '../../shared/adapters/secrets/billing-keys.ts';
import { billingMessageOf, openQueue, ringAll } from '../../shared/adapters/sqs/queue.ts';
import { stripeListing } from '../../shared/adapters/stripe/listing.ts';
import { type ReconcilePorts, reconcile } from '../../shared/domain/billing/stripe/reconcile.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { billingOpsEvents } from '../../shared/wiring/events.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { logger, metrics } from '../edge/observe.ts';

const env = readEnv('billing-reconcile');
const table = openTable(env.table);
const queue = openQueue(env.billing);
const keys = billingKeys(env.billingSecret, clock);
const listing = stripeListing({ base: env.stripeApiBase, key: () => keys.key('stripe_secret_key'), timeoutMs: 20_000, clock });
/** A page takes seconds; what is left is gone on with an hour later. */
const reserveMs = 45_000;

const ports = (context: Context): ReconcilePorts => ({
  ...reconcileStore(table),
  ...listing,
  clock,
  late: () => context.getRemainingTimeInMillis() < reserveMs,
  takeIn: async ({ id, type, createdMs, customerId }) => {
    const entry = { source: 'stripe', event_id: id, type, about: customerId, event_at: createdMs, received_at: clock() } as const;
    return (await takeIn(table, entry)) !== 'done';
  },
  send: (messages) =>
    ringAll(
      queue,
      messages.map((message) => billingMessageOf(message, freshUlid())),
    ),
});

/** By the hour, to begin a day's run or to go on with one; and whenever an operator asks for it. */
export const handler = async (event: { readonly 'detail-type'?: string }, context: Context): Promise<void> => {
  const demanded = event['detail-type'] === billingOpsEvents.reconcile;
  const run = await reconcile({ demanded }, ports(context));
  if (run === undefined) return;
  logger.info('reconciled with Stripe', { ...run });
  metrics.addMetric(names.billingReconcileSent, 'Count', run.sent);
  metrics.publishStoredMetrics();
};
