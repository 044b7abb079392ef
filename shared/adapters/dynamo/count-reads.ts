import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { childStates } from '../../domain/mirroring/states.ts';
import type { Table } from './client.ts';
import type { Key, ShardOf, VaultKey } from './keys.ts';

type Item = Record<string, unknown>;

/** DynamoDB's most keys in one BatchGetItem (API reference). */
const keysPerCall = 100;

/** The counts that stand on one item per shard; a shard without one is left out. */
export async function readCounts(
  table: Table,
  vault: VaultKey,
  shards: readonly number[],
  keyOf: (shard: ShardOf) => Key,
): Promise<Item[]> {
  const all = shards.map((shard) => keyOf({ ...vault, shard }));
  const batches = Array.from({ length: Math.ceil(all.length / keysPerCall) }, (_, i) =>
    all.slice(i * keysPerCall, (i + 1) * keysPerCall),
  );
  return (await Promise.all(batches.map((batch) => batchGet(table, batch)))).flat();
}

/** Names of all that is read: states are attributes of their own on the counts of the lane. */
const names = ['state', 'counts', 'unknown', ...childStates];

async function batchGet(table: Table, batch: readonly Key[]): Promise<Item[]> {
  const ProjectionExpression = names.map((_, i) => `#${i}`).join(', ');
  const ExpressionAttributeNames = Object.fromEntries(names.map((name, i) => [`#${i}`, name]));
  const items: Item[] = [];
  let left: Item[] = batch.map((key) => ({ ...key }));
  while (left.length > 0) {
    const RequestItems = { [table.name]: { Keys: left, ProjectionExpression, ExpressionAttributeNames, ConsistentRead: true } };
    const answer = await table.client.send(new BatchGetCommand({ RequestItems }));
    items.push(...(answer.Responses?.[table.name] ?? []));
    left = (answer.UnprocessedKeys?.[table.name]?.Keys ?? []) as Item[];
  }
  return items;
}
