import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { AuditEvent } from '../../domain/audit/event.ts';
import type { Notice } from '../../domain/billing/notice.ts';
import type { Subscription } from '../../domain/billing/subscription.ts';
import { stored, type Table, transacted } from './client.ts';
import { keys } from './keys.ts';
import { getItem } from './lookups.ts';

export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** A tenant's subscription; undefined where there never was one. */
export async function readSubscription(table: Table, tenantId: string): Promise<Subscription | undefined> {
  const item = await getItem(table, keys.subscription(tenantId));
  if (item === undefined) return undefined;
  const { pk: _pk, sk: _sk, ...subscription } = item;
  return stored<Subscription>(subscription);
}

/** Beside the new subscription: who did it and why, what the owners are told, and what else must hold or be written with it. */
export interface SubscriptionChange {
  readonly event: Omit<AuditEvent, 'tenant_id' | 'entity' | 'at' | 'before' | 'after'>;
  readonly notices?: readonly Notice[];
  readonly with?: readonly Write[];
}

/**
 * Writes a subscription with its audit event and notices, all or nothing, and only over the one that was read (none, or `ver`).
 * False when somebody else wrote it since, or when something given `with` it did not hold: read again.
 */
export async function saveSubscription(
  table: Table,
  next: Subscription,
  before: Subscription | undefined,
  { event, notices = [], with: more = [] }: SubscriptionChange,
): Promise<boolean> {
  const { event_id, ...what } = event;
  const put = (Item: Record<string, unknown>): Write => ({ Put: { TableName: table.name, Item } });
  const condition =
    before === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'ver = :read', ExpressionAttributeValues: { ':read': before.ver } };
  const subscription = { TableName: table.name, Item: { ...keys.subscription(next.tenant_id), ...next }, ...condition };
  const audited = {
    ...keys.audit(next.tenant_id, 'subscription', next.updated_at, event_id),
    ...what,
    ...(before === undefined ? {} : { before }),
    after: next,
  };
  return transacted(table, [
    { Put: subscription },
    put(audited),
    ...notices.map((notice) => put({ ...keys.notice(notice.tenant_id, notice.notice_id), ...notice })),
    ...more,
  ]);
}
