import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Member } from '../../domain/tenants/member.ts';
import { limits } from '../../wiring/limits.ts';
import { held, stored, type Table } from './client.ts';
import { keys, partitions, prefixes } from './keys.ts';
import { getItem } from './lookups.ts';
import { queryAll, withPrefix } from './query-all.ts';

/** Beside a notice: who was written to. A row of its own, so that the stream does not see the notice change. */
export interface Mailed {
  readonly to: ReadonlySet<string>;
  readonly done: boolean;
}

export async function readMailed(table: Table, tenantId: string, noticeId: string): Promise<Mailed> {
  const item = await getItem(table, keys.mailed(tenantId, noticeId));
  return { to: (item?.['to'] as Set<string> | undefined) ?? new Set(), done: item?.['done'] === true };
}

/** Takes a notice to be mailed, for as long as its function may run: false while somebody else has it. */
export function takeToMail(table: Table, tenantId: string, noticeId: string, nowSeconds: number): Promise<boolean> {
  return held(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: keys.mailed(tenantId, noticeId),
        UpdateExpression: 'SET taken_until = :until, #ttl = :ttl',
        ConditionExpression: 'attribute_not_exists(taken_until) OR taken_until < :now',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: {
          ':now': nowSeconds,
          ':until': nowSeconds + limits.noticeTimeoutSeconds,
          ':ttl': nowSeconds + limits.inboxDays * 86_400,
        },
      }),
    ),
  );
}

/** After each mail; without an address: all are written to. */
export async function noteMailed(table: Table, tenantId: string, noticeId: string, userId?: string): Promise<void> {
  const one = { UpdateExpression: 'ADD #to :one', ExpressionAttributeNames: { '#to': 'to' } };
  const all = { UpdateExpression: 'SET done = :one' };
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: keys.mailed(tenantId, noticeId),
      ...(userId === undefined ? all : one),
      ExpressionAttributeValues: { ':one': userId === undefined ? true : new Set([userId]) },
    }),
  );
}

/** The tenant's active owners whose address is known. */
export async function ownersOf(table: Table, tenantId: string): Promise<readonly (Member & { readonly email: string })[]> {
  const items = await queryAll(table, withPrefix(partitions.tenant(tenantId), prefixes.user));
  const members = items.map((item) => stored<Member>(item));
  return members.flatMap((m) =>
    m.role === 'owner' && m.status === 'active' && m.email !== undefined ? [{ ...m, email: m.email }] : [],
  );
}
