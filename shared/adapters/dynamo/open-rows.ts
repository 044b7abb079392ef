import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { OpenEntry } from '../../domain/mirroring/sweep.ts';
import { sha256 } from '../../kit/hash.ts';
import { limits } from '../../wiring/limits.ts';
import type { Table } from './client.ts';
import { partitions } from './keys.ts';

/** The partition that holds a vault's OPEN rows: sixteen, so that no one of them runs hot. */
export const openPartition = (vaultId: string): number => (sha256(vaultId)[0] ?? 0) % limits.openPartitions;

/** Rows that one sweep takes from a partition: more than a day of a busy vault that stands still. */
const mostRows = 20_000;

/** Open entries of a partition, by vault and sequence. */
export async function readOpen(table: Table, partition: number): Promise<OpenEntry[]> {
  const rows = await queryAll(table, partitions.open(partition), mostRows);
  return rows as unknown as OpenEntry[];
}

/** Shards that have marked an entry as finished. */
export async function readDone(table: Table, entry: OpenEntry): Promise<Set<number>> {
  const blocks = await queryAll(table, partitions.progress(entry, entry.seq), Number.POSITIVE_INFINITY);
  return new Set(blocks.flatMap((b) => [...((b['done'] as Set<number> | undefined) ?? [])]));
}

async function queryAll(table: Table, pk: string, most: number): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined && items.length < most);
  return items;
}
