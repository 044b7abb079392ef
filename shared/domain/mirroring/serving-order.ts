import { Refusal } from '../../kit/refusal.ts';
import type { Follower } from '../followers/follower.ts';
import type { Claim } from './claim.ts';
import { placesInOrder, servingRule, shardsInOrder } from './shuffle.ts';

/** What one shard knows of who was served: its claim, once there is one, and its followers. */
export interface ServedShard {
  readonly shard: number;
  readonly claim: Claim | undefined;
  readonly roster: readonly Pick<Follower, 'follower_id' | 'place'>[];
}

/** A past order's serving order, recomputed from its id; followers are those whose claim says that they were sent to. */
export function servingOrderView(managerOrderId: string, shards: number, served?: ServedShard) {
  return {
    manager_order_id: managerOrderId,
    rule: servingRule,
    shards: shardsInOrder(managerOrderId, shards),
    ...(served === undefined ? {} : { shard: served.shard, ...followersOf(managerOrderId, served) }),
  };
}

function followersOf(managerOrderId: string, { shard, claim, roster }: ServedShard) {
  if (claim === undefined) return {};
  const ids = new Map(roster.map(({ place, follower_id }) => [place, follower_id]));
  const sent = claim.rows.filter((row) => row.fate === 'send').map((row) => row.place);
  const followers = placesInOrder(managerOrderId, shard, sent).flatMap((place) => {
    const follower_id = ids.get(place);
    return follower_id === undefined ? [] : [{ follower_id, place }];
  });
  return { followers };
}

/** The shard that a query asks for; refused when the order has no such shard, as one that was refused has none. */
export function shardAsked(text: string, shards: number): number {
  if (Number(text) < shards) return Number(text);
  const errors = [{ pointer: '/shard', detail: `is not a shard of this order, which went to ${shards}` }];
  throw new Refusal(400, 'validation_failed', 'The query is not valid: see errors.', { errors });
}
