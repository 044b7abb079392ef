import type { Follower } from '../../domain/followers/follower.ts';
import type { Reported } from '../../domain/followers/position-report.ts';
import { type Table, transacted } from './client.ts';
import { keys } from './keys.ts';
import { shardOf } from './moved.ts';

interface By {
  readonly by: string;
  readonly request_id: string;
  readonly event_id: string;
  readonly at: string;
}

/** What a follower's account holds, with its audit event, if that is as it was read. */
export function saveHeld(
  table: Table,
  follower: Follower,
  held: Readonly<Record<string, string>>,
  { reported, by: { event_id, at, ...who } }: { reported: Reported; by: By },
): Promise<boolean> {
  const { tenant_id, follower_id, place } = follower;
  const before = follower.held;
  const Update = {
    TableName: table.name,
    Key: keys.follower(shardOf(follower), place),
    UpdateExpression: 'SET held = :held',
    ConditionExpression: before === undefined ? 'attribute_exists(pk) AND attribute_not_exists(held)' : 'held = :before',
    ExpressionAttributeValues: { ':held': held, ...(before === undefined ? {} : { ':before': before }) },
  };
  const Item = {
    ...keys.audit(tenant_id, follower_id, at, event_id),
    action: 'follower.positions_reported',
    ...who,
    after: reported,
  };
  return transacted(table, [{ Update }, { Put: { TableName: table.name, Item } }]);
}
