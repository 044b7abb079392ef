import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context, SQSRecord } from 'aws-lambda';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { openBucket } from '../../shared/adapters/s3/bucket.ts';
import { signingKeys } from '../../shared/adapters/secrets/signing-keys.ts';
import { openQueue, reconcileMessage, ringAll } from '../../shared/adapters/sqs/queue.ts';
import type { Targets } from '../../shared/adapters/webhook/address.ts';
import { webhookDispatcher } from '../../shared/adapters/webhook/dispatcher.ts';
import { type ReconcilePage, reconcile } from '../../shared/domain/reconciliation/reconcile.ts';
import type { Report } from '../../shared/domain/reconciliation/report.ts';
import { milliseconds } from '../../shared/kit/clock.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock } from '../edge/entropy.ts';
import { logger, metrics } from '../edge/observe.ts';
import { queueDoor } from '../edge/queue.ts';
import { reconcilePorts } from './ports.ts';

const env = readEnv('reconcile');
const queue = openQueue(env.reconcile);
const dispatcher = webhookDispatcher({ targets: env.webhookTargets as Targets, keys: signingKeys(env.masterSecret) });
const ports = reconcilePorts({
  table: openTable(env.table),
  shards: openQueue(env.shards),
  bucket: openBucket(env.auditBucket),
  dispatcher,
  quietSeconds: Number(env.reconcileQuietSeconds),
});

async function handle(body: unknown, _record: SQSRecord, context: Context): Promise<void> {
  await dispatcher.ready();
  const done = await reconcile(body as ReconcilePage, clock() + context.getRemainingTimeInMillis(), ports);
  if ('finished_at' in done) tell(done);
  else await ringAll(queue, [reconcileMessage(done)]);
}

/** What alarms and the dashboard see; everything else stands in the report. */
function tell(report: Report): void {
  const { drift, fixups, unexplained, unknown, vault_id, run_at } = report;
  const oldest = unknown.oldest_at === null ? 0 : (clock() - milliseconds(unknown.oldest_at)) / 1000;
  metrics.addMetric(names.drift, MetricUnit.Count, drift);
  metrics.addMetric(names.fixups, MetricUnit.Count, fixups);
  metrics.addMetric(names.driftUnexplained, MetricUnit.Count, unexplained);
  metrics.addMetric(names.unknownOldestSeconds, MetricUnit.Seconds, oldest);
  metrics.publishStoredMetrics();
  if (unexplained > 0) logger.warn('unexplained drift', { vault_id, run_at, unexplained });
  logger.info('reconciled', { vault_id, run_at, drift, fixups, unknown: unknown.children });
}

export const handler = queueDoor({ handle });
