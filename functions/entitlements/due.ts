import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { dropDue, readDue } from '../../shared/adapters/dynamo/projection-store.ts';
import { openQueue, projectionMessage, ringAll } from '../../shared/adapters/sqs/queue.ts';
import { sendDue } from '../../shared/domain/entitlements/due.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { clock } from '../edge/entropy.ts';
import { logger } from '../edge/observe.ts';

const env = readEnv('entitlements-due');
const table = openTable(env.table);
const queue = openQueue(env.entitlements);
/** Tenants of one partition that one run sends; the others are due a minute later still. */
const mostTenants = 2_000;

export async function handler(): Promise<void> {
  const sent = await sendDue({
    clock,
    partitions: limits.duePartitions,
    due: (partition, until) => readDue(table, partition, until, mostTenants),
    send: (due) =>
      ringAll(
        queue,
        due.map(({ tenant_id, at }) => projectionMessage({ tenant_id, due_at: at }, `${tenant_id}#${at}`)),
      ),
    drop: (due) => dropDue(table, due),
  });
  if (sent > 0) logger.info('entitlements due', { tenants: sent });
}
