import { sha256Hex, sha256Start } from '../../kit/hash.ts';

/** The rule in words, for whoever recomputes it. */
export const servingRule =
  'Shards ascending by SHA-256 of <manager_order_id>/shards/<shard>; places of a shard ascending by SHA-256 of ' +
  '<manager_order_id>/shard/<shard>/<place>; numbers in decimal, hashes compared byte by byte';

/**
 * The order in which followers are served (SPEC 6.4): places sorted by SHA-256 of `<manager_order_id>/<part>/<item>`.
 * Nobody is always first, and anybody can recompute it with a hash tool (docs/decisions/0015). Who is left out changes
 * nothing between the others.
 */
export function servingOrder(managerOrderId: string, part: string, items: readonly number[]): number[] {
  const sorted = bySureStart(`${managerOrderId}/${part}/`, items);
  if (sorted !== undefined) return sorted;
  return items
    .map((item) => ({ item, key: sha256Hex(`${managerOrderId}/${part}/${item}`) }))
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key) || a.item - b.item))
    .map(({ item }) => item);
}

/** 40 bits of a hash and 13 of a position make one double, exactly. */
const mostItems = 2 ** 13;

/** Sorted by the first 40 bits of the hashes, which numbers do far sooner than texts; undefined when two begin alike, or for very many. */
function bySureStart(prefix: string, items: readonly number[]): number[] | undefined {
  if (items.length > mostItems) return undefined;
  const keys = new Float64Array(items.length);
  for (let at = 0; at < items.length; at += 1) keys[at] = sha256Start(prefix + items[at]) * mostItems + at;
  keys.sort();
  const sorted: number[] = [];
  let before = -1;
  for (const key of keys) {
    const start = Math.floor(key / mostItems);
    if (start === before) return undefined;
    before = start;
    sorted.push(items[key - start * mostItems] as number);
  }
  return sorted;
}

/** A vault's shards, from the one that is rung first. */
export const shardsInOrder = (managerOrderId: string, count: number): number[] =>
  servingOrder(
    managerOrderId,
    'shards',
    Array.from({ length: count }, (_, shard) => shard),
  );

/** Places of a shard, from the one that is sent to first. */
export const placesInOrder = (managerOrderId: string, shard: number, places: readonly number[]): number[] =>
  servingOrder(managerOrderId, `shard/${shard}`, places);
