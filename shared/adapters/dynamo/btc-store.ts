import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Books } from '../../domain/billing/btc/apply.ts';
import type { BtcAccount, BtcInvoice } from '../../domain/billing/btc/invoice.ts';
import type { BooksWrite, BtcBooks, InvoiceWrite } from '../../domain/billing/btc/ports.ts';
import type { Notice } from '../../domain/billing/notice.ts';
import type { Subscription } from '../../domain/billing/subscription.ts';
import { batchGet } from './batch-get.ts';
import { heldAgain, stored, type Table, transacted } from './client.ts';
import { type Key, keys, partitions } from './keys.ts';
import { getItem } from './lookups.ts';
import { queryRange } from './pages.ts';
import { isMarked, requestMark } from './request-mark.ts';
import { saveSubscription, type Write } from './subscription-store.ts';

type Item = Record<string, unknown>;

/** What a tenant paid in bitcoin, and the invoices for it: one transaction for each change, over what was read. */
export const btcBooks = (table: Table): BtcBooks => ({
  read: (tenantId) => readBooks(table, tenantId),
  invoice: async (tenantId, invoiceId) => {
    const item = await getItem(table, keys.invoice(tenantId, invoiceId));
    return item?.['btc'] === undefined ? undefined : plain<BtcInvoice>(item);
  },
  save: (write) => saveBooks(table, write),
  note: (write, notices) => noteInvoice(table, write, notices),
  made: (tenantId, seed) => isMarked(table, keys.tenantChanged(tenantId, seed)),
});

function plain<T>(item: Item): T {
  const { pk: _pk, sk: _sk, ...rest } = item;
  return stored<T>(rest);
}

/** Both in one call, as they are now. */
async function readBooks(table: Table, tenantId: string): Promise<Books> {
  const wanted = [keys.btcAccount(tenantId), keys.subscription(tenantId)];
  const items = await batchGet(table, wanted);
  const at = (key: Key) => items.find((item) => item['sk'] === key.sk);
  const [account, subscription] = wanted.map(at);
  return {
    account: account === undefined ? { tenant_id: tenantId, grants: [], ver: 0 } : plain<BtcAccount>(account),
    subscription: subscription === undefined ? undefined : plain<Subscription>(subscription),
  };
}

const put = (table: Table, Item: Item, ver: number | undefined): Write => ({
  Put: {
    TableName: table.name,
    Item,
    ...(ver === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'ver = :read', ExpressionAttributeValues: { ':read': ver } }),
  },
});
const always = (table: Table, Item: Item): Write => ({ Put: { TableName: table.name, Item } });

const invoicePut = (table: Table, { next, before }: InvoiceWrite): Write =>
  put(table, { ...keys.invoice(next.tenant_id, next.invoice_id), ...next }, before?.ver);
const noticePut = (table: Table, notice: Notice): Write =>
  always(table, { ...keys.notice(notice.tenant_id, notice.notice_id), ...notice });

async function saveBooks(table: Table, write: BooksWrite): Promise<boolean> {
  const { before, account, subscription, invoices = [], notices = [], event, mark } = write;
  const { tenant_id } = account;
  const at = subscription?.updated_at ?? invoices[0]?.next.updated_at ?? notices[0]?.at;
  const rest = [
    put(table, { ...keys.btcAccount(tenant_id), ...account }, before.account.ver === 0 ? undefined : before.account.ver),
    ...dueWrites(table, before.account, account),
    ...invoices.map((one) => invoicePut(table, one)),
    ...(mark === undefined || at === undefined ? [] : [always(table, requestMark(keys.tenantChanged(tenant_id, mark), at))]),
  ];
  if (subscription !== undefined)
    return saveSubscription(table, subscription, before.subscription, { event, notices, with: rest });
  return transacted(table, [...rest, ...notices.map((one) => noticePut(table, one)), ...audited(table, write, at)]);
}

/** The row that the clock finds a tenant by stands where its time says. */
function dueWrites(table: Table, before: BtcAccount, next: BtcAccount): Write[] {
  if (before.due_at === next.due_at) return [];
  const { tenant_id } = next;
  return [
    ...(before.due_at === undefined
      ? []
      : [{ Delete: { TableName: table.name, Key: keys.billingDue(before.due_at, tenant_id) } }]),
    ...(next.due_at === undefined ? [] : [always(table, { ...keys.billingDue(next.due_at, tenant_id), tenant_id })]),
  ];
}

/** Where the subscription does not move, the trail has what became of the invoice; that the clock came by is no event. */
function audited(table: Table, { account, invoices = [], event }: BooksWrite, at: string | undefined): Write[] {
  const [first] = invoices;
  if (first === undefined || at === undefined) return [];
  const { event_id, ...what } = event;
  const key = keys.audit(account.tenant_id, first.next.invoice_id, at, event_id);
  return [always(table, { ...key, ...what, ...(first.before === undefined ? {} : { before: first.before }), after: first.next })];
}

async function noteInvoice(table: Table, write: InvoiceWrite, notices: readonly Notice[]): Promise<boolean> {
  const one = invoicePut(table, write);
  if (notices.length > 0) return transacted(table, [one, ...notices.map((notice) => noticePut(table, notice))]);
  return heldAgain(() => table.client.send(new PutCommand(one.Put as NonNullable<Write['Put']>)));
}

/** The tenants whose time has come, the longest overdue first. */
export async function dueTenants(table: Table, now: string, most: number): Promise<readonly string[]> {
  const items = await queryRange(table, { pk: partitions.billingDue, prefix: '', limit: most });
  return items.flatMap((item) => (String(item['sk']) <= now ? [item['tenant_id'] as string] : []));
}
