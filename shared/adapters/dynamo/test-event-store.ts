import type { AuditEvent } from '../../domain/audit/event.ts';
import type { Follower } from '../../domain/followers/follower.ts';
import { milliseconds } from '../../kit/clock.ts';
import { limits } from '../../wiring/limits.ts';
import { type Table, transacted } from './client.ts';
import { keys } from './keys.ts';

/** Counts a test event and records that it is going out, together; false when the follower has had its number for this minute. */
export function countTestEvent(table: Table, follower: Follower, event: AuditEvent): Promise<boolean> {
  const seconds = Math.floor(milliseconds(event.at) / 1000);
  const { tenant_id, entity, at, event_id, ...what } = event;
  const Update = {
    TableName: table.name,
    Key: keys.tests(follower, Math.floor(seconds / 60)),
    UpdateExpression: 'SET #ttl = :ttl ADD sent :one',
    ConditionExpression: 'attribute_not_exists(sent) OR sent < :most',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':ttl': seconds + 3600, ':one': 1, ':most': limits.testEventsPerMinute },
  };
  const Item = { ...keys.audit(tenant_id, entity, at, event_id), ...what };
  return transacted(table, [{ Update }, { Put: { TableName: table.name, Item } }]);
}
