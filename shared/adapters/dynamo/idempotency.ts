import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { IdempotencyRecord, IdempotencyStore } from '../../domain/contract/idempotency.ts';
import { held, type Table } from './client.ts';
import { keys } from './keys.ts';

const key = (r: Pick<IdempotencyRecord, 'owner' | 'hash'>) => keys.idempotency(r.owner, r.hash);

/** Idempotency records in the table: one conditional write to begin, one to complete. */
export function idempotencyStore(table: Table): IdempotencyStore {
  const update = (record: IdempotencyRecord, more: Omit<UpdateCommandInput, 'TableName' | 'Key'>) =>
    table.client.send(new UpdateCommand({ TableName: table.name, Key: key(record), ...more }));
  return {
    begin: (record) => begin(table, record),
    resume: (record, leaseUntil) =>
      held(
        update(record, {
          UpdateExpression: 'SET lease_until = :until',
          ConditionExpression: 'lease_until = :lease AND attribute_not_exists(answer)',
          ExpressionAttributeValues: { ':until': leaseUntil, ':lease': record.lease_until },
        }),
      ),
    complete: async (record, answer) => {
      await update(record, {
        UpdateExpression: 'SET answer = if_not_exists(answer, :answer)',
        ExpressionAttributeValues: { ':answer': answer },
      });
    },
    release: async (record) => {
      const ConditionExpression = 'attribute_not_exists(answer)';
      await held(
        update(record, {
          UpdateExpression: 'SET lease_until = :zero',
          ConditionExpression,
          ExpressionAttributeValues: { ':zero': 0 },
        }),
      );
    },
  };
}

/** Puts the record unless one stands there that is still in its time; then gives that one. */
async function begin(table: Table, record: IdempotencyRecord): Promise<IdempotencyRecord | undefined> {
  const { owner, hash, ...rest } = record;
  const put = new PutCommand({
    TableName: table.name,
    Item: { ...key(record), ...rest },
    ConditionExpression: 'attribute_not_exists(pk) OR #ttl < :now',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':now': Math.floor(record.begun_at / 1000) },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  try {
    await table.client.send(put);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
    const found = unmarshall(error.Item) as Omit<IdempotencyRecord, 'owner' | 'hash'>;
    // Our own record: it landed, its reply was lost, and the SDK asked again.
    return found.seed === record.seed && found.begun_at === record.begun_at ? undefined : { ...found, owner, hash };
  }
}
