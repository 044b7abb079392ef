import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Ownership } from '../../domain/mirroring/aftermath.ts';
import type { Child } from '../../domain/mirroring/child.ts';
import type { Table } from './client.ts';
import { keys } from './keys.ts';
import { shardOf } from './moved.ts';

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

/** Holds while the claim is still its owner's: what an owner writes of single children is written with this. */
export const ownedStill = (table: Table, child: Child, { owner, lease_until, ...at }: Ownership): Writes[number] => ({
  ConditionCheck: {
    TableName: table.name,
    Key: keys.result(shardOf(child), at),
    ConditionExpression: '#state = :claimed AND #owner = :owner AND lease_until = :lease',
    ExpressionAttributeNames: { '#state': 'state', '#owner': 'owner' },
    ExpressionAttributeValues: { ':claimed': 'claimed', ':owner': owner, ':lease': lease_until },
  },
});
