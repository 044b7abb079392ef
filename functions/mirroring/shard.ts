import type { Context, SQSRecord } from 'aws-lambda';
import { aftermathStore } from '../../shared/adapters/dynamo/aftermath-store.ts';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { shardStore } from '../../shared/adapters/dynamo/shard-store.ts';
import { signingKeys } from '../../shared/adapters/secrets/signing-keys.ts';
import { bellMessage, deadLetterMessage, laneMessage, openQueue, ringAll, sendOne } from '../../shared/adapters/sqs/queue.ts';
import { postpone } from '../../shared/adapters/sqs/visibility.ts';
import type { Targets } from '../../shared/adapters/webhook/address.ts';
import { webhookDispatcher } from '../../shared/adapters/webhook/dispatcher.ts';
import type { Aftermath } from '../../shared/domain/mirroring/aftermath.ts';
import type { Bell } from '../../shared/domain/mirroring/bell.ts';
import { workShard } from '../../shared/domain/mirroring/shard.ts';
import { ulidFromCause } from '../../shared/kit/ids.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { metrics } from '../edge/observe.ts';
import { Later, queueDoor } from '../edge/queue.ts';
import { delaysOf } from './delays.ts';
import { observeAttempt, reportBroken } from './observe.ts';

const env = readEnv('shard');
const shards = openQueue(env.shards);
const dispatcher = webhookDispatcher({ targets: env.webhookTargets as Targets, keys: signingKeys(env.masterSecret) });
const table = openTable(env.table);
const store = shardStore(table);
const lanes = openQueue(env.followerRetry);
const dlx = openQueue(env.dispatchDlx);

const aftermath: Aftermath = {
  ...aftermathStore(table),
  delays: delaysOf(env.retryDelaysSeconds),
  deadLetter: (...letter) => sendOne(dlx, deadLetterMessage(...letter)),
  ringLanes: (children, again) =>
    ringAll(
      lanes,
      children.map((child) => laneMessage(child, again ? freshUlid() : '')),
    ),
};

/** Who works, for every message another: drawn once and counted, because to draw anew for each asks the kernel each time. */
const processUlid = freshUlid();
let messages = 0;
function nextOwner(): string {
  messages += 1;
  return ulidFromCause(clock(), `${processUlid}/${messages}`);
}

async function handle(body: unknown, _record: SQSRecord, context: Context): Promise<void> {
  const bell = body as Bell;
  const worker = { owner: nextOwner(), deadline: clock() + context.getRemainingTimeInMillis() };
  const run = await workShard(bell, worker, {
    clock,
    store,
    dispatcher,
    observe: observeAttempt,
    report: reportBroken,
    aftermath,
  });
  metrics.publishStoredMetrics();
  if (run.kind === 'wait') throw new Later(run.ms / 1000 + 0.5, 'the claim is still its owner’s');
  if (run.kind === 'more') await sendOne(shards, bellMessage(bell, freshUlid()));
}

export const handler = queueDoor({ handle, postpone: (record, seconds) => postpone(shards, record.receiptHandle, seconds) });
