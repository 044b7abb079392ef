import { type AttributeValue, QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { convertToNative, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Follower } from '../../domain/followers/follower.ts';
import type { Ask } from '../../domain/mirroring/entry.ts';
import type { Roster } from '../../domain/mirroring/shard-store.ts';
import { askOf } from './ask-store.ts';
import { stored, type Table } from './client.ts';
import { partitions, prefixes, type ShardOf } from './keys.ts';

/** An item as DynamoDB's protocol has it. */
type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * The whole roster and what is asked for it; a shard of 100 followers is one page, far below 1 MB. Read by the client below the document
 * client, which would make every row anew, as an object that grows name by name, only to be copied once more here
 * (docs/decisions/0035).
 */
export async function readRoster(table: Table, shard: ShardOf): Promise<Roster> {
  const roster: Follower[] = [];
  const asks: Ask[] = [];
  let start: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const { Items = [], LastEvaluatedKey } = await table.client.send(pageFrom(start, table.name, partitions.shard(shard)));
    for (const item of Items) {
      if (isAsk(item)) asks.push(askOf(unmarshall(item)));
      else roster.push(rosterRow(item, shard));
    }
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return { roster, asks };
}

const pageFrom = (start: QueryCommandOutput['LastEvaluatedKey'], TableName: string, pk: string): QueryCommand =>
  new QueryCommand({
    TableName,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': { S: pk }, ':prefix': { S: prefixes.roster } },
    ExclusiveStartKey: start,
  });

const isAsk = (item: Attributes): boolean => item['sk']?.S?.startsWith(prefixes.todo) === true;

/** As `followerOf` (follower-item.ts). All rows have all members, in one order: such are read soonest. */
function rosterRow(item: Attributes, { tenant_id, vault_id, shard }: ShardOf): Follower {
  return stored<Follower>({
    follower_id: item['follower_id']?.S,
    tenant_id: item['tenant_id']?.S,
    vault_id,
    vault_tenant_id: tenant_id,
    label: item['label']?.S,
    mode: item['mode']?.S,
    scale: item['scale']?.S,
    scale_basis: item['scale_basis']?.S,
    max_pos_usd: item['max_pos_usd']?.S,
    symbols: native(item['symbols']),
    kill_switch: item['kill_switch']?.BOOL,
    reduce_only: item['reduce_only']?.BOOL ?? false,
    allow_short: item['allow_short']?.BOOL,
    webhook: webhookOf(item['webhook']?.M),
    status: item['status']?.S,
    close_only: item['close_only']?.BOOL,
    close_only_why: item['close_only_why']?.S,
    nav: native(item['nav']),
    joined_seq: Number(item['joined_seq']?.N),
    created_at: item['created_at']?.S,
    updated_at: item['updated_at']?.S,
    shard,
    place: Number(item['place']?.N),
    ver: Number(item['ver']?.N),
    allowed: allowedOf(item['allowed']?.M),
    key_version: Number(item['key_version']?.N),
    key_rotated_at: item['key_rotated_at']?.S,
    lane_in: Number(item['lane_in']?.N),
    lane_out: Number(item['lane_out']?.N),
    slow: item['slow']?.BOOL,
    flip: native(item['flip']),
    moved: mapOf(item['moved']),
    unknown: mapOf(item['unknown']),
    held: native(item['held']),
    child_at: item['child_at']?.S,
  } satisfies Record<keyof Follower, unknown>);
}

/** What few rows have, as the document client would give it. */
const native = (value: AttributeValue | undefined): unknown => (value === undefined ? undefined : convertToNative(value));

const nothing = {};
/** As a rule there is nothing in it. */
function mapOf(value: AttributeValue | undefined): unknown {
  for (const _name in value?.M) return native(value);
  return nothing;
}

const webhookOf = (members: Attributes | undefined) =>
  ({ url: members?.['url']?.S }) satisfies Record<keyof Follower['webhook'], unknown>;

const allowedOf = (members: Attributes | undefined) =>
  members === undefined
    ? undefined
    : ({
        flip_mode: members['flip_mode']?.BOOL,
        persona_boosts: members['persona_boosts']?.BOOL,
      } satisfies Record<keyof NonNullable<Follower['allowed']>, unknown>);
