import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { readDone, readOpen } from '../../shared/adapters/dynamo/open-rows.ts';
import { closeOpen } from '../../shared/adapters/dynamo/shard-store.ts';
import { bellMessage, openQueue, ringAll } from '../../shared/adapters/sqs/queue.ts';
import { sweep } from '../../shared/domain/mirroring/sweep.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { logger, metrics } from '../edge/observe.ts';
import { sweepFlips } from '../edge/overdue.ts';

const env = readEnv('sweep');
const table = openTable(env.table);
const shards = openQueue(env.shards);

export async function handler(): Promise<void> {
  const run = freshUlid();
  const found = await sweep({
    clock,
    open: (partition) => readOpen(table, partition),
    done: (entry) => readDone(table, entry),
    close: (entry) => closeOpen(table, entry, entry.seq),
    ring: (bells) =>
      ringAll(
        shards,
        bells.map((bell) => bellMessage(bell, run)),
      ),
    report: (seconds) => metrics.addMetric(names.shardStuckSeconds, MetricUnit.Seconds, seconds),
  });
  const flips = await sweepFlips({ table, shards });
  metrics.publishStoredMetrics();
  logger.info('swept', { ...found, flips });
}
