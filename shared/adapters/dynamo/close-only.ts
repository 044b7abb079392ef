import type { AuditEvent } from '../../domain/audit/event.ts';
import type { Follower } from '../../domain/followers/follower.ts';
import { type Table, transacted } from './client.ts';
import { keys } from './keys.ts';
import { shardOf } from './moved.ts';

/** Who changed it and why; whose follower it is, its row says. */
export type CloseOnlyEvent = Omit<AuditEvent, 'tenant_id' | 'entity' | 'action' | 'before' | 'after'>;

/**
 * Says whether a follower may only reduce (SPEC 6.2), with its audit event. True when that is so afterwards, also when it was so
 * before: then nothing is written. False when the follower changed since it was read: read it again.
 */
export async function setCloseOnly(
  table: Table,
  follower: Follower,
  closeOnly: boolean,
  event: CloseOnlyEvent,
): Promise<boolean> {
  if (follower.close_only === closeOnly) return true;
  const { at, event_id, ...who } = event;
  const Update = {
    TableName: table.name,
    Key: keys.follower(shardOf(follower), follower.place),
    UpdateExpression: 'SET close_only = :closeOnly, updated_at = :at, ver = :next',
    ConditionExpression: 'ver = :read',
    ExpressionAttributeValues: { ':closeOnly': closeOnly, ':at': at, ':next': follower.ver + 1, ':read': follower.ver },
  };
  const Item = {
    ...keys.audit(follower.tenant_id, follower.follower_id, at, event_id),
    action: closeOnly ? 'follower.close_only' : 'follower.reopened',
    ...who,
    before: { close_only: follower.close_only },
    after: { close_only: closeOnly },
  };
  return transacted(table, [{ Update }, { Put: { TableName: table.name, Item } }]);
}
