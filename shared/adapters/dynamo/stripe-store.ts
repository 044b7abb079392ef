import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditEvent } from '../../domain/audit/event.ts';
import type { Invoice } from '../../domain/billing/invoice.ts';
import type { Notice } from '../../domain/billing/notice.ts';
import type { StripeAccount } from '../../domain/billing/stripe/account.ts';
import type { BillingStore, Change } from '../../domain/billing/stripe/ports.ts';
import { held, heldAgain, stored, type Table, transacted } from './client.ts';
import { invoiceOf, readInvoice } from './invoice-store.ts';
import { type Key, keys, partitions, prefixes } from './keys.ts';
import { getItem } from './lookups.ts';
import { queryAll, withPrefix } from './query-all.ts';
import { readSubscription, saveSubscription, type Write } from './subscription-store.ts';

/** What the Stripe rail keeps, in the table. */
export function stripeStore(table: Table): BillingStore {
  return {
    account: (tenantId) => readAccount(table, tenantId),
    tenantOf: async (customerId) => (await getItem(table, keys.reference(customerId)))?.['tenant_id'] as string | undefined,
    putAccount: (account, event) => putAccount(table, account, event),
    saveAccount: (next, before, event) => saveAccount(table, next, before, event),
    look: (tenantId) => look(table, tenantId),
    subscription: (tenantId) => readSubscription(table, tenantId),
    saveSubscription: (next, before, { action, event_id, cause, notices, look: at }) =>
      saveSubscription(table, next, before, {
        event: { action, event_id, ...cause },
        ...(notices === undefined ? {} : { notices }),
        with: stillLooking(table, next.tenant_id, at),
      }),
    invoice: (tenantId, invoiceId) => readInvoice(table, tenantId, invoiceId),
    invoices: async (tenantId) => {
      const items = await queryAll(table, withPrefix(partitions.tenant(tenantId), prefixes.invoice));
      return new Map(items.map(invoiceOf).map((invoice) => [invoice.invoice_id, invoice]));
    },
    saveInvoice: (next, before, change) => saveInvoice(table, next, before, change),
    note: (event, notices = []) => note(table, event, notices),
  };
}

async function readAccount(table: Table, tenantId: string): Promise<StripeAccount | undefined> {
  const item = await getItem(table, keys.stripeAccount(tenantId));
  if (item === undefined) return undefined;
  const { pk: _pk, sk: _sk, ...account } = item;
  return stored<StripeAccount>(account);
}

const putOnce = (table: Table, Item: Record<string, unknown>): Write => ({
  Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' },
});
const auditItem = ({ tenant_id, entity, at, event_id, ...what }: AuditEvent): Record<string, unknown> => ({
  ...keys.audit(tenant_id, entity, at, event_id),
  ...what,
});

async function putAccount(table: Table, account: StripeAccount, event: AuditEvent): Promise<boolean> {
  const { tenant_id, customer_id } = account;
  return transacted(table, [
    putOnce(table, { ...keys.stripeAccount(tenant_id), ...account }),
    putOnce(table, { ...keys.reference(customer_id), tenant_id }),
    putOnce(table, { ...keys.stripeCustomer(customer_id), tenant_id }),
    { Put: { TableName: table.name, Item: auditItem(event) } },
  ]);
}

/** Only what changes is written: looks are counted on the same item meanwhile. */
async function saveAccount(table: Table, next: StripeAccount, before: StripeAccount, event?: AuditEvent): Promise<boolean> {
  const names = (['checkout', 'asked'] as const).filter((name) => next[name] !== undefined);
  const Update = {
    TableName: table.name,
    Key: keys.stripeAccount(next.tenant_id),
    UpdateExpression: `SET ver = :ver${names.map((name) => `, ${name} = :${name}`).join('')}`,
    ConditionExpression: 'ver = :read',
    ExpressionAttributeValues: {
      ':ver': next.ver,
      ':read': before.ver,
      ...Object.fromEntries(names.map((name) => [`:${name}`, next[name]])),
    },
  };
  if (event === undefined) return heldAgain(() => table.client.send(new UpdateCommand(Update)));
  return transacted(table, [{ Update }, { Put: { TableName: table.name, Item: auditItem(event) } }]);
}

async function look(table: Table, tenantId: string): Promise<number> {
  let looks = 0;
  await heldAgain(async () => {
    const { Attributes } = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: keys.stripeAccount(tenantId),
        UpdateExpression: 'SET looks = looks + :one',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    looks = Number(Attributes?.['looks']);
  });
  if (looks === 0) throw new Error(`tenant ${tenantId} has no account at Stripe`);
  return looks;
}

/** Holds while nobody has begun to look since. */
function stillLooking(table: Table, tenantId: string, at: number | undefined): Write[] {
  if (at === undefined) return [];
  const Key: Key = keys.stripeAccount(tenantId);
  const check = { ConditionExpression: 'looks = :at', ExpressionAttributeValues: { ':at': at } };
  return [{ ConditionCheck: { TableName: table.name, Key, ...check } }];
}

async function saveInvoice(table: Table, next: Invoice, before: Invoice | undefined, change: Change): Promise<boolean> {
  const { action, event_id, cause, notices = [] } = change;
  const condition =
    before === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'ver = :read', ExpressionAttributeValues: { ':read': before.ver } };
  const { tenant_id, invoice_id, updated_at } = next;
  const event = { tenant_id, entity: invoice_id, at: updated_at, event_id, action, ...cause };
  const put = (Item: Record<string, unknown>): Write => ({ Put: { TableName: table.name, Item } });
  return transacted(table, [
    { Put: { TableName: table.name, Item: { ...keys.invoice(tenant_id, invoice_id), ...next }, ...condition } },
    put(auditItem({ ...event, ...(before === undefined ? {} : { before }), after: next })),
    ...notices.map((notice) => put(noticeItem(notice))),
    ...stillLooking(table, tenant_id, change.look),
  ]);
}

const noticeItem = (notice: Notice): Record<string, unknown> => ({
  ...keys.notice(notice.tenant_id, notice.notice_id),
  ...notice,
});

async function note(table: Table, event: AuditEvent, notices: readonly Notice[]): Promise<void> {
  const [first, ...more] = [auditItem(event), ...notices.map(noticeItem)];
  if (more.length > 0)
    await transacted(
      table,
      [first, ...more].map((Item) => putOnce(table, Item as Record<string, unknown>)),
    );
  else {
    const put = new PutCommand({ TableName: table.name, Item: first, ConditionExpression: 'attribute_not_exists(pk)' });
    await held(table.client.send(put));
  }
}
