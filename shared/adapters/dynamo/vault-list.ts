import type { Table } from './client.ts';
import { keys, partitions, type VaultKey } from './keys.ts';
import { openPartition } from './open-rows.ts';
import { queryAll } from './query-all.ts';

/** A vault's row in the list of all vaults: the platform's own, for what it does to each of them by itself. */
export const vaultListItem = ({ tenant_id, vault_id }: VaultKey) => ({
  ...keys.listedVault(openPartition(vault_id), vault_id),
  tenant_id,
  vault_id,
});

/** The vaults of one of the list's sixteen partitions. */
export async function listedVaults(table: Table, partition: number): Promise<VaultKey[]> {
  const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': partitions.vaults(partition) } };
  const rows = await queryAll(table, query);
  return rows.map((row) => ({ tenant_id: row['tenant_id'] as string, vault_id: row['vault_id'] as string }));
}
