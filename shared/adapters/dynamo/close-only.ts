import type { Place } from '../../domain/entitlements/places.ts';
import type { Follower } from '../../domain/followers/follower.ts';
import { milliseconds } from '../../kit/clock.ts';
import { ulidFromCause } from '../../kit/ids.ts';
import { type Table, transacted } from './client.ts';
import { keys } from './keys.ts';
import { shardOf } from './moved.ts';

/**
 * Writes what its tenant's plan and status make of a follower (SPEC 5 and 6.2), with its audit event. False when the follower
 * changed since it was read: read it again.
 */
export async function putPlace(table: Table, follower: Follower, { why, allowed }: Place, at: string): Promise<boolean> {
  const closes = why !== undefined;
  const Update = {
    TableName: table.name,
    Key: keys.follower(shardOf(follower), follower.place),
    UpdateExpression: `SET close_only = :closes, allowed = :allowed, updated_at = :at, ver = :next${
      closes ? ', close_only_why = :why' : ' REMOVE close_only_why'
    }`,
    ConditionExpression: 'ver = :read',
    ExpressionAttributeValues: {
      ':closes': closes,
      ':allowed': allowed,
      ':at': at,
      ':next': follower.ver + 1,
      ':read': follower.ver,
      ...(closes ? { ':why': why } : {}),
    },
  };
  const Item = {
    ...keys.audit(follower.tenant_id, follower.follower_id, at, eventIdOf(follower, at)),
    action: actionOf(follower, closes),
    by: 'platform',
    ...(closes ? { why } : {}),
    before: standing(follower),
    after: { close_only: closes, ...(closes ? { close_only_why: why } : {}), allowed },
  };
  return transacted(table, [{ Update }, { Put: { TableName: table.name, Item } }]);
}

/** A version of a follower is followed by one other: so is its event. */
const eventIdOf = ({ follower_id, ver }: Follower, at: string): string =>
  ulidFromCause(milliseconds(at), `place ${follower_id} ${ver}`);

function actionOf({ close_only }: Follower, closes: boolean): string {
  if (close_only === closes) return 'follower.entitlements';
  return closes ? 'follower.close_only' : 'follower.reopened';
}

const standing = ({ close_only, close_only_why, allowed }: Follower) => ({
  close_only,
  ...(close_only_why === undefined ? {} : { close_only_why }),
  ...(allowed === undefined ? {} : { allowed }),
});
