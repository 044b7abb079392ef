import type { Child } from '../../domain/mirroring/child.ts';
import { type At, lineNumber } from '../../domain/mirroring/entry.ts';
import { childOf } from './child-item.ts';
import type { Table } from './client.ts';
import { type FollowerOf, keys, partitions } from './keys.ts';
import { getItem } from './lookups.ts';
import { queryAll } from './query-all.ts';

/** A child's own row, if it has one. */
export async function readChild(table: Table, follower: FollowerOf, at: At): Promise<Child | undefined> {
  const item = await getItem(table, keys.child(follower, at));
  return item === undefined ? undefined : childOf(item);
}

/** A follower's children that have rows of their own, from one place in the line up to another, by line number. */
export async function readChildren(table: Table, follower: FollowerOf, from: At, upTo: At): Promise<Map<number, Child>> {
  const items = await queryAll(table, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': partitions.follower(follower),
      ':from': keys.child(follower, from).sk,
      ':to': keys.child(follower, upTo).sk,
    },
  });
  return new Map(items.map(childOf).map((child) => [lineNumber(child), child]));
}
