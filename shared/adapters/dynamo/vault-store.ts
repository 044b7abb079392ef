import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Room } from '../../domain/entitlements/usage.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import { ulidOf } from '../../kit/ids.ts';
import { failedConditions, metAnother, type Table } from './client.ts';
import { keys, partitions, prefixes } from './keys.ts';
import { findVault, readVault } from './lookups.ts';
import { isText, type Page, type PageRequest, pageOf, queryRange, readCursor, writeCursor } from './pages.ts';
import { type PublicVault, publicVaultItem, publicVaultOf } from './public-vault.ts';
import { vaultCounted } from './usage.ts';
import { vaultListItem } from './vault-list.ts';

/** Stores a new vault, whatever its tenant's plan says. Saying it again with the same id gives what is there. */
export async function putVault(table: Table, vault: Vault, by: { subject: string; request_id: string }): Promise<Vault> {
  const stored = await putVaultInRoom(table, vault, by);
  if (stored === undefined) throw new Error(`vault ${vault.vault_id} was not stored`);
  return stored;
}

/**
 * Stores a new vault and the ways to find it, counted in the room that its tenant was found to have. Saying it again with the
 * same id gives what is there; undefined when the room is another by now.
 */
export async function putVaultInRoom(
  table: Table,
  vault: Vault,
  by: { subject: string; request_id: string; room?: Room },
): Promise<Vault | undefined> {
  const TableName = table.name;
  const put = (Item: Record<string, unknown>) => ({ Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' } });
  const { tenant_id, vault_id, created_at } = vault;
  const event = {
    ...keys.audit(tenant_id, vault_id, created_at, ulidOf(vault_id)),
    action: 'vault.created',
    by: by.subject,
    request_id: by.request_id,
    after: vault,
  };
  const writes = [
    put({ ...keys.vault(vault), ...vault }),
    put({ ...keys.tenantVault(vault), vault_id }),
    put(vaultListItem(vault)),
    put({ ...keys.reference(vault_id), tenant_id, vault_id }),
    put(event),
    ...(vault.public ? [put(publicVaultItem(vault))] : []),
    ...(by.room === undefined ? [] : vaultCounted(table, vault, by.room)),
  ];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems: writes }));
    return vault;
  } catch (error) {
    if (failedConditions(error).length === 0 && !metAnother(error)) throw error;
    return findVault(table, vault_id);
  }
}

type ListCursor = readonly ['own' | 'public', string];
const isListCursor = (v: unknown): v is ListCursor =>
  Array.isArray(v) && v.length === 2 && (v[0] === 'own' || v[0] === 'public') && (v[1] === '' || isText(v[1]));

/** A tenant's own vaults, then what everybody may see of the public ones of others; the cursor says in which list it stands. */
export async function listVaults(table: Table, tenantId: string, page: PageRequest): Promise<Page<Vault | PublicVault>> {
  const [list, after] = page.cursor === undefined ? (['own', ''] as const) : readCursor(page.cursor, isListCursor);
  const pk = list === 'own' ? partitions.tenant(tenantId) : partitions.publicVaults;
  const items = await queryRange(table, {
    pk,
    prefix: prefixes.vault,
    after: after === '' ? undefined : after,
    limit: page.limit,
  });
  const found = pageOf(items, page.limit, (i) => i);
  const vaults = list === 'own' ? await ownVaults(table, tenantId, found.items) : othersVaults(tenantId, found.items);
  if (found.next_cursor !== null) return { items: vaults, next_cursor: writeCursor([list, found.items.at(-1)?.['sk']]) };
  return { items: vaults, next_cursor: list === 'own' ? writeCursor(['public', '']) : null };
}

type Item = Record<string, unknown>;

async function ownVaults(table: Table, tenant_id: string, rows: readonly Item[]): Promise<Vault[]> {
  const vaults = await Promise.all(rows.map((row) => readVault(table, { tenant_id, vault_id: row['vault_id'] as string })));
  return vaults.filter((vault) => vault !== undefined);
}

const othersVaults = (tenantId: string, rows: readonly Item[]): PublicVault[] =>
  rows.map(publicVaultOf).filter((vault) => vault.tenant_id !== tenantId);
