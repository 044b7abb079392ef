import type { Principal } from '../../domain/tenants/principal.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import type { Table } from './client.ts';
import { findFollower, findVaultToJoin, readVault } from './lookups.ts';
import { listFollowersOfTenant } from './own-followers.ts';

/**
 * A vault for whoever has a part in it: its tenant, the person of a follower on it, and tenants that may join it or have followers on
 * it, also when it is not public any more.
 */
export async function findVaultOfParty(
  table: Table,
  { tenantId, followerId }: Principal,
  vaultId: string,
): Promise<Vault | undefined> {
  const joinable = followerId === undefined ? await findVaultToJoin(table, vaultId) : undefined;
  if (joinable !== undefined || tenantId === undefined) return joinable;
  const own = followerId === undefined ? await anyOf(table, tenantId, vaultId) : await findFollower(table, followerId);
  if (own?.vault_id !== vaultId) return undefined;
  return readVault(table, { tenant_id: own.vault_tenant_id, vault_id: vaultId });
}

const anyOf = async (table: Table, tenantId: string, vaultId: string) =>
  (await listFollowersOfTenant(table, tenantId, { limit: 1, vaultId })).items[0];
