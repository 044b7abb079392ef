import type { Follower } from '../../domain/followers/follower.ts';
import { stored } from './client.ts';
import { keys } from './keys.ts';

/** A roster item is the follower's row and its keys. */
export function followerOf(item: Record<string, unknown>): Follower {
  const { pk: _pk, sk: _sk, ...follower } = item;
  // Rows of before there was reduce_only have none.
  return stored<Follower>({ reduce_only: false, ...follower });
}

export const followerItem = (f: Follower) => ({
  ...keys.follower({ tenant_id: f.vault_tenant_id, vault_id: f.vault_id, shard: f.shard }, f.place),
  ...f,
});
