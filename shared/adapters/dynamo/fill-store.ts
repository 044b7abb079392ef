import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Follower } from '../../domain/followers/follower.ts';
import { unknownName } from '../../domain/mirroring/child.ts';
import type { Counted, Reported } from '../../domain/mirroring/fill.ts';
import { heldAfter, heldByFills } from '../../domain/mirroring/held.ts';
import { tradeTime } from '../../domain/mirroring/trades.ts';
import { decimal, format, subtract } from '../../kit/decimal.ts';
import { childItem } from './child-item.ts';
import { failedConditions, metAnother, type Table } from './client.ts';
import { deadLetterKeys } from './dead-letters.ts';
import { keys } from './keys.ts';
import { getItem } from './lookups.ts';
import { type Guard, guarded } from './mark-guard.ts';
import { movedBy, shardOf } from './moved.ts';
import { forget, takenBackWrites } from './taken-back.ts';
import { readTrades } from './trade-reads.ts';

/** The report that was counted under an id of the follower's. */
export const countedFill = async (table: Table, follower: Follower, fillId: string): Promise<Counted | undefined> =>
  (await getItem(table, keys.fill(follower, fillId))) as Counted | undefined;

/** A report, once: the fill, its child's row, the follower's sums and the order's counts in one transaction. */
export async function saveFill(table: Table, r: Reported, hadRow: boolean, guard: Guard): Promise<boolean> {
  const { child, fill, at } = r;
  const fillItem = {
    ...keys.fill(r.follower, fill.fill_id),
    ...fill,
    follower_order_id: child.follower_order_id,
    reported_at: at,
  };
  const TransactItems = [
    { Put: { TableName: table.name, Item: fillItem, ConditionExpression: 'attribute_not_exists(pk)' } },
    putChild(table, r, hadRow),
    await moveFollower(table, r),
    ...tradeOf(table, r),
    ...moveCount(table, r),
    ...(r.next.state === child.state ? [] : deadLetterKeys(child).map((Key) => ({ Delete: { TableName: table.name, Key } }))),
    ...(r.takesBack === undefined ? [] : takenBackWrites(table, r.takesBack, at)),
    ...guarded(table, child, guard),
  ];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems }));
    return true;
  } catch (error) {
    if (failedConditions(error).length > 0 || metAnother(error)) return false;
    throw error;
  }
}

/** Signed: what a report adds to what was filled of its child. */
const tradedBy = ({ child, next }: Reported): string =>
  format(subtract(decimal(next.filled ?? '0'), decimal(child.filled ?? '0')));

/** What was traded, where positions read it: by symbol, in the order of its own time, whenever it was told. */
function tradeOf(table: Table, reported: Reported) {
  const { child, follower, fill } = reported;
  const qty = tradedBy(reported);
  if (qty === '0') return [];
  const { symbol, follower_order_id } = child;
  const key = keys.trade(follower, symbol, { at: tradeTime(fill.ts), fillId: fill.fill_id });
  return [
    {
      Put: {
        TableName: table.name,
        Item: { ...key, fill_id: fill.fill_id, follower_order_id, qty, price: fill.price, ts: fill.ts },
      },
    },
  ];
}

/** A child that its shard served gets a row of its own with its first report; another's must be as it was read. */
const putChild = (table: Table, { child, next }: Reported, hadRow: boolean) => ({
  Put: {
    TableName: table.name,
    Item: childItem(next, false),
    ConditionExpression: hadRow
      ? '#state = :state AND updated_at = :updated AND attribute_not_exists(#open)'
      : 'attribute_not_exists(pk)',
    ...(hadRow
      ? {
          ExpressionAttributeNames: { '#state': 'state', '#open': 'open' },
          ExpressionAttributeValues: { ':state': child.state, ':updated': child.updated_at },
        }
      : {}),
  },
});

async function moveFollower(table: Table, reported: Reported) {
  const { child, next, follower, moved, takesBack, at } = reported;
  const { remove, names } = forget(takesBack);
  const held = await holds(table, reported);
  const { set, condition, name, value } = movedBy(follower, child.symbol, moved);
  const known = child.unknown && !next.unknown;
  return {
    Update: {
      TableName: table.name,
      Key: keys.follower(shardOf(child), child.place),
      UpdateExpression: `SET ${set}, child_at = :at, ${held.set}${known ? ' REMOVE #unknown.#child' : ''}${remove.replace(' REMOVE', ',')}`,
      ConditionExpression: `${condition} AND ${held.condition}`,
      ExpressionAttributeNames: { ...name, ...names, ...(known ? { '#unknown': 'unknown', '#child': unknownName(child) } : {}) },
      ExpressionAttributeValues: { ...value, ...held.values, ':at': at },
    },
  };
}

/** What the account holds after a report, on condition of what was read; the map of all symbols comes with the first one. */
async function holds(table: Table, reported: Reported) {
  const { follower, fill, child } = reported;
  const { held } = follower;
  const before = held?.[child.symbol];
  const known = before ?? heldByFills(await readTrades(table, follower, child.symbol));
  const after = heldAfter(known, { qty: tradedBy(reported), ts: fill.ts });
  if (held === undefined) {
    return { set: 'held = :held', condition: 'attribute_not_exists(held)', values: { ':held': { [child.symbol]: after } } };
  }
  const condition = before === undefined ? 'attribute_not_exists(held.#symbol)' : 'held.#symbol = :before';
  return {
    set: 'held.#symbol = :held',
    condition,
    values: { ':held': after, ...(before === undefined ? {} : { ':before': before }) },
  };
}

function moveCount(table: Table, { child, next }: Reported) {
  const known = child.unknown && !next.unknown;
  const moves = child.state !== next.state;
  if (!known && !moves) return [];
  const adds = [...(known ? ['#unknown :minus'] : []), ...(moves ? ['#from :minus', '#to :one'] : [])];
  return [
    {
      Update: {
        TableName: table.name,
        Key: keys.ended(shardOf(child), child),
        UpdateExpression: `ADD ${adds.join(', ')}`,
        ExpressionAttributeNames: {
          ...(known ? { '#unknown': 'unknown' } : {}),
          ...(moves ? { '#from': child.state, '#to': next.state } : {}),
        },
        ExpressionAttributeValues: { ':minus': -1, ...(moves ? { ':one': 1 } : {}) },
      },
    },
  ];
}
