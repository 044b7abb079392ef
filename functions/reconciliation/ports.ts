import { putAuditEvent } from '../../shared/adapters/dynamo/audit-store.ts';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { readVault } from '../../shared/adapters/dynamo/lookups.ts';
import { readUnknown } from '../../shared/adapters/dynamo/position-reads.ts';
import {
  newestChildren,
  newestClaims,
  putFixup,
  readLedgers,
  readPositions,
  saveReport,
} from '../../shared/adapters/dynamo/reconcile-store.ts';
import { askAgain } from '../../shared/adapters/dynamo/resend-store.ts';
import { shardStore } from '../../shared/adapters/dynamo/shard-store.ts';
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

/** Reconciliation's ports on the real things. Per shard without findings: three reads. */
export function reconcilePorts({ table, shards, bucket, dispatcher, quietSeconds }: Means): ReconcilePorts {
  const store = shardStore(table);
  return {
    clock,
    quietMs: quietSeconds * 1000,
    vault: (of) => readVault(table, of),
    positions: (of) => readPositions(table, of),
    view: (key) => store.load(key),
    ledgers: (key) => readLedgers(table, key),
    children: (follower) => newestChildren(table, follower),
    claims: (key) => newestClaims(table, key),
    unknown: (follower) => readUnknown(table, follower),
    fix: (key, fixup) => putFixup(table, key, fixup),
    audit: (event) => putAuditEvent(table, event),
    deliver: (delivery) => dispatcher.deliver(delivery),
    askAgain: (follower, at) => askAgain(table, follower, at),
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
