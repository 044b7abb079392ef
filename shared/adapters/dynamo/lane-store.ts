import { QueryCommand, TransactWriteCommand, type TransactWriteCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Follower } from '../../domain/followers/follower.ts';
import { type Child, type ChildKey, laneEnded, unknownName } from '../../domain/mirroring/child.ts';
import { lineNumber, placeOf } from '../../domain/mirroring/entry.ts';
import type { Ending, LaneStore, LaneView, SizedFrom } from '../../domain/mirroring/lane.ts';
import { childOf, packedRow } from './child-item.ts';
import { readChild } from './child-reads.ts';
import { failedConditions, heldAgain, metAnother, type Table, transacted } from './client.ts';
import { deadLetterItems } from './dead-letters.ts';
import { followerOf } from './follower-item.ts';
import { keys, partitions } from './keys.ts';
import { readLedger, readLineEntry } from './line-reads.ts';
import { getItem } from './lookups.ts';
import { movedBy, shardOf } from './moved.ts';
import { askAgain } from './resend-store.ts';
import { forget, takenBackWrites } from './taken-back.ts';

/** A follower's retry lane in the table. Per attempt: four to six reads, two writes. */
export function laneStore(table: Table): LaneStore {
  return {
    head: (key) => head(table, key),
    entry: (key) => readLineEntry(table, key),
    canceledChild: (child, cancel) => readChild(table, child, { seq: cancel.cancels.seq }),
    shardTold: async (child) => (await readLedger(table, shardOf(child), child.symbol)).rows.get(child.place)?.told ?? '0',
    begin: (child, next) => begin(table, child, next),
    retry: (child, next) => scheduleRetry(table, child, next),
    end: (ending) => end(table, ending),
    askAgain: async (child, at) => {
      const item = await getItem(table, keys.follower(shardOf(child), child.place));
      if (item !== undefined) await askAgain(table, followerOf(item), at);
    },
  };
}

async function head(table: Table, key: ChildKey): Promise<LaneView | undefined> {
  const [item, vault] = await Promise.all([
    getItem(table, keys.follower(shardOf(key), key.place)),
    getItem(table, keys.vault(shardOf(key))),
  ]);
  if (item === undefined || vault === undefined) return undefined;
  const follower = followerOf(item);
  const child = follower.lane_in > follower.lane_out ? await firstOpen(table, follower) : undefined;
  // The vault's item as vault-store.ts writes it; only these are read of it.
  const switched = vault as unknown as LaneView['vault'] & { canceled_to?: number };
  if (child === undefined) return { follower, vault: switched };
  return { follower, vault: switched, child, canceled: await isCanceled(table, child, switched.canceled_to ?? 0) };
}

/** Whether a child's order was canceled; asked for only where an order as old or newer was. */
async function isCanceled(table: Table, child: Child, canceledTo: number): Promise<boolean> {
  if (child.kind !== undefined || child.seq > canceledTo) return false;
  return (await getItem(table, keys.canceled(shardOf(child), child.seq))) !== undefined;
}

/** Between the lane's ends every child that has not ended is the lane's; the first one is whose turn it is. */
async function firstOpen(table: Table, follower: Follower): Promise<Child | undefined> {
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': partitions.follower(follower),
          ':from': keys.child(follower, placeOf(follower.lane_out)).sk,
          ':to': keys.child(follower, placeOf(follower.lane_in)).sk,
        },
        ConsistentRead: true,
        Limit: 10,
        ExclusiveStartKey: start,
      }),
    );
    const open = (page.Items ?? []).map(childOf).find((child) => !laneEnded.has(child.state));
    if (open !== undefined) return open;
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return undefined;
}

/** As a transaction, which carries a token: asked for twice after a lost reply it is still ours, and not somebody else's attempt. */
async function begin(table: Table, child: Child, next: Parameters<LaneStore['begin']>[1]): Promise<boolean> {
  const Update = {
    TableName: table.name,
    Key: keys.child(child, child),
    UpdateExpression:
      'SET attempts = :next, #state = :sent, #unknown = :unknown, #plan = :plan, attempt_until = :until, updated_at = :at',
    ConditionExpression: 'attempts = :attempts AND attribute_exists(#open)',
    ExpressionAttributeNames: { '#state': 'state', '#unknown': 'unknown', '#plan': 'plan', '#open': 'open' },
    ExpressionAttributeValues: {
      ':next': child.attempts + 1,
      ':attempts': child.attempts,
      ':sent': 'sent',
      ':unknown': child.unknown,
      ':plan': packedRow(next.row),
      ':until': next.attempt_until,
      ':at': next.at,
    },
  };
  return transacted(table, [{ Update }, ...sizedStill(table, child, next.sizedFrom)]);
}

/** Holds while the follower is as a waiting child was sized from it: no other ended in its lane, and nothing moved its told. */
function sizedStill(table: Table, child: Child, sizedFrom: SizedFrom | undefined): Writes {
  if (sizedFrom === undefined) return [];
  const { condition, names, values } = unmoved(child.symbol, sizedFrom);
  return [
    {
      ConditionCheck: {
        TableName: table.name,
        Key: keys.follower(shardOf(child), child.place),
        ConditionExpression: condition,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      },
    },
  ];
}

function unmoved(symbol: string, { lane_out, moved }: SizedFrom) {
  const was = moved[symbol];
  return {
    condition: `lane_out = :out AND ${was === undefined ? 'attribute_not_exists(moved.#moved)' : 'moved.#moved = :was'}`,
    names: { '#moved': symbol },
    values: { ':out': lane_out, ...(was === undefined ? {} : { ':was': was }) },
  };
}

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

async function scheduleRetry(table: Table, child: Child, next: Parameters<LaneStore['retry']>[1]): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: table.name,
    Key: keys.child(child, child),
    UpdateExpression: 'SET #state = :retry, due_at = :due, #unknown = :unknown, last_error = :error, updated_at = :at',
    ConditionExpression: 'attempts = :attempts AND attribute_exists(#open)',
    ExpressionAttributeNames: { '#state': 'state', '#unknown': 'unknown', '#open': 'open' },
    ExpressionAttributeValues: {
      ':retry': 'retry',
      ':due': next.due_at,
      ':unknown': next.unknown,
      ':error': next.error,
      ':at': next.at,
      ':attempts': child.attempts,
    },
  });
  return heldAgain(() => table.client.send(update));
}

/** How often an ending is tried again with the follower's row as it then is: settling moves it too. */
const endTries = 5;

/** It was sized from what is no more: whoever works the lane sizes it again. */
const isStale = ({ child, sizedFrom }: Ending, { lane_out, moved }: Follower): boolean =>
  sizedFrom !== undefined && (sizedFrom.lane_out !== lane_out || sizedFrom.moved[child.symbol] !== moved[child.symbol]);

async function end(table: Table, ending: Ending): Promise<boolean> {
  const { child } = ending;
  for (let attempt = 1; attempt <= endTries; attempt += 1) {
    const item = await getItem(table, keys.follower(shardOf(child), child.place));
    if (item === undefined) throw new Error(`follower ${child.follower_id} has no row`);
    const follower = followerOf(item);
    if (isStale(ending, follower)) return false;
    const TransactItems = [endChild(table, ending), endInFollower(table, ending, follower), countEnd(table, ending)];
    const dead =
      ending.state === 'dead_lettered'
        ? deadLetterItems(child, ending).map((Item) => ({ Put: { TableName: table.name, Item } }))
        : [];
    const back = ending.takesBack === undefined ? [] : takenBackWrites(table, ending.takesBack, ending.at);
    try {
      await table.client.send(new TransactWriteCommand({ TransactItems: [...TransactItems, ...dead, ...back] }));
      return true;
    } catch (error) {
      if (failedConditions(error).includes(0)) return false;
      if (failedConditions(error).length === 0 && !metAnother(error)) throw error;
    }
  }
  return false;
}

const endChild = (table: Table, { child, state, code, unknown, error, at }: Ending) => ({
  Update: {
    TableName: table.name,
    Key: keys.child(child, child),
    UpdateExpression: `SET #state = :state, #unknown = :unknown, #plan = :plan, updated_at = :at${code === undefined ? '' : ', #code = :code'}${
      error === undefined ? '' : ', last_error = :error'
    } REMOVE #open`,
    ConditionExpression: 'attempts = :attempts AND attribute_exists(#open)',
    ExpressionAttributeNames: {
      '#state': 'state',
      '#unknown': 'unknown',
      '#plan': 'plan',
      '#open': 'open',
      ...(code === undefined ? {} : { '#code': 'code' }),
    },
    ExpressionAttributeValues: {
      ':state': state,
      ':unknown': unknown,
      ':plan': packedRow(child.row),
      ':at': at,
      ':attempts': child.attempts,
      ...(code === undefined ? {} : { ':code': code }),
      ...(error === undefined ? {} : { ':error': error }),
    },
  },
});

/** What an ending sets, requires and names on its follower's row; built up part by part. */
interface FollowerWrite {
  readonly sets: string[];
  readonly conditions: string[];
  readonly names: Record<string, string>;
  readonly values: Record<string, unknown>;
}

function endInFollower(table: Table, ending: Ending, follower: Follower) {
  const { child, unknown, asked, slow, takesBack, at } = ending;
  const { remove, names } = forget(takesBack);
  const write: FollowerWrite = {
    sets: ['lane_out = :line', ...(asked ? ['slow = :slow'] : []), 'child_at = :child_at'],
    conditions: ['lane_out < :line'],
    names: { ...names },
    values: { ':line': lineNumber(child), ':child_at': at, ...(asked ? { ':slow': slow } : {}) },
  };
  addMoves(write, ending, follower);
  if (unknown) {
    write.sets.push('#unknown.#child = :qty');
    Object.assign(write.names, { '#unknown': 'unknown', '#child': unknownName(child) });
    write.values[':qty'] = child.row.qty;
  }
  addStop(write, ending, follower);
  return {
    Update: {
      TableName: table.name,
      Key: keys.follower(shardOf(child), child.place),
      UpdateExpression: `SET ${write.sets.join(', ')}${remove}`,
      ConditionExpression: write.conditions.join(' AND '),
      ...(Object.keys(write.names).length === 0 ? {} : { ExpressionAttributeNames: write.names }),
      ExpressionAttributeValues: write.values,
    },
  };
}

/** What happened moves told; what did not was decided from numbers that must still hold. */
function addMoves(write: FollowerWrite, { child, moved, sizedFrom }: Ending, follower: Follower): void {
  if (sizedFrom !== undefined) {
    const { condition, names, values } = unmoved(child.symbol, sizedFrom);
    write.conditions.push(condition);
    Object.assign(write.names, names);
    Object.assign(write.values, values);
  }
  if (moved === undefined) return;
  const { set, condition, name, value } = movedBy(follower, child.symbol, moved);
  write.sets.push(set);
  write.conditions.push(condition);
  Object.assign(write.names, name);
  Object.assign(write.values, value);
}

function addStop(write: FollowerWrite, { stops, at }: Ending, { status }: Follower): void {
  if (!stops || status !== 'active') return;
  write.sets.push('#status = :stopped', 'ver = ver + :one', 'updated_at = :at');
  write.conditions.push('#status = :active');
  write.names['#status'] = 'status';
  Object.assign(write.values, { ':stopped': 'stopped', ':active': 'active', ':one': 1, ':at': at });
}

const countEnd = (table: Table, { child, state, unknown }: Ending) => ({
  Update: {
    TableName: table.name,
    Key: keys.ended(shardOf(child), child),
    UpdateExpression: `ADD #state :one${unknown ? ', #unknown :one' : ''}`,
    ExpressionAttributeNames: { '#state': state, ...(unknown ? { '#unknown': 'unknown' } : {}) },
    ExpressionAttributeValues: { ':one': 1 },
  },
});
