import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { limits } from '../../wiring/limits.ts';
import { held, type Table } from './client.ts';
import { keys } from './keys.ts';

/** What a webhook brought, once by the provider's id of it. */
export interface InboxEntry {
  readonly source: 'stripe' | 'btcpay';
  readonly event_id: string;
  readonly type: string;
  /** Whom it is about, as messages of billing.fifo name it. */
  readonly about: string;
  /** When it happened, as the provider says, and when it came here (ms). */
  readonly event_at: number;
  readonly received_at: number;
}

/** Stores it unless it is there; says what had become of it before. */
export async function takeIn(table: Table, entry: InboxEntry): Promise<'new' | 'waiting' | 'done'> {
  const put = new PutCommand({
    TableName: table.name,
    Item: {
      ...keys.inbox(entry.source, entry.event_id),
      ...entry,
      ttl: Math.floor(entry.received_at / 1000) + limits.inboxDays * 86_400,
    },
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  try {
    await table.client.send(put);
    return 'new';
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item !== undefined && unmarshall(error.Item)['done_at'] !== undefined ? 'done' : 'waiting';
  }
}

/** What it said has been seen to: it is not sent to the worker any more. One that is gone stays gone. */
export async function markDone(table: Table, source: InboxEntry['source'], eventId: string, at: string): Promise<void> {
  await held(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: keys.inbox(source, eventId),
        UpdateExpression: 'SET done_at = if_not_exists(done_at, :at)',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':at': at },
      }),
    ),
  );
}
