import { TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Follower } from '../../domain/followers/follower.ts';
import type { Aftermath } from '../../domain/mirroring/aftermath.ts';
import { type Child, unknownName } from '../../domain/mirroring/child.ts';
import { childItem } from './child-item.ts';
import { failedConditions, type Table } from './client.ts';
import { deadLetterItems } from './dead-letters.ts';
import { keys } from './keys.ts';
import { shardOf } from './lane-store.ts';

/** What a shard's dispatch writes about single followers. Each transaction holds once; said again it is done already. */
export function aftermathStore(table: Table): Pick<Aftermath, 'enterLane' | 'keep' | 'noteEndpoint'> {
  return {
    enterLane: (child) => once(table, [putNew(table, childItem(child, true)), laneIn(table, child)]),
    keep: (child) =>
      once(table, [putNew(table, childItem(child, false)), ...nameUnknown(table, child), ...deadLetter(table, child)]),
    noteEndpoint: (follower, note) => noteEndpoint(table, follower, note),
  };
}

type Writes = NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']>;

async function once(table: Table, TransactItems: Writes): Promise<void> {
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems }));
  } catch (error) {
    if (failedConditions(error).length === 0) throw error;
  }
}

const putNew = (table: Table, Item: Record<string, unknown>): Writes[number] => ({
  Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' },
});

const laneIn = (table: Table, child: Child): Writes[number] => ({
  Update: {
    TableName: table.name,
    Key: keys.follower(shardOf(child), child.place),
    UpdateExpression: 'SET lane_in = :seq',
    ConditionExpression: 'lane_in < :seq',
    ExpressionAttributeValues: { ':seq': child.seq },
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

async function noteEndpoint(table: Table, follower: Follower, { slow, stops }: { slow?: true; stops?: true }): Promise<void> {
  const sets = [...(slow ? ['slow = :true'] : []), ...(stops ? ['#status = :stopped', 'ver = ver + :one'] : [])];
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: keys.follower(
        { tenant_id: follower.vault_tenant_id, vault_id: follower.vault_id, shard: follower.shard },
        follower.place,
      ),
      UpdateExpression: `SET ${sets.join(', ')}`,
      ...(stops ? { ExpressionAttributeNames: { '#status': 'status' } } : {}),
      ExpressionAttributeValues: { ...(slow ? { ':true': true } : {}), ...(stops ? { ':stopped': 'stopped', ':one': 1 } : {}) },
    }),
  );
}
