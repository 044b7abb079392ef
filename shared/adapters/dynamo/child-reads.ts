import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Child } from '../../domain/mirroring/child.ts';
import { childOf } from './child-item.ts';
import type { Table } from './client.ts';
import { type FollowerOf, keys, partitions } from './keys.ts';
import { getItem } from './lookups.ts';

/** A child's own row, if it has one. */
export async function readChild(table: Table, follower: FollowerOf, seq: number): Promise<Child | undefined> {
  const item = await getItem(table, keys.child(follower, seq));
  return item === undefined ? undefined : childOf(item);
}

/** A follower's children that have rows of their own, after one sequence number and up to another, by number. */
export async function readChildren(table: Table, follower: FollowerOf, after: number, upTo: number): Promise<Map<number, Child>> {
  const found = new Map<number, Child>();
  if (upTo <= after) return found;
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': partitions.follower(follower),
          ':from': keys.child(follower, after + 1).sk,
          ':to': keys.child(follower, upTo).sk,
        },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    for (const item of page.Items ?? []) found.set(item['seq'] as number, childOf(item));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}
