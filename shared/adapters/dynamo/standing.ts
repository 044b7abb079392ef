import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Subscription } from '../../domain/billing/subscription.ts';
import { type Asked, effective } from '../../domain/entitlements/effective.ts';
import type { Principal } from '../../domain/tenants/principal.ts';
import { type Bucket, emptyHistory, type Taking } from '../../domain/tenants/rate.ts';
import { subjectText } from '../../domain/tenants/scope.ts';
import { type Standing, userIdOf } from '../../domain/tenants/standing.ts';
import type { Tenant } from '../../domain/tenants/tenant.ts';
import { batchGet } from './batch-get.ts';
import { stored, type Table } from './client.ts';
import { type Key, keys } from './keys.ts';

type Item = Record<string, unknown>;

/** Whoever has a bucket: a person or a machine client, in its tenant, or a follower that signs, under its id. */
export type Client = Pick<Principal, 'tenantId' | 'subject'>;

export const clientOf = ({ tenantId, subject }: Client): string => `${tenantId ?? '-'}#${subjectText(subject)}`;

/** Where a caller stands and what its bucket holds, in one call: the tenant, its plan, the member, the bucket. */
export async function readStanding(
  table: Table,
  client: Client,
  asked: Asked,
): Promise<{ standing: Standing | undefined; bucket: Bucket }> {
  const { tenantId, subject } = client;
  const bucketKey = keys.rate(clientOf(client));
  const of = (t: string) => [keys.tenant(t), keys.subscription(t), keys.user(t, userIdOf(t, subject))];
  const items = await batchGet(table, [bucketKey, ...(tenantId === undefined ? [] : of(tenantId))]);
  const at = (key: Key): Item | undefined => items.find((item) => item['pk'] === key.pk && item['sk'] === key.sk);
  const bucket = bucketOf(at(bucketKey));
  if (tenantId === undefined) return { standing: undefined, bucket };
  const standing: Standing = {
    tenant: as<Tenant>(at(keys.tenant(tenantId))),
    member: as<NonNullable<Standing['member']>>(at(keys.user(tenantId, userIdOf(tenantId, subject)))),
    effective: effective(as<Subscription>(at(keys.subscription(tenantId))), asked),
  };
  return { standing, bucket };
}

const as = <T>(item: Item | undefined): T | undefined => (item === undefined ? undefined : stored<T>(item));

const fullAtName = (period: number): string => `full_at_${period}`;

/** The newest busy period that stands on a bucket's row. */
function bucketOf(item: Item | undefined): Bucket {
  const periods = Object.keys(item ?? {}).flatMap((name) => /^full_at_(\d+)$/.exec(name)?.[1] ?? []);
  const period = Math.max(0, ...periods.map(Number));
  return period === 0 ? emptyHistory : { period, fullAt: Number(item?.[fullAtName(period)]) };
}

/** Takes a token by one write; the bucket after it, or, when there was none, as another request had left it. */
export async function takeToken(table: Table, client: Client, take: Taking): Promise<{ taken: boolean; fullAt: number }> {
  const name = fullAtName(take.period);
  try {
    const { Attributes } = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: keys.rate(clientOf(client)),
        // Two requests that both find a full bucket begin the same period and count both.
        UpdateExpression: 'SET #now = if_not_exists(#now, :starts) + :interval, #ttl = :ttl REMOVE #before',
        ConditionExpression: 'attribute_not_exists(#now) OR #now <= :latest',
        ExpressionAttributeNames: { '#now': name, '#before': fullAtName(take.period - 1), '#ttl': 'ttl' },
        ExpressionAttributeValues: {
          ':starts': take.startsAt,
          ':interval': take.intervalMs,
          ':latest': take.latest,
          ':ttl': Math.ceil(take.keepUntil / 1000),
        },
        ReturnValues: 'UPDATED_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { taken: true, fullAt: Number(Attributes?.[name]) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const old = error.Item === undefined ? undefined : unmarshall(error.Item);
    return { taken: false, fullAt: Number(old?.[name] ?? take.latest) };
  }
}
