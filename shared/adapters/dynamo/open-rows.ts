import type { OpenEntry } from '../../domain/mirroring/sweep.ts';
import { sha256 } from '../../kit/hash.ts';
import { limits } from '../../wiring/limits.ts';
import type { Table } from './client.ts';
import { partitions } from './keys.ts';
import { queryAll } from './query-all.ts';

/** The partition that holds a vault's OPEN rows: sixteen, so that no one of them runs hot. */
export const openPartition = (vaultId: string): number => (sha256(vaultId)[0] ?? 0) % limits.openPartitions;

/** Rows that one sweep takes from a partition: more than a day of a busy vault that stands still. */
const mostRows = 20_000;

/** Open entries of a partition, by vault and sequence. */
export async function readOpen(table: Table, partition: number): Promise<OpenEntry[]> {
  const rows = await queryAll(table, inPartition(partitions.open(partition)), mostRows);
  return rows as unknown as OpenEntry[];
}

/** Shards that have marked an entry as finished. */
export async function readDone(table: Table, entry: OpenEntry): Promise<Set<number>> {
  const blocks = await queryAll(table, inPartition(partitions.progress(entry, entry.seq)));
  return new Set(blocks.flatMap((b) => [...((b['done'] as Set<number> | undefined) ?? [])]));
}

const inPartition = (pk: string) => ({ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } });
