import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { saveReport } from '../../shared/adapters/dynamo/reconcile-store.ts';
import { reconcileTable } from '../../shared/adapters/dynamo/reconcile-table.ts';
import { type Bucket, putText } from '../../shared/adapters/s3/bucket.ts';
import { bellMessage, type Queue, ringAll } from '../../shared/adapters/sqs/queue.ts';
import type { Dispatcher } from '../../shared/domain/mirroring/attempt.ts';
import type { Bell } from '../../shared/domain/mirroring/bell.ts';
import type { ReconcilePorts } from '../../shared/domain/reconciliation/reconcile.ts';
import { reportObjectKey } from '../../shared/domain/reconciliation/report.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { logger } from '../edge/observe.ts';

interface Means {
  readonly table: Table;
  readonly shards: Queue;
  readonly bucket: Bucket;
  readonly dispatcher: Dispatcher;
  readonly quietSeconds: number;
}

/** Reconciliation's ports on the real things. */
export function reconcilePorts({ table, shards, bucket, dispatcher, quietSeconds }: Means): ReconcilePorts {
  return {
    clock,
    quietMs: quietSeconds * 1000,
    ...reconcileTable(table),
    deliver: (delivery) => dispatcher.deliver(delivery),
    ring: (bells) => ring(shards, bells),
    save: async (report) => {
      await putText(bucket, reportObjectKey(report), `${JSON.stringify(report)}\n`, 'application/json');
      await saveReport(table, report);
    },
  };
}

/** What is not rung, sweep rings. */
async function ring(shards: Queue, bells: readonly Bell[]): Promise<void> {
  const messages = bells.map((bell) => bellMessage(bell, freshUlid()));
  await ringAll(shards, messages).catch((error: Error) => logger.warn('shards were not rung', { error }));
}
