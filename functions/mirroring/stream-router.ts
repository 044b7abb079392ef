import type { DynamoDBStreamEvent } from 'aws-lambda';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { type Change, changeOf, expiredFlip, newEntry, overlayNews, recordedIn } from '../../shared/adapters/dynamo/stream.ts';
import { openBus, putEvents } from '../../shared/adapters/eventbridge/bus.ts';
import { openBucket, putText } from '../../shared/adapters/s3/bucket.ts';
import { openQueue } from '../../shared/adapters/sqs/queue.ts';
import { auditLine, auditObjectKey } from '../../shared/domain/audit/line.ts';
import { acceptedEvent } from '../../shared/domain/mirroring/events.ts';
import { overlayEvents } from '../../shared/domain/overlays/events.ts';
import { revertFlip } from '../../shared/domain/overlays/revert.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { measureReverts } from '../edge/overdue.ts';
import { revertPorts } from '../edge/revert-ports.ts';

const env = readEnv('stream-router');
const bus = openBus(env.bus);
const bucket = openBucket(env.auditBucket);
const reverting = { table: openTable(env.table), shards: openQueue(env.shards) };

/**
 * The table's changes, once: into the audit bucket as JSON Lines, and as events on the bus. A batch that fails comes
 * again whole: its object is written over with itself, events may repeat, and nothing is lost.
 */
export async function handler(event: DynamoDBStreamEvent): Promise<void> {
  const changes = event.Records.flatMap((record) => changeOf(record) ?? []);
  await rollUp(changes);
  const news = changes.flatMap((change) => overlayNews(change) ?? []);
  await putEvents(bus, [
    ...changes.flatMap((change) => newEntry(change) ?? []).map(acceptedEvent),
    ...news.flatMap(overlayEvents),
  ]);
  measureReverts(news);
  for (const flip of event.Records.flatMap((record) => expiredFlip(record) ?? [])) await revertFlip(flip, revertPorts(reverting));
}

async function rollUp(changes: readonly Change[]): Promise<void> {
  const [first] = changes;
  const last = changes.at(-1);
  if (first === undefined || last === undefined) return;
  const lines = changes.map((change) => `${auditLine(change, recordedIn(change))}\n`);
  await putText(bucket, auditObjectKey(first, last), lines.join(''), 'application/x-ndjson');
}
