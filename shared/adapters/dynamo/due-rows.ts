import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { FlipKey } from '../../domain/overlays/ended.ts';
import type { VaultStop } from '../../domain/overlays/revert.ts';
import { stored, type Table } from './client.ts';
import { type Key, partitions } from './keys.ts';
import { queryAll } from './query-all.ts';

/** What is due at a time: the end of a flip, or of all flips of a vault that stopped. */
export type DueRow = Key & { readonly due: string } & ({ readonly stop: VaultStop } | (FlipKey & { readonly stop?: undefined }));

/** Rows that one sweep takes: flips are few, and each is at most a day long. */
const mostRows = 20_000;

/** All that is or will be due, by its time. */
export async function readDueRows(table: Table): Promise<DueRow[]> {
  const asked = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': partitions.dueFlips } };
  return (await queryAll(table, asked, mostRows)).map((item) => stored<DueRow>(item));
}

export async function forgetDue(table: Table, { pk, sk }: Key): Promise<void> {
  await table.client.send(new DeleteCommand({ TableName: table.name, Key: { pk, sk } }));
}
