import type { Follower, FollowerNav } from '../../domain/followers/follower.ts';
import { type Table, transacted } from './client.ts';
import { keys } from './keys.ts';
import { getItem } from './lookups.ts';
import { shardOf } from './moved.ts';

/** The snapshot of a time that was recorded. */
export const followerNavAt = async (table: Table, follower: Follower, ts: string): Promise<FollowerNav | undefined> =>
  (await getItem(table, keys.followerNav(follower, ts)))?.['snapshot'] as FollowerNav | undefined;

interface By {
  readonly by: string;
  readonly request_id: string;
  readonly event_id: string;
}

/** A snapshot with its audit event and, where it is the latest, on the follower's row; false when somebody was there first. */
export function saveFollowerNav(
  table: Table,
  before: Follower,
  snapshot: FollowerNav,
  { next, by }: { next: Follower | undefined; by: By },
): Promise<boolean> {
  const TableName = table.name;
  const { event_id, ...who } = by;
  const Item = { ...keys.followerNav(before, snapshot.ts), snapshot };
  const event = {
    ...keys.audit(before.tenant_id, before.follower_id, snapshot.recorded_at, event_id),
    action: 'follower.nav_recorded',
    ...who,
    after: snapshot,
  };
  return transacted(table, [
    { Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' } },
    { Put: { TableName, Item: event } },
    ...(next === undefined ? [] : [{ Update: latest(TableName, before, next) }]),
  ]);
}

const latest = (TableName: string, before: Follower, next: Follower) => ({
  TableName,
  Key: keys.follower(shardOf(next), next.place),
  UpdateExpression: 'SET nav = :nav, updated_at = :at, ver = :ver',
  ConditionExpression: 'ver = :read',
  ExpressionAttributeValues: { ':nav': next.nav, ':at': next.updated_at, ':ver': next.ver, ':read': before.ver },
});
