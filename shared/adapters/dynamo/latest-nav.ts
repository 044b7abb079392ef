import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { NavSnapshot } from '../../domain/vaults/vault.ts';
import { stored, type Table } from './client.ts';
import { keys, partitions, prefixes, type VaultKey } from './keys.ts';

/** A vault's latest snapshot of a time (RFC 3339 with milliseconds) or before it. */
export async function latestNav(table: Table, vault: VaultKey, at: string): Promise<NavSnapshot | undefined> {
  const { Items } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :at',
      ExpressionAttributeValues: { ':pk': partitions.vault(vault), ':first': prefixes.nav, ':at': keys.nav(vault, at).sk },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: 1,
    }),
  );
  return Items?.[0] === undefined ? undefined : stored<{ snapshot: NavSnapshot }>(Items[0]).snapshot;
}
