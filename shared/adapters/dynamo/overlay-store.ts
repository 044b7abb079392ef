import type { Overlay } from '../../domain/overlays/overlay.ts';
import { stopOf } from '../../domain/overlays/switch.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import { ulidOf } from '../../kit/ids.ts';
import type { Table } from './client.ts';
import { stopRow, tried } from './flip-items.ts';
import { keys, partitions, prefixes, type VaultKey } from './keys.ts';
import { getItem } from './lookups.ts';
import { isText, type Page, type PageRequest, pageOf, queryRange, readCursor } from './pages.ts';

export async function readOverlay(table: Table, vault: VaultKey, overlayId: string): Promise<Overlay | undefined> {
  return (await getItem(table, keys.overlay(vault, overlayId)))?.['overlay'] as Overlay | undefined;
}

export async function listOverlays(table: Table, vault: VaultKey, page: PageRequest): Promise<Page<Overlay>> {
  const after = page.cursor === undefined ? undefined : readCursor(page.cursor, isText);
  const items = await queryRange(table, { pk: partitions.vault(vault), prefix: prefixes.overlay, after, limit: page.limit });
  return pageOf(items, page.limit, (item) => item['overlay'] as Overlay);
}

/** Overlay, the vault's switches and the audit event together; false when the vault changed since it was read. */
export async function saveSwitch(
  table: Table,
  vault: Vault,
  next: { switches: NonNullable<Vault['switches']>; overlay: Overlay },
  event: { action: string; by: string; request_id: string },
): Promise<boolean> {
  const TableName = table.name;
  const { overlay } = next;
  const at = overlay.ended_at ?? overlay.starts_at;
  const stop = stopOf(vault, overlay);
  const TransactItems = [
    {
      Update: {
        TableName,
        Key: keys.vault(vault),
        UpdateExpression: 'SET switches = :switches, ver = :next, updated_at = :at',
        ConditionExpression: 'ver = :ver',
        ExpressionAttributeValues: { ':switches': next.switches, ':ver': vault.ver, ':next': vault.ver + 1, ':at': at },
      },
    },
    { Put: { TableName, Item: { ...keys.overlay(vault, overlay.overlay_id), overlay } } },
    ...(stop === undefined ? [] : [stopRow(table, stop)]),
    {
      Put: {
        TableName,
        Item: {
          ...keys.audit(vault.tenant_id, vault.vault_id, at, ulidOf(overlay.overlay_id)),
          ...event,
          vault_tenant_id: vault.tenant_id,
          after: overlay,
        },
      },
    },
  ];
  return tried(table, TransactItems);
}
