import type { Follower } from '../../domain/followers/follower.ts';
import { stored } from './client.ts';
import { keys } from './keys.ts';

/** A roster item is the follower's row and its keys. */
export function followerOf(item: Record<string, unknown>): Follower {
  const { pk: _pk, sk: _sk, ...follower } = item;
  // Rows of before there was reduce_only have none.
  return stored<Follower>({ reduce_only: false, ...follower });
}

/**
 * As `followerOf`, for the rows of a shard. The SDK gives objects that the engine keeps as hash tables (they grew name by name), whose
 * members take several times as long to read; here all rows have all members, in one order, and are read as fast as can be.
 */
export function rosterRow(item: Record<string, unknown>): Follower {
  const f = stored<Follower>(item);
  return stored<Follower>({
    follower_id: f.follower_id,
    tenant_id: f.tenant_id,
    vault_id: f.vault_id,
    vault_tenant_id: f.vault_tenant_id,
    label: f.label,
    mode: f.mode,
    scale: f.scale,
    scale_basis: f.scale_basis,
    max_pos_usd: f.max_pos_usd,
    symbols: f.symbols,
    kill_switch: f.kill_switch,
    reduce_only: f.reduce_only ?? false,
    allow_short: f.allow_short,
    webhook: f.webhook,
    status: f.status,
    close_only: f.close_only,
    close_only_why: f.close_only_why,
    nav: f.nav,
    joined_seq: f.joined_seq,
    created_at: f.created_at,
    updated_at: f.updated_at,
    shard: f.shard,
    place: f.place,
    ver: f.ver,
    allowed: f.allowed,
    key_version: f.key_version,
    key_rotated_at: f.key_rotated_at,
    lane_in: f.lane_in,
    lane_out: f.lane_out,
    slow: f.slow,
    flip: f.flip,
    moved: f.moved,
    unknown: f.unknown,
    held: f.held,
    child_at: f.child_at,
  } satisfies Record<keyof Follower, unknown>);
}

export const followerItem = (f: Follower) => ({
  ...keys.follower({ tenant_id: f.vault_tenant_id, vault_id: f.vault_id, shard: f.shard }, f.place),
  ...f,
});
