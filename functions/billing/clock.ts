import { dueTenants } from '../../shared/adapters/dynamo/btc-store.ts';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { btcMessageOf, openQueue, ringAll } from '../../shared/adapters/sqs/queue.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { logger } from '../edge/observe.ts';

const env = readEnv('billing-clock');
const table = openTable(env.table);
const queue = openQueue(env.billing);

/** Rings for every tenant whose time has come (SPEC 7): renewals, reminders, ends. The worker does what is due, one tenant at a time. */
export async function handler(): Promise<void> {
  const run = freshUlid();
  const due = await dueTenants(table, timestamp(clock()), limits.dueTenants);
  await ringAll(
    queue,
    due.map((tenant_id) => btcMessageOf({ rail: 'btc', tenant_id }, run)),
  );
  logger.info('the billing clock came by', { due: due.length });
}
