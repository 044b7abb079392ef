import type { ShardKey } from '../../domain/mirroring/claim.ts';
import type { Ask, At } from '../../domain/mirroring/entry.ts';
import type { FlipKey } from '../../domain/overlays/ended.ts';
import type { FlippedFollower, Overlay } from '../../domain/overlays/overlay.ts';
import { type RevertPorts, revertingOverlays } from '../../domain/overlays/revert.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import { askItems, doneItem, goneRows, lineEnds } from './ask-store.ts';
import { type Table, transacted } from './client.ts';
import { overlayEvent, put, tried, type Writes, withoutFlipRows } from './flip-items.ts';
import { vaultOverlays } from './flip-store.ts';
import { keys, partitions, prefixes, shardsPerProgressItem, type VaultKey } from './keys.ts';
import { getItem, readVault } from './lookups.ts';
import { readOverlay } from './overlay-store.ts';
import { queryAll, withPrefix } from './query-all.ts';

const byFlip = { by: 'platform' } as const;
/** Shards that are asked at once. */
const askedAtOnce = 16;

/** What asks for the revert of flips that are over. */
export const revertStore = (
  table: Table,
): Pick<RevertPorts, 'overlay' | 'vault' | 'askFollower' | 'stopPinning' | 'askShards' | 'done'> => ({
  overlay: (flip) => readOverlay(table, flip, flip.overlay_id),
  vault: (flip) => readVault(table, flip),
  askFollower: (flip, follower, asked) => askFollower(table, flip, follower, asked),
  stopPinning: (vault, flip) => stopPinning(table, vault, flip),
  askShards: (flip, shards, ask) => askShards(table, flip, shards, ask),
  done: (flip) => shardsDone(table, flip),
});

const asked = (table: Table, shard: ShardKey, ask: Ask): Writes => {
  const [todo = {}, ...open] = askItems(shard, ask);
  return [put(table, todo, true), ...open.map((row) => put(table, row))];
};

/** Asked before, or reverted meanwhile, it stays as it is. */
async function askFollower(
  table: Table,
  flip: FlipKey,
  { shard, place }: FlippedFollower,
  { ask, last_seq }: { ask: Ask; last_seq: number },
): Promise<void> {
  const key = { tenant_id: flip.tenant_id, vault_id: flip.vault_id, shard };
  const row = {
    Update: {
      TableName: table.name,
      Key: keys.follower(key, place),
      UpdateExpression: 'SET #flip.last_seq = :seq, ver = ver + :one',
      ConditionExpression: '#flip.overlay_id = :flip AND attribute_not_exists(#flip.last_seq)',
      ExpressionAttributeNames: { '#flip': 'flip' },
      ExpressionAttributeValues: { ':seq': last_seq, ':one': 1, ':flip': flip.overlay_id },
    },
  };
  await transacted(table, [row, ...asked(table, key, ask)]);
}

const stopPinning = (table: Table, vault: Vault, flip: FlipKey): Promise<boolean> =>
  tried(table, [
    vaultOverlays(table, vault, revertingOverlays(vault, flip)),
    {
      Update: {
        TableName: table.name,
        Key: keys.overlay(vault, flip.overlay_id),
        UpdateExpression: 'SET #overlay.#shards = :shards',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#overlay.#shards)',
        ExpressionAttributeNames: { '#overlay': 'overlay', '#shards': 'shards' },
        ExpressionAttributeValues: { ':shards': vault.shards },
      },
    },
  ]);

async function askShards(table: Table, flip: FlipKey, shards: readonly number[], ask: Ask): Promise<void> {
  const { tenant_id, vault_id } = flip;
  for (let i = 0; i < shards.length; i += askedAtOnce) {
    const some = shards.slice(i, i + askedAtOnce).map((shard) => ({ tenant_id, vault_id, shard }));
    await Promise.all(some.map((key) => transacted(table, asked(table, key, ask))));
  }
}

async function shardsDone(table: Table, flip: FlipKey): Promise<Set<number>> {
  const blocks = await queryAll(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': partitions.reverted(flip, flip.overlay_id) },
  });
  return new Set(blocks.flatMap((b) => [...((b['done'] as Set<number> | undefined) ?? [])]));
}

/**
 * The end of a revert in one shard, while its line ends where it was read: a cancel that came behind it may have brought the extra back.
 * Of a follower's flip that is all of it. Of a vault-wide one the ask stays until the last shard has recorded it, so that whoever
 * comes after a death does.
 */
export async function endRevert(table: Table, key: ShardKey, ask: Ask, at: string, after: At): Promise<void> {
  const flip = { tenant_id: key.tenant_id, vault_id: key.vault_id, overlay_id: ask.overlay_id ?? '' };
  const overlay = await readOverlay(table, flip, flip.overlay_id);
  const gone = goneRows(table, key, ask);
  const ends = [put(table, doneItem(key, ask, at), true), lineEnds(table, key, after), oneMore(table, key)];
  if (overlay?.follower !== undefined && overlay.reverted_at === undefined) {
    const record = [...reverted(table, flip, overlay, at), rowWithout(table, key, overlay.follower, flip.overlay_id)];
    if (await transacted(table, [...ends, ...gone, ...record])) return;
  }
  const all = overlay?.follower === undefined ? [...ends, addDone(table, key, flip)] : ends;
  if (!(await transacted(table, all)) && (await getItem(table, keys.done(key, ask.cause))) === undefined) return;
  if (overlay?.shards !== undefined && (await shardsDone(table, flip)).size >= overlay.shards) await finishFlip(table, flip, at);
  await transacted(table, gone);
}

/** What a cancel was folded again by holds no more. */
const oneMore = (table: Table, key: ShardKey): Writes[number] => ({
  Update: {
    TableName: table.name,
    Key: keys.reverts(key),
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': 1 },
  },
});

const rowWithout = (table: Table, key: ShardKey, { place }: FlippedFollower, overlayId: string): Writes[number] => ({
  Update: {
    TableName: table.name,
    Key: keys.follower(key, place),
    UpdateExpression: 'SET ver = ver + :one REMOVE #flip',
    ConditionExpression: '#flip.overlay_id = :flip',
    ExpressionAttributeNames: { '#flip': 'flip' },
    ExpressionAttributeValues: { ':one': 1, ':flip': overlayId },
  },
});

/** Adds the shard to those that have reverted a vault-wide flip. */
const addDone = (table: Table, key: ShardKey, flip: FlipKey): Writes[number] => ({
  Update: {
    TableName: table.name,
    Key: keys.reverted(flip, flip.overlay_id, Math.floor(key.shard / shardsPerProgressItem)),
    UpdateExpression: 'ADD done :shard',
    ExpressionAttributeValues: { ':shard': new Set([key.shard]) },
  },
});

/** The record that a flip is reverted, once; nothing finds it any more. */
const reverted = (table: Table, vault: VaultKey, overlay: Overlay, at: string): Writes => [
  {
    Update: {
      TableName: table.name,
      Key: keys.overlay(vault, overlay.overlay_id),
      UpdateExpression: 'SET #overlay.#at = :at',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#overlay.#at)',
      ExpressionAttributeNames: { '#overlay': 'overlay', '#at': 'reverted_at' },
      ExpressionAttributeValues: { ':at': at },
    },
  },
  overlayEvent(table, vault, 'reverted', { ...overlay, reverted_at: at }, byFlip),
  ...withoutFlipRows(table, vault, overlay),
];

const finishTries = 40;

/** All shards have reverted a vault-wide flip: recorded once, whoever says it. */
export async function finishFlip(table: Table, flip: FlipKey, at: string): Promise<void> {
  for (let attempt = 1; attempt <= finishTries; attempt += 1) {
    const [vault, overlay] = await Promise.all([readVault(table, flip), readOverlay(table, flip, flip.overlay_id)]);
    if (vault === undefined || overlay === undefined || overlay.reverted_at !== undefined) return;
    const others = (vault.overlays ?? []).filter((o) => o.overlay_id !== flip.overlay_id);
    if (await tried(table, [vaultOverlays(table, vault, others), ...reverted(table, flip, overlay, at)])) return;
  }
  throw new Error(`vault ${flip.vault_id} was written by others ${finishTries} times in a row`);
}

/** The vault's flips whose revert is not done. */
export async function readLiveFlips(table: Table, vault: VaultKey): Promise<Overlay[]> {
  const rows = await queryAll(table, withPrefix(partitions.vault(vault), prefixes.liveFlip));
  const overlays = await Promise.all(rows.map((row) => readOverlay(table, vault, row['overlay_id'] as string)));
  return overlays.filter((overlay) => overlay !== undefined);
}
