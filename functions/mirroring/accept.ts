import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { putAuditEvent } from '../../shared/adapters/dynamo/audit-store.ts';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { vaultOwner } from '../../shared/adapters/dynamo/lookups.ts';
import { putNav } from '../../shared/adapters/dynamo/nav-store.ts';
import { readRefused } from '../../shared/adapters/dynamo/order-reads.ts';
import { putRefused } from '../../shared/adapters/dynamo/refused-store.ts';
import { openQueue, sendOne } from '../../shared/adapters/sqs/queue.ts';
import { defaultPlanOf } from '../../shared/domain/entitlements/effective.ts';
import { acceptIntent, type BusEvent, type IntentPorts } from '../../shared/domain/mirroring/intents.ts';
import { recordNavEvent } from '../../shared/domain/vaults/nav-event.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { acceptPorts } from '../edge/accept-ports.ts';
import { clock, freshUlid, sleep } from '../edge/entropy.ts';
import { logger, metrics } from '../edge/observe.ts';
import { queueDoor } from '../edge/queue.ts';

const env = readEnv('accept');
const table = openTable(env.table);
const intents = openQueue(env.vaultIntents);

const ports: IntentPorts = {
  clock,
  accept: acceptPorts({
    table,
    shards: openQueue(env.shards),
    shardNodes: openQueue(env.shardNodes),
    defaultPlan: defaultPlanOf(env.defaultPlan),
  }),
  vaultOwner: (vaultId) => vaultOwner(table, vaultId),
  refused: (vault, orderId) => readRefused(table, vault, orderId),
  keepRefused: (refused) => putRefused(table, refused),
  putAside: (event, orderId) =>
    sendOne(intents, { body: JSON.stringify(event), group: `aside#${orderId}`, deduplicationId: freshUlid() }),
  pause: (ms) => sleep(ms),
  nav: (event, vault) =>
    recordNavEvent(event, vault, {
      clock,
      put: (of, snapshot, by) => putNav(table, of, snapshot, by),
      audit: (refused) => putAuditEvent(table, refused),
      report: (what) => logger.warn('NAV refused', what),
    }),
  report: (what) => {
    logger.warn('order refused', what);
    metrics.addMetric(names.ordersRefused, MetricUnit.Count, 1);
  },
};

export const handler = queueDoor({
  handle: async (body) => {
    await acceptIntent(body as BusEvent, ports);
    metrics.publishStoredMetrics();
  },
});
