import type { Follower } from '../../domain/followers/follower.ts';
import type { Made } from '../../domain/followers/rotate.ts';
import { type Table, transacted } from './client.ts';
import { keys } from './keys.ts';
import { getItem } from './lookups.ts';
import { shardOf } from './moved.ts';
import { requestMark } from './request-mark.ts';

/** The version of the key that a request made already. */
export async function rotationMade(table: Table, follower: Follower, seed: string): Promise<Made | undefined> {
  return (await getItem(table, keys.rotated(follower, seed)))?.['made'] as Made | undefined;
}

/** Who asked, for the audit trail. */
interface By {
  readonly by: string;
  readonly request_id: string;
  readonly seed: string;
}

/** The key's version, its audit event and the request's mark, if the follower is as it was read: before it was asked for the mark. */
export function saveRotation(table: Table, next: Follower, before: Follower, { by, request_id, seed }: By): Promise<boolean> {
  const { key_version: version, key_rotated_at, updated_at, ver } = next;
  const Update = {
    TableName: table.name,
    Key: keys.follower(shardOf(next), next.place),
    UpdateExpression: 'SET key_version = :version, key_rotated_at = :rotated, updated_at = :at, ver = :ver',
    ConditionExpression: 'ver = :read',
    ExpressionAttributeValues: {
      ':version': version,
      ':rotated': key_rotated_at,
      ':at': updated_at,
      ':ver': ver,
      ':read': before.ver,
    },
  };
  const event = {
    ...keys.audit(next.tenant_id, next.follower_id, updated_at, seed),
    action: 'follower.key_rotated',
    by,
    request_id,
    before: { key_version: before.key_version },
    after: { key_version: version, key_rotated_at },
  };
  const mark = requestMark(keys.rotated(next, seed), updated_at, { made: { version, at: updated_at } });
  return transacted(table, [
    { Update },
    { Put: { TableName: table.name, Item: event } },
    { Put: { TableName: table.name, Item: mark } },
  ]);
}
