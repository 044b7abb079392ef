import type { Context, SQSRecord } from 'aws-lambda';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { laneStore } from '../../shared/adapters/dynamo/lane-store.ts';
import { signingKeys } from '../../shared/adapters/secrets/signing-keys.ts';
import { deadLetterMessage, openQueue, sendOne } from '../../shared/adapters/sqs/queue.ts';
import { postpone } from '../../shared/adapters/sqs/visibility.ts';
import type { Targets } from '../../shared/adapters/webhook/address.ts';
import { webhookDispatcher } from '../../shared/adapters/webhook/dispatcher.ts';
import type { ChildKey } from '../../shared/domain/mirroring/child.ts';
import { workLane } from '../../shared/domain/mirroring/lane.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { clock } from '../edge/entropy.ts';
import { metrics } from '../edge/observe.ts';
import { Later, queueDoor } from '../edge/queue.ts';
import { delaysOf } from './delays.ts';
import { observeRetry } from './observe.ts';

const env = readEnv('retry');
const lanes = openQueue(env.followerRetry);
const dlx = openQueue(env.dispatchDlx);
const ports = {
  clock,
  store: laneStore(openTable(env.table)),
  dispatcher: webhookDispatcher({ targets: env.webhookTargets as Targets, keys: signingKeys(env.masterSecret) }),
  observe: observeRetry,
  delays: delaysOf(env.retryDelaysSeconds),
  deadLetter: (...letter: Parameters<typeof deadLetterMessage>) => sendOne(dlx, deadLetterMessage(...letter)),
};

async function handle(body: unknown, _record: SQSRecord, context: Context): Promise<void> {
  const run = await workLane(body as ChildKey, clock() + context.getRemainingTimeInMillis(), ports);
  metrics.publishStoredMetrics();
  if (run.kind === 'later') throw new Later(run.ms / 1000, 'the lane waits');
}

export const handler = queueDoor({ handle, postpone: (record, seconds) => postpone(lanes, record.receiptHandle, seconds) });
