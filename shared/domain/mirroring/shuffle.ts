import { sha256 } from '../../kit/hash.ts';

/**
 * The order in which followers are served (SPEC 6.4): places sorted by SHA-256 of `<manager_order_id>/<part>/<item>`.
 * Nobody is always first, and anybody can recompute it with a hash tool.
 */
export function servingOrder(managerOrderId: string, part: string, items: readonly number[]): number[] {
  return items
    .map((item) => ({ item, key: sha256(`${managerOrderId}/${part}/${item}`) }))
    .sort((a, b) => a.key.compare(b.key) || a.item - b.item)
    .map(({ item }) => item);
}
