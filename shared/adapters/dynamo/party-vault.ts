import type { Follower } from '../../domain/followers/follower.ts';
import type { Principal } from '../../domain/tenants/principal.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import type { Table } from './client.ts';
import { findFollower, findVault, readVault } from './lookups.ts';
import { listFollowersOfTenant } from './own-followers.ts';

/** A vault as somebody has a part in it: its own tenant as a whole; others by a follower that they have on it. */
export interface Party {
  readonly vault: Vault | undefined;
  readonly follower?: Follower | undefined;
}

/** A vault for its tenant, for the person of a follower on it, and for a tenant that has followers on it; for nobody else it is there. */
export async function findParty(table: Table, { tenantId, followerId }: Principal, vaultId: string): Promise<Party> {
  const own = followerId === undefined ? await findVault(table, vaultId) : undefined;
  if (own !== undefined || tenantId === undefined) return { vault: own };
  const follower = followerId === undefined ? await anyOf(table, tenantId, vaultId) : await findFollower(table, followerId);
  if (follower?.vault_id !== vaultId) return { vault: undefined };
  return { vault: await readVault(table, { tenant_id: follower.vault_tenant_id, vault_id: vaultId }), follower };
}

const anyOf = async (table: Table, tenantId: string, vaultId: string) =>
  (await listFollowersOfTenant(table, tenantId, { limit: 1, vaultId })).items[0];
