import { TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Follower } from '../../domain/followers/follower.ts';
import type { Aftermath, Ownership } from '../../domain/mirroring/aftermath.ts';
import { type Child, unknownName } from '../../domain/mirroring/child.ts';
import { type At, lineNumber } from '../../domain/mirroring/entry.ts';
import { childItem } from './child-item.ts';
import { readChild } from './child-reads.ts';
import { failedConditions, heldAgain, metAnother, type Table } from './client.ts';
import { deadLetterItems } from './dead-letters.ts';
import { keys } from './keys.ts';
import { shardOf } from './moved.ts';
import { ownedStill } from './owned.ts';
import { askAgain, saveResent } from './resend-store.ts';
import { forget, takenBackWrites } from './taken-back.ts';

/** What a shard's dispatch writes about single followers. Each transaction holds once; said again it is done already. */
export function aftermathStore(
  table: Table,
): Pick<Aftermath, 'enterLanes' | 'keep' | 'kept' | 'takenBack' | 'resent' | 'askAgain' | 'noteEndpoint'> {
  return {
    enterLanes: (children, claim) =>
      together(
        table,
        claim,
        children.map((child) => ({ child, writes: [putNew(table, childItem(child, true)), laneIn(table, child)] })),
      ),
    keep: (children, claim) =>
      together(
        table,
        claim,
        children.map((child) => ({
          child,
          writes: [putNew(table, childItem(child, false)), ...nameUnknown(table, child), ...deadLetter(table, child)],
        })),
      ),
    kept: (follower, at) => readChild(table, follower, at),
    takenBack: (follower, canceled, claim, at) => takeBack(table, follower, canceled, claim, at),
    resent: (resent, claim) => saveResent(table, resent, claim),
    askAgain: (follower, at) => askAgain(table, follower, at),
    noteEndpoint: (follower, note) => noteEndpoint(table, follower, note),
  };
}

type Writes = NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']>;

/** How often a transaction that met another one on the same row is tried: it must not hold up the rest of its shard. */
const conflictTries = 8;
/** DynamoDB's most actions in one transaction, one of them the claim's (API reference, TransactWriteItems). */
const actionsPerTransaction = 99;

/** What is written of one child: all of it or nothing, once. */
interface Group {
  readonly child: Child;
  readonly writes: Writes;
}

/**
 * Writes many children, as many as fit in a transaction with the claim as its owner's: one after the other would take
 * seconds where a whole shard fails at once, and beside each other they would meet on the claim. False when the claim is not
 * the owner's any more; a child that is there already is as good as written.
 */
async function together(table: Table, claim: Ownership, groups: readonly Group[]): Promise<boolean> {
  for (const some of inTransactions(groups)) if (!(await written(table, claim, some, 1))) return false;
  return true;
}

async function written(table: Table, claim: Ownership, groups: readonly Group[], attempt: number): Promise<boolean> {
  const failed = await tryOnce(table, claim, groups);
  if (failed === 'written') return true;
  if (failed === 'lost') return false;
  const left = groups.filter((group) => !failed.has(group));
  if (left.length === 0) return true;
  if (failed.size > 0) return written(table, claim, left, attempt);
  // Somebody is at one of their rows: the others need not wait for it.
  const half = Math.ceil(left.length / 2);
  if (left.length > 1) {
    return (await written(table, claim, left.slice(0, half), 1)) && written(table, claim, left.slice(half), 1);
  }
  if (attempt >= conflictTries) throw new Error('a child could not be written: others were at its rows again and again');
  return written(table, claim, left, attempt + 1);
}

function inTransactions(groups: readonly Group[]): Group[][] {
  const parts: Group[][] = [];
  let actions = actionsPerTransaction;
  for (const group of groups) {
    if (actions + group.writes.length > actionsPerTransaction) {
      parts.push([]);
      actions = 0;
    }
    parts.at(-1)?.push(group);
    actions += group.writes.length;
  }
  return parts;
}

/** `lost`: the claim is not the owner's. A set: the children that are there already; empty after meeting another transaction. */
async function tryOnce(table: Table, claim: Ownership, groups: readonly Group[]): Promise<'written' | 'lost' | Set<Group>> {
  const [first] = groups;
  if (first === undefined) return 'written';
  const TransactItems = [ownedStill(table, first.child, claim), ...groups.flatMap((g) => g.writes)];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems }));
    return 'written';
  } catch (error) {
    const failed = failedConditions(error);
    if (failed.includes(0)) return 'lost';
    if (failed.length === 0 && !metAnother(error)) throw error;
    const owners = groups.flatMap((group) => group.writes.map(() => group));
    return new Set(failed.flatMap((index) => owners[index - 1] ?? []));
  }
}

const once = (table: Table, child: Child, claim: Ownership, writes: Writes): Promise<boolean> =>
  together(table, claim, [{ child, writes }]);

const putNew = (table: Table, Item: Record<string, unknown>): Writes[number] => ({
  Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' },
});

const laneIn = (table: Table, child: Child): Writes[number] => ({
  Update: {
    TableName: table.name,
    Key: keys.follower(shardOf(child), child.place),
    UpdateExpression: 'SET lane_in = :line',
    ConditionExpression: 'lane_in < :line',
    ExpressionAttributeValues: { ':line': lineNumber(child) },
  },
});

function nameUnknown(table: Table, child: Child): Writes {
  if (!child.unknown) return [];
  const Update = {
    TableName: table.name,
    Key: keys.follower(shardOf(child), child.place),
    UpdateExpression: 'SET #unknown.#child = :qty',
    ExpressionAttributeNames: { '#unknown': 'unknown', '#child': unknownName(child) },
    ExpressionAttributeValues: { ':qty': child.row.qty },
  };
  return [{ Update }];
}

function deadLetter(table: Table, child: Child): Writes {
  if (child.state !== 'dead_lettered') return [];
  const how = { unknown: child.unknown, at: child.updated_at, ...(child.code === undefined ? {} : { code: child.code }) };
  return deadLetterItems(child, { ...how, error: child.last_error ?? '' }).map((Item) => ({
    Put: { TableName: table.name, Item },
  }));
}

/** The child that a cancel took back, in one transaction with the claim as its owner's; one that is known already stays. */
async function takeBack(table: Table, follower: Follower, canceled: At, claim: Ownership, at: string): Promise<boolean> {
  const child = await readChild(table, follower, canceled);
  if (child?.unknown !== true) return true;
  const { remove, names } = forget(child);
  const Update = {
    TableName: table.name,
    Key: keys.follower(shardOf(child), child.place),
    UpdateExpression: remove.trim(),
    ExpressionAttributeNames: names,
  };
  return once(table, child, claim, [...takenBackWrites(table, child, at), { Update }]);
}

/** Who is leaving, or has left, is not stopped by an endpoint that is gone. */
async function noteEndpoint(table: Table, follower: Follower, { slow, stops }: { slow?: true; stops?: true }): Promise<void> {
  const stopping = stops === true && follower.status === 'active';
  const sets = [...(slow ? ['slow = :true'] : []), ...(stopping ? ['#status = :stopped', 'ver = ver + :one'] : [])];
  if (sets.length === 0) return;
  const shard = { tenant_id: follower.vault_tenant_id, vault_id: follower.vault_id, shard: follower.shard };
  const update = new UpdateCommand({
    TableName: table.name,
    Key: keys.follower(shard, follower.place),
    UpdateExpression: `SET ${sets.join(', ')}`,
    ...(stopping ? { ConditionExpression: '#status = :active', ExpressionAttributeNames: { '#status': 'status' } } : {}),
    ExpressionAttributeValues: {
      ...(slow ? { ':true': true } : {}),
      ...(stopping ? { ':stopped': 'stopped', ':one': 1, ':active': 'active' } : {}),
    },
  });
  await heldAgain(() => table.client.send(update));
}
