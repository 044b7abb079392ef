import type { Follower } from '../../domain/followers/follower.ts';
import type { ChildKey } from '../../domain/mirroring/child.ts';
import { add, decimal, format } from '../../kit/decimal.ts';

/** The shard that a child's follower stands in. */
export const shardOf = (k: Pick<ChildKey, 'vault_tenant_id' | 'vault_id' | 'shard'>) => ({
  tenant_id: k.vault_tenant_id,
  vault_id: k.vault_id,
  shard: k.shard,
});

/** Adds to what was moved outside the shard; holds only while that is as it was read, so that nothing is added twice. */
export function movedBy(follower: Pick<Follower, 'moved'>, symbol: string, qty: string) {
  const old = follower.moved[symbol];
  const next = format(add(decimal(old ?? '0'), decimal(qty)));
  return {
    set: 'moved.#symbol = :moved',
    condition: old === undefined ? 'attribute_not_exists(moved.#symbol)' : 'moved.#symbol = :old',
    name: { '#symbol': symbol },
    value: { ':moved': next, ...(old === undefined ? {} : { ':old': old }) },
  };
}
