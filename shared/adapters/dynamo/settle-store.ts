import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { unknownName } from '../../domain/mirroring/child.ts';
import type { Settlement } from '../../domain/mirroring/settle.ts';
import { milliseconds } from '../../kit/clock.ts';
import { sha256 } from '../../kit/hash.ts';
import { ulid } from '../../kit/ids.ts';
import { failedConditions, metAnother, type Table } from './client.ts';
import { deadLetterItems, deadLetterKeys } from './dead-letters.ts';
import { keys } from './keys.ts';
import { type Guard, guarded } from './mark-guard.ts';
import { movedBy, shardOf } from './moved.ts';
import { forget, takenBackWrites } from './taken-back.ts';

/** Ends a child's being unknown, once: the child, the follower's sums, the order's count and the audit event together. */
export async function settle(table: Table, s: Settlement, guard: Guard): Promise<boolean> {
  try {
    await table.client.send(
      new TransactWriteCommand({
        TransactItems: [
          childKnown(table, s),
          followerKnows(table, s),
          countDown(table, s),
          audited(table, s),
          ...buried(table, s),
          ...(s.takesBack === undefined ? [] : takenBackWrites(table, s.takesBack, s.at)),
          ...guarded(table, s.child, guard),
        ],
      }),
    );
    return true;
  } catch (error) {
    if (failedConditions(error).length > 0 || metAnother(error)) return false;
    throw error;
  }
}

/** A dead letter that did happen is none any more; one that did not stays, and is unknown no more. */
function buried(table: Table, { child, state, at }: Settlement) {
  if (state !== child.state) return deadLetterKeys(child).map((Key) => ({ Delete: { TableName: table.name, Key } }));
  if (child.state !== 'dead_lettered') return [];
  const how = { unknown: false, at, ...(child.code === undefined ? {} : { code: child.code }) };
  const letters = deadLetterItems(child, { ...how, error: child.last_error ?? '' });
  const before = at === child.updated_at ? [] : deadLetterKeys(child);
  return [
    ...before.map((Key) => ({ Delete: { TableName: table.name, Key } })),
    ...letters.map((Item) => ({ Put: { TableName: table.name, Item } })),
  ];
}

const childKnown = (table: Table, { child, state, at }: Settlement) => ({
  Update: {
    TableName: table.name,
    Key: keys.child(child, child),
    UpdateExpression: `SET #unknown = :no, #state = :state, updated_at = :at${state === child.state ? '' : ' REMOVE #code'}`,
    ConditionExpression: '#unknown = :yes AND #state = :was',
    ExpressionAttributeNames: { '#unknown': 'unknown', '#state': 'state', ...(state === child.state ? {} : { '#code': 'code' }) },
    ExpressionAttributeValues: { ':no': false, ':yes': true, ':state': state, ':was': child.state, ':at': at },
  },
});

function followerKnows(table: Table, { child, follower, moved, takesBack, at }: Settlement) {
  const { remove, names } = forget(takesBack);
  const { set, condition, name, value } = movedBy(follower, child.symbol, moved);
  return {
    Update: {
      TableName: table.name,
      Key: keys.follower(shardOf(child), child.place),
      UpdateExpression: `SET ${set}, child_at = :at REMOVE #unknown.#child${remove.replace(' REMOVE', ',')}`,
      ConditionExpression: `${condition} AND attribute_exists(#unknown.#child)`,
      ExpressionAttributeNames: { ...name, ...names, '#unknown': 'unknown', '#child': unknownName(child) },
      ExpressionAttributeValues: { ...value, ':at': at },
    },
  };
}

/** The order's counts follow: one unknown less, and one child moved from state to state. */
function countDown(table: Table, { child, state }: Settlement) {
  const moves = state !== child.state;
  return {
    Update: {
      TableName: table.name,
      Key: keys.ended(shardOf(child), child),
      UpdateExpression: `ADD #unknown :minus${moves ? ', #from :minus, #to :one' : ''}`,
      ExpressionAttributeNames: { '#unknown': 'unknown', ...(moves ? { '#from': child.state, '#to': state } : {}) },
      ExpressionAttributeValues: { ':minus': -1, ...(moves ? { ':one': 1 } : {}) },
    },
  };
}

const audited = (table: Table, { child, state, moved, by, at }: Settlement) => ({
  Put: {
    TableName: table.name,
    Item: {
      ...keys.audit(child.tenant_id, child.follower_id, at, ulid(milliseconds(at), sha256(`settle/${child.follower_order_id}`))),
      action: 'follower_order.settled',
      by,
      before: { state: child.state, unknown: true },
      after: { follower_order_id: child.follower_order_id, state, moved },
    },
  },
});
