import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Follower } from '../../domain/followers/follower.ts';
import type { Ownership } from '../../domain/mirroring/aftermath.ts';
import { resendCause } from '../../domain/mirroring/asks.ts';
import { laneEnded, unknownName } from '../../domain/mirroring/child.ts';
import type { ShardKey } from '../../domain/mirroring/claim.ts';
import { type Again, type Ask, atOf, byPlatform, placeIn } from '../../domain/mirroring/entry.ts';
import { type Resent, resentTo } from '../../domain/mirroring/resend.ts';
import { parseChildId } from '../../kit/ids.ts';
import { askItems } from './ask-store.ts';
import { readChild } from './child-reads.ts';
import { failedConditions, metAnother, type Table } from './client.ts';
import { deadLetterItems, deadLetterKeys } from './dead-letters.ts';
import { followerOf } from './follower-item.ts';
import { keys } from './keys.ts';
import { readLineEntry } from './line-reads.ts';
import { findCause, getItem } from './lookups.ts';
import { movedBy, shardOf } from './moved.ts';
import { ownedStill } from './owned.ts';
import { forget, takenBackWrites } from './taken-back.ts';

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

/** A child that was sent so often without an end is for people. */
const mostAttemptsByItself = 30;

/** The child that an ask sends again, while it is unknown or a dead letter, its order stands, and the ask was not done. */
export async function readToResend(table: Table, key: ShardKey, ask: Ask): Promise<Again | undefined> {
  const item = await getItem(table, keys.follower(key, placeIn(ask)));
  const at = await findCause(table, parseChildId(ask.follower_order_id ?? '')?.cause ?? '');
  if (item === undefined || at?.seq === undefined) return undefined;
  const place = atOf({ seq: at.seq, ...(at.k === undefined ? {} : { k: at.k }) });
  const child = await readChild(table, followerOf(item), place);
  if (child === undefined || !(child.unknown || child.state === 'dead_lettered') || !laneEnded.has(child.state)) return undefined;
  if (ask.by === byPlatform && (!child.unknown || child.attempts >= mostAttemptsByItself)) return undefined;
  const [entry, done, mark] = await Promise.all([
    readLineEntry(table, child),
    getItem(table, keys.done(key, ask.cause, child.symbol)),
    child.kind === undefined ? getItem(table, keys.canceled(key, child.seq)) : undefined,
  ]);
  return entry === undefined || done !== undefined || mark !== undefined ? undefined : { entry, child };
}

/** The minute in a time: an unknown child asks no more often, however much its endpoint answers. */
const minuteOf = '2026-01-05T15:00'.length;

/** Every unknown child of a follower asks to go out again. */
export async function askAgain(table: Table, follower: Follower, at: string): Promise<void> {
  const shard = { tenant_id: follower.vault_tenant_id, vault_id: follower.vault_id, shard: follower.shard };
  for (const name of Object.keys(follower.unknown)) {
    const childId = name.slice(name.indexOf(' ') + 1);
    await putAsk(table, shard, resendAsk(follower, childId, { why: at.slice(0, minuteOf), at, by: byPlatform }));
  }
}

/** An ask that a child goes out again. */
export const resendAsk = (
  follower: Pick<Follower, 'follower_id' | 'place'>,
  childId: string,
  { why, at, by }: { why: string; at: string; by: string },
): Ask => ({
  kind: 'resend',
  cause: resendCause(childId, why),
  follower_id: follower.follower_id,
  place: follower.place,
  asked_at: at,
  by,
  follower_order_id: childId,
});

/** Whether this was asked before, be it done or not. */
export async function wasAsked(table: Table, shard: ShardKey, cause: string): Promise<boolean> {
  const [todo, done] = await Promise.all([getItem(table, keys.todo(shard, cause)), getItem(table, keys.done(shard, cause))]);
  return todo !== undefined || done !== undefined;
}

/** Puts the rows of an ask, if nobody asked the same before. */
export async function putAsk(table: Table, shard: ShardKey, ask: Ask): Promise<void> {
  const TransactItems: Writes = askItems(shard, ask).map((Item) => ({
    Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' },
  }));
  const Key = keys.done(shard, ask.cause);
  const notDone = { ConditionCheck: { TableName: table.name, Key, ConditionExpression: 'attribute_not_exists(pk)' } };
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems: [...TransactItems, notDone] }));
  } catch (error) {
    if (failedConditions(error).length === 0) throw error;
  }
}

/** How often a write is tried again with what others wrote meanwhile. */
const tries = 8;

/** What became of a child that went out again, in one transaction with the claim as its owner's. */
export async function saveResent(table: Table, resent: Resent, claim: Ownership): Promise<boolean> {
  let now: Resent | undefined = resent;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const { child } = now;
    const item = await getItem(table, keys.follower(shardOf(child), child.place));
    if (item === undefined) throw new Error(`follower ${child.follower_id} has no row`);
    try {
      await table.client.send(new TransactWriteCommand({ TransactItems: writesOf(table, now, claim, followerOf(item)) }));
      return true;
    } catch (error) {
      const failed = failedConditions(error);
      if (failed.includes(0)) return false;
      if (failed.length === 0 && !metAnother(error)) throw error;
    }
    const fresh = await readChild(table, followerOf(item), child);
    now = fresh === undefined ? undefined : resentTo(resent, fresh);
    if (now === undefined) return true;
  }
  throw new Error(`the row of ${resent.child.follower_order_id} was written by others ${tries} times in a row`);
}

function writesOf(table: Table, resent: Resent, claim: Ownership, follower: Follower): Writes {
  const { child } = resent;
  return [
    ownedStill(table, child, claim),
    childAgain(table, resent),
    followerAgain(table, resent, follower),
    ...counts(table, resent),
    ...letters(table, resent),
    ...(resent.takesBack === undefined ? [] : takenBackWrites(table, resent.takesBack, resent.at)),
  ];
}

function childAgain(table: Table, { child, state, code, unknown, attempts, error, at }: Resent): Writes[number] {
  const optional = { ...(code === undefined ? {} : { ':code': code }), ...(error === undefined ? {} : { ':error': error }) };
  const sets = `${code === undefined ? '' : ', #code = :code'}${error === undefined ? '' : ', last_error = :error'}`;
  // Why it was given up is no reason for what it is now.
  const forgets = code === undefined && state !== child.state;
  return {
    Update: {
      TableName: table.name,
      Key: keys.child(child, child),
      UpdateExpression: `SET #state = :state, #unknown = :unknown, attempts = :attempts, updated_at = :at${sets}${forgets ? ' REMOVE #code' : ''}`,
      ConditionExpression: '#state = :was AND #unknown = :wasUnknown AND attempts = :wasAttempts',
      ExpressionAttributeNames: {
        '#state': 'state',
        '#unknown': 'unknown',
        ...(code === undefined && !forgets ? {} : { '#code': 'code' }),
      },
      ExpressionAttributeValues: {
        ':state': state,
        ':unknown': unknown,
        ':attempts': attempts,
        ':at': at,
        ':was': child.state,
        ':wasUnknown': child.unknown,
        ':wasAttempts': child.attempts,
        ...optional,
      },
    },
  };
}

function followerAgain(table: Table, { child, unknown, moved, takesBack, at }: Resent, follower: Follower): Writes[number] {
  const { names: forgotten } = forget(takesBack);
  const by = moved === undefined ? undefined : movedBy(follower, child.symbol, moved);
  const moves = by === undefined ? {} : { ...by.value, ':at': at };
  const becomes = unknown && !child.unknown;
  const ends = !unknown && child.unknown;
  const sets = [...(by === undefined ? [] : [by.set, 'child_at = :at']), ...(becomes ? ['#unknown.#child = :qty'] : [])];
  const removes = [...(ends ? ['#unknown.#child'] : []), ...(takesBack === undefined ? [] : ['#unknown.#taken'])];
  const expression =
    `${sets.length === 0 ? '' : `SET ${sets.join(', ')}`}${removes.length === 0 ? '' : ` REMOVE ${removes.join(', ')}`}`.trim();
  const Key = keys.follower(shardOf(child), child.place);
  if (expression === '') return { ConditionCheck: { TableName: table.name, Key, ConditionExpression: 'attribute_exists(pk)' } };
  const names = { ...forgotten, ...(becomes || ends ? { '#unknown': 'unknown', '#child': unknownName(child) } : {}) };
  return {
    Update: {
      TableName: table.name,
      Key,
      UpdateExpression: expression,
      ConditionExpression: by?.condition ?? 'attribute_exists(pk)',
      ...(Object.keys({ ...names, ...by?.name }).length === 0 ? {} : { ExpressionAttributeNames: { ...names, ...by?.name } }),
      ...(by === undefined && !becomes
        ? {}
        : { ExpressionAttributeValues: { ...moves, ...(becomes ? { ':qty': child.row.qty } : {}) } }),
    },
  };
}

/** The order's counts follow: from state to state, and what is unknown. */
function counts(table: Table, { child, state, unknown }: Resent): Writes {
  const moves = state !== child.state;
  const turned = Number(unknown) - Number(child.unknown);
  if (!moves && turned === 0) return [];
  const adds = [...(moves ? ['#was :minus', '#is :one'] : []), ...(turned === 0 ? [] : ['#unknown :turned'])];
  return [
    {
      Update: {
        TableName: table.name,
        Key: keys.ended(shardOf(child), child),
        UpdateExpression: `ADD ${adds.join(', ')}`,
        ExpressionAttributeNames: {
          ...(moves ? { '#was': child.state, '#is': state } : {}),
          ...(turned === 0 ? {} : { '#unknown': 'unknown' }),
        },
        ExpressionAttributeValues: {
          ...(moves ? { ':minus': -1, ':one': 1 } : {}),
          ...(turned === 0 ? {} : { ':turned': turned }),
        },
      },
    },
  ];
}

/** A dead letter that is none any more goes; one that still is says what is known now. */
function letters(table: Table, { child, state, unknown, error, at, attempts }: Resent): Writes {
  if (child.state !== 'dead_lettered') return [];
  const gone = deadLetterKeys(child).map((Key) => ({ Delete: { TableName: table.name, Key } }));
  if (state !== 'dead_lettered' || at === child.updated_at) return state === 'dead_lettered' ? [] : gone;
  const last = error ?? child.last_error ?? '';
  const how = { unknown, at, error: last, ...(child.code === undefined ? {} : { code: child.code }) };
  const next = deadLetterItems({ ...child, attempts }, how).map((Item) => ({ Put: { TableName: table.name, Item } }));
  return [...gone, ...next];
}
