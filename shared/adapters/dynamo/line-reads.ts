import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { ChildKey } from '../../domain/mirroring/child.ts';
import type { ShardKey } from '../../domain/mirroring/claim.ts';
import type { LineEntry, LogEntry } from '../../domain/mirroring/entry.ts';
import type { Ledger } from '../../domain/mirroring/plan.ts';
import type { Table } from './client.ts';
import { keys } from './keys.ts';
import { getItem } from './lookups.ts';
import { shardOf } from './moved.ts';
import { unpackLedger } from './packed.ts';

/** An entry of a vault's log. */
export async function readEntry(
  table: Table,
  vault: Pick<ShardKey, 'tenant_id' | 'vault_id'>,
  seq: number,
): Promise<LogEntry | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: keys.entry(vault, seq), ConsistentRead: true }),
  );
  return Item?.['entry'];
}

/** A shard's ledger of one symbol; empty before its first entry. */
export const ledgerOf = (symbol: string, item: Record<string, unknown> | undefined): Ledger =>
  item === undefined
    ? { symbol, line: 0, rows: new Map() }
    : { symbol, line: item['line'] as number, rows: unpackLedger(item['rows'] as Uint8Array) };

export const readLedger = async (table: Table, key: ShardKey, symbol: string): Promise<Ledger> =>
  ledgerOf(symbol, await getItem(table, keys.ledger(key, symbol)));

/** The entry of a child: the vault's log has it, or for what its follower asked the claim itself. */
export async function readLineEntry(table: Table, key: ChildKey): Promise<LineEntry | undefined> {
  if (key.k === undefined) return readEntry(table, shardOf(key), key.seq);
  return (await getItem(table, keys.result(shardOf(key), key)))?.['entry'] as LineEntry | undefined;
}
