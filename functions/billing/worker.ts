import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { markDone } from '../../shared/adapters/dynamo/inbox.ts';
import { billingMessage, type StripeMessage } from '../../shared/domain/billing/message.ts';
import { workOff } from '../../shared/domain/billing/stripe/work.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock } from '../edge/entropy.ts';
import { logger, metrics } from '../edge/observe.ts';
import { queueDoor } from '../edge/queue.ts';
import { stripePorts } from './stripe-ports.ts';

const env = readEnv('billing-worker');
const table = openTable(env.table);
const ports = {
  ...stripePorts(table, env),
  done: (eventId: string) => markDone(table, 'stripe', eventId, timestamp(clock())),
};

async function workOffStripe(message: StripeMessage): Promise<void> {
  const applied = await workOff(message, ports);
  const { customer_id, event_id, event_at } = message;
  logger.info('customer applied', { customer_id, event_id, known: applied !== undefined, changed: applied?.changed });
  if (event_at !== undefined) metrics.addMetric(names.billingLagMs, 'Milliseconds', Math.max(0, clock() - event_at));
  if (event_id === undefined && applied?.changed === true) metrics.addMetric(names.billingRepairs, 'Count', 1);
  metrics.publishStoredMetrics();
}

/** Works off what payment providers said may have changed. What cannot be read is dropped with a log: nothing waits behind it for ever. */
export const handler = queueDoor({
  handle: async (body) => {
    const message = billingMessage.safeParse(body);
    if (!message.success) return logger.error('not a billing message', { issues: message.error.issues });
    await workOffStripe(message.data);
  },
});
