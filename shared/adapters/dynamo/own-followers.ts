import type { Follower, FollowerAddress } from '../../domain/followers/follower.ts';
import { batchGet } from './batch-get.ts';
import { stored, type Table } from './client.ts';
import { followerOf } from './follower-item.ts';
import { keys, partitions, prefixes } from './keys.ts';
import { shardOf } from './moved.ts';
import { isText, type Page, type PageRequest, pageOf, queryRange, readCursor } from './pages.ts';

/** A follower among those of its tenant: where its row stands. `left_at` says that it has begun to leave. */
export const ownFollowerItem = (follower: FollowerAddress, leftAt?: string) => {
  const { follower_id, tenant_id, vault_tenant_id, vault_id, shard, place } = follower;
  const address = { follower_id, tenant_id, vault_tenant_id, vault_id, shard, place };
  return { ...keys.ownFollower(follower), ...address, ...(leftAt === undefined ? {} : { left_at: leftAt }) };
};

export interface OwnFollowersRequest extends PageRequest {
  /** Those on one vault alone. */
  readonly vaultId?: string | undefined;
  /** The newest first, unless this says otherwise. */
  readonly oldestFirst?: boolean;
}

/** A tenant's followers, on whosever vaults, the newest first (an id begins with its time); those that left too. */
export async function listFollowersOfTenant(
  table: Table,
  tenantId: string,
  { limit, cursor, vaultId, oldestFirst = false }: OwnFollowersRequest,
): Promise<Page<Follower>> {
  const after = cursor === undefined ? undefined : readCursor(cursor, isText);
  const query = { pk: partitions.tenant(tenantId), prefix: prefixes.ownFollower, after, limit, newestFirst: !oldestFirst };
  const only = vaultId === undefined ? {} : { only: { name: 'vault_id', value: vaultId } };
  const { items, next_cursor } = pageOf(await queryRange(table, { ...query, ...only }), limit, (item) =>
    stored<FollowerAddress>(item),
  );
  // Their vault need not be public any more: its tenant's own list names both parties of a follower there.
  if (vaultId !== undefined && items[0] !== undefined) table.cross?.({ to: 'follower', ...items[0] });
  const rows = await batchGet(
    table,
    items.map((address) => keys.follower(shardOf(address), address.place)),
  );
  const followers = new Map(rows.map(followerOf).map((follower) => [follower.follower_id, follower]));
  return { items: items.flatMap(({ follower_id }) => followers.get(follower_id) ?? []), next_cursor };
}
