import { TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Follower } from '../../domain/followers/follower.ts';
import type { Aftermath, Ownership } from '../../domain/mirroring/aftermath.ts';
import { type Child, unknownName } from '../../domain/mirroring/child.ts';
import { type At, lineNumber } from '../../domain/mirroring/entry.ts';
import { childItem } from './child-item.ts';
import { readChild } from './child-reads.ts';
import { failedConditions, held, metAnother, type Table } from './client.ts';
import { deadLetterItems } from './dead-letters.ts';
import { keys } from './keys.ts';
import { shardOf } from './moved.ts';
import { askAgain, saveResent } from './resend-store.ts';
import { forget, takenBackWrites } from './taken-back.ts';

/** What a shard's dispatch writes about single followers. Each transaction holds once; said again it is done already. */
export function aftermathStore(
  table: Table,
): Pick<Aftermath, 'enterLane' | 'keep' | 'kept' | 'takenBack' | 'resent' | 'askAgain' | 'noteEndpoint'> {
  return {
    enterLane: (child, claim) => once(table, child, claim, [putNew(table, childItem(child, true)), laneIn(table, child)]),
    keep: (child, claim) =>
      once(table, child, claim, [
        putNew(table, childItem(child, false)),
        ...nameUnknown(table, child),
        ...deadLetter(table, child),
      ]),
    kept: (follower, at) => readChild(table, follower, at),
    takenBack: (follower, canceled, claim, at) => takeBack(table, follower, canceled, claim, at),
    resent: (resent, claim) => saveResent(table, resent, claim),
    askAgain: (follower, cause, at) => askAgain(table, follower, cause, at),
    noteEndpoint: (follower, note) => noteEndpoint(table, follower, note),
  };
}

type Writes = NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']>;

/** How often a transaction that met another one on the same row is tried: it must not hold up the rest of its shard. */
const conflictTries = 8;

/** False when the claim is not the owner's any more; a row that is there already is as good as written. */
async function once(table: Table, child: Child, claim: Ownership, writes: Writes): Promise<boolean> {
  const TransactItems = [ownedStill(table, child, claim), ...writes];
  for (let attempt = 1; ; attempt += 1) {
    try {
      await table.client.send(new TransactWriteCommand({ TransactItems }));
      return true;
    } catch (error) {
      const failed = failedConditions(error);
      if (failed.length > 0) return !failed.includes(0);
      if (!metAnother(error) || attempt >= conflictTries) throw error;
    }
  }
}

const ownedStill = (table: Table, child: Child, { owner, lease_until, ...at }: Ownership): Writes[number] => ({
  ConditionCheck: {
    TableName: table.name,
    Key: keys.result(shardOf(child), at),
    ConditionExpression: '#state = :claimed AND #owner = :owner AND lease_until = :lease',
    ExpressionAttributeNames: { '#state': 'state', '#owner': 'owner' },
    ExpressionAttributeValues: { ':claimed': 'claimed', ':owner': owner, ':lease': lease_until },
  },
});

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
  await held(table.client.send(update));
}
