import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Table } from './client.ts';
import type { Key } from './keys.ts';

type Item = Record<string, unknown>;

/** DynamoDB's most keys in one BatchGetItem (API reference). */
const keysPerCall = 100;

/** The items of some keys, as they are now, in no order; a key without an item gives none. */
export async function batchGet(table: Table, wanted: readonly Key[]): Promise<Item[]> {
  const items: Item[] = [];
  for (let i = 0; i < wanted.length; i += keysPerCall) {
    let left: Item[] = wanted.slice(i, i + keysPerCall).map((key) => ({ ...key }));
    while (left.length > 0) {
      const RequestItems = { [table.name]: { Keys: left, ConsistentRead: true } };
      const answer = await table.client.send(new BatchGetCommand({ RequestItems }));
      items.push(...(answer.Responses?.[table.name] ?? []));
      left = (answer.UnprocessedKeys?.[table.name]?.Keys ?? []) as Item[];
    }
  }
  return items;
}
