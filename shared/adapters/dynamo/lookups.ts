import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Follower, FollowerAddress } from '../../domain/followers/follower.ts';
import type { Tenant } from '../../domain/tenants/tenant.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import { id } from '../../kit/ids.ts';
import { vaultOf } from './accept-store.ts';
import type { Table } from './client.ts';
import { followerOf } from './follower-item.ts';
import { type Key, keys, type VaultKey } from './keys.ts';
import { type PublicVault, publicVaultOf } from './public-vault.ts';

type Item = Record<string, unknown>;

export async function getItem(table: Table, Key: Key, consistent = true): Promise<Item | undefined> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: consistent }));
  return Item;
}

/** The tenant that owns a vault, by the vault's id alone. It never changes. */
export async function vaultOwner(table: Table, vaultId: string): Promise<string | undefined> {
  return (await getItem(table, keys.reference(vaultId)))?.['tenant_id'] as string | undefined;
}

/** The caller's own vault, or one that its request has crossed to already; any other is not there (docs/decisions/0018). */
export async function findVault(table: Table, vaultId: string): Promise<Vault | undefined> {
  const tenant_id = await vaultOwner(table, vaultId);
  if (tenant_id === undefined || table.cross?.({ to: 'vault', tenant_id, vault_id: vaultId }) === false) return undefined;
  return readVault(table, { tenant_id, vault_id: vaultId });
}

export async function readVault(table: Table, vault: VaultKey): Promise<Vault | undefined> {
  const item = await getItem(table, keys.vault(vault));
  return item === undefined ? undefined : vaultOf(item);
}

/** What everybody may see of a public vault, from the list of them. */
export async function findPublicVault(table: Table, vaultId: string): Promise<PublicVault | undefined> {
  const item = await getItem(table, keys.publicVault(vaultId));
  return item === undefined ? undefined : publicVaultOf(item);
}

/** A vault to mirror: the caller's own, or a public one, which the request then crosses to. */
export async function findVaultToJoin(table: Table, vaultId: string): Promise<Vault | undefined> {
  const own = await findVault(table, vaultId);
  if (own !== undefined || table.cross === undefined) return own;
  const listed = await findPublicVault(table, vaultId);
  return listed !== undefined && table.cross({ to: 'public vault', ...listed }) ? readVault(table, listed) : undefined;
}

/** The tenant of a follower, by its look-up alone. */
export async function followerOwner(table: Table, followerId: string): Promise<string | undefined> {
  return (await getItem(table, keys.reference(followerId)))?.['tenant_id'] as string | undefined;
}

export async function findFollower(table: Table, followerId: string): Promise<Follower | undefined> {
  const address = (await getItem(table, keys.reference(followerId))) as unknown as FollowerAddress | undefined;
  if (address === undefined || table.cross?.({ to: 'follower', ...address }) === false) return undefined;
  const shard = { tenant_id: address.vault_tenant_id, vault_id: address.vault_id, shard: address.shard };
  const item = await getItem(table, keys.follower(shard, address.place));
  return item === undefined ? undefined : followerOf(item);
}

export async function findOrder(
  table: Table,
  orderId: string,
): Promise<{ tenant_id: string; vault_id: string; seq?: number } | undefined> {
  return (await getItem(table, keys.reference(orderId))) as { tenant_id: string; vault_id: string; seq?: number } | undefined;
}

/** Where the entry of a child stands, by the ULID in the child's id: an order, a cancel, or what its follower asked. */
export async function findCause(table: Table, ulid: string): Promise<CausePlace | undefined> {
  const order: CausePlace | undefined = await findOrder(table, id('mo', ulid));
  return order ?? ((await getItem(table, keys.askReference(ulid))) as CausePlace | undefined);
}
interface CausePlace {
  readonly tenant_id: string;
  readonly vault_id: string;
  /** Absent for an order that was refused. */
  readonly seq?: number;
  readonly k?: number;
}

export async function findTenant(table: Table, tenantId: string): Promise<Tenant | undefined> {
  if (table.cross?.({ to: 'tenant', tenant_id: tenantId }) === false) return undefined;
  const item = await getItem(table, keys.tenant(tenantId));
  if (item === undefined) return undefined;
  const { pk: _pk, sk: _sk, ...tenant } = item;
  return tenant as unknown as Tenant;
}
