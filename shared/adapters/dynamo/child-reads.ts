import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Child } from '../../domain/mirroring/child.ts';
import { type At, lineNumber } from '../../domain/mirroring/entry.ts';
import { childOf } from './child-item.ts';
import type { Table } from './client.ts';
import { type FollowerOf, keys, partitions } from './keys.ts';
import { getItem } from './lookups.ts';

/** A child's own row, if it has one. */
export async function readChild(table: Table, follower: FollowerOf, at: At): Promise<Child | undefined> {
  const item = await getItem(table, keys.child(follower, at));
  return item === undefined ? undefined : childOf(item);
}

/** A follower's children that have rows of their own, from one place in the line up to another, by line number. */
export async function readChildren(table: Table, follower: FollowerOf, from: At, upTo: At): Promise<Map<number, Child>> {
  const found = new Map<number, Child>();
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': partitions.follower(follower),
          ':from': keys.child(follower, from).sk,
          ':to': keys.child(follower, upTo).sk,
        },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    for (const item of page.Items ?? []) {
      const child = childOf(item);
      found.set(lineNumber(child), child);
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}
