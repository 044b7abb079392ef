import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context, SQSRecord } from 'aws-lambda';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { shardStore } from '../../shared/adapters/dynamo/shard-store.ts';
import { signingKeys } from '../../shared/adapters/secrets/signing-keys.ts';
import { bellMessage, openQueue, sendOne } from '../../shared/adapters/sqs/queue.ts';
import { postpone } from '../../shared/adapters/sqs/visibility.ts';
import type { Targets } from '../../shared/adapters/webhook/address.ts';
import { webhookDispatcher } from '../../shared/adapters/webhook/dispatcher.ts';
import type { Bell } from '../../shared/domain/mirroring/bell.ts';
import type { Observe } from '../../shared/domain/mirroring/dispatch.ts';
import { workShard } from '../../shared/domain/mirroring/shard.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { metrics } from '../edge/observe.ts';
import { Later, queueDoor } from '../edge/queue.ts';

const env = readEnv('shard');
const shards = openQueue(env.shards);
const dispatcher = webhookDispatcher({ targets: env.webhookTargets as Targets, keys: signingKeys(env.masterSecret) });
const store = shardStore(openTable(env.table));

const observe: Observe = ({ latencyMs, result, first }) => {
  if (first) metrics.addMetric(names.dispatchLatencyMs, MetricUnit.Milliseconds, latencyMs);
  metrics.addMetric(names.dispatchErrors, MetricUnit.Count, result === 'ack' ? 0 : 1);
};

async function handle(body: unknown, _record: SQSRecord, context: Context): Promise<void> {
  const bell = body as Bell;
  const worker = { owner: freshUlid(), deadline: clock() + context.getRemainingTimeInMillis() };
  const run = await workShard(bell, worker, { clock, store, dispatcher, observe });
  metrics.publishStoredMetrics();
  if (run.kind === 'wait') throw new Later(run.ms / 1000 + 0.5, 'the claim is still its owner’s');
  if (run.kind === 'more') await sendOne(shards, bellMessage(bell, freshUlid()));
}

export const handler = queueDoor({ handle, postpone: (record, seconds) => postpone(shards, record.receiptHandle, seconds) });
