import type { Follower } from '../../domain/followers/follower.ts';
import type { FollowerFlip, VaultOverlay } from '../../domain/overlays/counted.ts';
import type { Overlay } from '../../domain/overlays/overlay.ts';
import { overlaysWith, rowFlip } from '../../domain/overlays/start.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import { type Clock, milliseconds } from '../../kit/clock.ts';
import type { Table } from './client.ts';
import { type By, endedRecord, endedRow, flipRows, noOrderSince, overlayEvent, put, tried, type Writes } from './flip-items.ts';
import { keys } from './keys.ts';
import { shardOf } from './moved.ts';
import { readOverlay } from './overlay-store.ts';

/** The vault's item with these overlays, if it is as it was read. */
export const vaultOverlays = (table: Table, vault: Vault, overlays: readonly VaultOverlay[]): Writes[number] => ({
  Update: {
    TableName: table.name,
    Key: keys.vault(vault),
    UpdateExpression: 'SET overlays = :overlays, ver = :next',
    ConditionExpression: 'ver = :ver',
    ExpressionAttributeValues: { ':overlays': overlays, ':ver': vault.ver, ':next': vault.ver + 1 },
  },
});

const rowWith = (table: Table, follower: Follower, flip: FollowerFlip): Writes[number] => ({
  Update: {
    TableName: table.name,
    Key: keys.follower(shardOf(follower), follower.place),
    UpdateExpression: 'SET flip = :flip, ver = :next',
    ConditionExpression: 'ver = :ver',
    ExpressionAttributeValues: { ':flip': flip, ':ver': follower.ver, ':next': follower.ver + 1 },
  },
});

/** A vault-wide flip or persona begins: 6 or 3 writes in one transaction. */
export const startOnVault = (table: Table, vault: Vault, overlay: Overlay, who: By, clock: Clock): Promise<boolean> =>
  tried(table, [
    vaultOverlays(table, vault, overlaysWith(vault, overlay, clock())),
    put(table, { ...keys.overlay(vault, overlay.overlay_id), overlay }, true),
    overlayEvent(table, vault, 'started', overlay, who),
    ...(overlay.kind === 'flip' ? flipRows(table, vault, overlay) : []),
  ]);

/** It ends before its time. */
export function endOnVault(table: Table, vault: Vault, overlay: Overlay, who: By): Promise<boolean> {
  const { overlay_id, ended_at, cause } = overlay;
  if (ended_at === undefined || cause === undefined) throw new Error(`${overlay_id} has no end`);
  const end = { overlay_id, ended_at, cause };
  return tried(table, [
    vaultOverlays(table, vault, overlaysWith(vault, overlay, milliseconds(ended_at))),
    endedRecord(table, vault, end),
    overlayEvent(table, vault, 'ended', overlay, who),
    ...(overlay.kind === 'flip' ? [endedRow(table, vault, end)] : []),
  ]);
}

/** A follower's own flip begins: 7 writes in one transaction. */
export const startOnFollower = (table: Table, vault: Vault, follower: Follower, overlay: Overlay, who: By): Promise<boolean> =>
  tried(table, [
    rowWith(table, follower, rowFlip(overlay)),
    noOrderSince(table, vault, overlay.starts_at),
    put(table, { ...keys.overlay(vault, overlay.overlay_id), overlay }, true),
    overlayEvent(table, vault, 'started', overlay, who),
    ...flipRows(table, vault, overlay),
  ]);

/** The end of a follower's flip, beside what its row says of it: in the transaction that writes the row. */
export async function endItems(table: Table, follower: Follower, flip: FollowerFlip | undefined, who: By): Promise<Writes> {
  const { ended_at, cause } = flip ?? {};
  if (flip === undefined || ended_at === undefined || cause === undefined) return [];
  const vault = { tenant_id: follower.vault_tenant_id, vault_id: follower.vault_id };
  const overlay = await readOverlay(table, vault, flip.overlay_id);
  if (overlay === undefined) return [];
  const end = { overlay_id: flip.overlay_id, ended_at, cause };
  return [
    noOrderSince(table, vault, ended_at),
    endedRecord(table, vault, end),
    endedRow(table, vault, end),
    overlayEvent(table, vault, 'ended', { ...overlay, ended_at, cause }, who),
  ];
}

/** It ends before its time, and nothing else changes. */
export const endOnFollower = async (table: Table, follower: Follower, flip: FollowerFlip, who: By): Promise<boolean> =>
  tried(table, [rowWith(table, follower, flip), ...(await endItems(table, follower, flip, who))]);
