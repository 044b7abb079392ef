import { limits } from '../../wiring/limits.ts';
import type { Bell } from './bell.ts';
import { shardsInOrder } from './shuffle.ts';

/** What is rung for: whatever a bell carries. */
type Rung = NonNullable<Bell['entry']>;

/**
 * A node of the tree (docs/decisions/0014): rings up to a hundred shards for whoever rang it. A doorbell like any other:
 * lost, doubled or late it changes nothing, because sweep rings the shards of OPEN rows.
 */
export interface ShardNode {
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly seq: number;
  /** In the order in which they are rung. */
  readonly shards: readonly number[];
  readonly entry: Rung;
}

/** What an accepted entry rings: its shards, or for a large vault the nodes that ring them. One of the two is empty. */
export interface Rings {
  readonly bells: readonly Bell[];
  readonly nodes: readonly ShardNode[];
}

/** Every shard once, in the order that the manager order's id draws (SPEC 6.4), cut into nodes where they are many. */
export function ringsOf(entry: Rung): Rings {
  const shards = shardsInOrder(entry.manager_order_id, entry.pinned.shards);
  const { tenant_id, vault_id, seq } = entry;
  const whole: ShardNode = { tenant_id, vault_id, seq, shards, entry };
  if (shards.length <= limits.shardsRungDirectly) return { bells: bellsOf(whole), nodes: [] };
  const count = Math.ceil(shards.length / limits.shardsPerNode);
  const cut = (i: number) => shards.slice(i * limits.shardsPerNode, (i + 1) * limits.shardsPerNode);
  return { bells: [], nodes: Array.from({ length: count }, (_, i) => ({ ...whole, shards: cut(i) })) };
}

/** The rings of a node's shards, in its order. */
export function bellsOf({ tenant_id, vault_id, seq, shards, entry }: ShardNode): Bell[] {
  return shards.map((shard) => ({ tenant_id, vault_id, shard, seq, entry }));
}
