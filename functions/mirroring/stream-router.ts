import type { DynamoDBStreamEvent } from 'aws-lambda';
import { type Change, changeOf, newEntry, newNotice, recordedIn } from '../../shared/adapters/dynamo/stream.ts';
import { openBus, putEvents } from '../../shared/adapters/eventbridge/bus.ts';
import { openBucket, putText } from '../../shared/adapters/s3/bucket.ts';
import { auditLine, auditObjectKey } from '../../shared/domain/audit/line.ts';
import { noticeToBus } from '../../shared/domain/billing/notice.ts';
import { acceptedEvent } from '../../shared/domain/mirroring/events.ts';
import { readEnv } from '../../shared/wiring/env.ts';

const env = readEnv('stream-router');
const bus = openBus(env.bus);
const bucket = openBucket(env.auditBucket);

/**
 * The table's changes, once: into the audit bucket as JSON Lines, and as events on the bus. A batch that fails comes
 * again whole: its object is written over with itself, events may repeat, and nothing is lost.
 */
export async function handler(event: DynamoDBStreamEvent): Promise<void> {
  const changes = event.Records.flatMap((record) => changeOf(record) ?? []);
  await rollUp(changes);
  await putEvents(bus, changes.flatMap((change) => newEntry(change) ?? []).map(acceptedEvent));
  await putEvents(bus, changes.flatMap((change) => newNotice(change) ?? []).map(noticeToBus));
}

async function rollUp(changes: readonly Change[]): Promise<void> {
  const [first] = changes;
  const last = changes.at(-1);
  if (first === undefined || last === undefined) return;
  const lines = changes.map((change) => `${auditLine(change, recordedIn(change))}\n`);
  await putText(bucket, auditObjectKey(first, last), lines.join(''), 'application/x-ndjson');
}
