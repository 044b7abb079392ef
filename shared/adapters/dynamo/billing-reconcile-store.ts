import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Customer, Paged, Run } from '../../domain/billing/stripe/reconcile.ts';
import type { Subscription } from '../../domain/billing/subscription.ts';
import { batchGet } from './batch-get.ts';
import { stored, type Table } from './client.ts';
import { customerPartitions, keys, partitions, referredId } from './keys.ts';
import { getItem } from './lookups.ts';
import { queryRange } from './pages.ts';

const perPage = 100;

/** What reconciliation reads of our side, and how far it has come. */
export function reconcileStore(table: Table) {
  return {
    lastRun: async (): Promise<Run | undefined> => {
      const item = await getItem(table, keys.billingRun('stripe'));
      return item === undefined ? undefined : stored<Run>(item['run'] as Record<string, unknown>);
    },
    keepRun: async (run: Run): Promise<void> => {
      await table.client.send(new PutCommand({ TableName: table.name, Item: { ...keys.billingRun('stripe'), run } }));
    },
    customers: (cursor: string | undefined): Promise<Paged<Customer>> => customersPage(table, cursor),
    tenantsOf: async (customerIds: readonly string[]): Promise<ReadonlyMap<string, string>> => {
      const items = await batchGet(table, customerIds.map(keys.reference));
      return new Map(items.map((item) => [referredId(String(item['pk'])), String(item['tenant_id'])]));
    },
    records: async (tenantIds: readonly string[]): Promise<ReadonlyMap<string, Subscription>> => {
      const items = await batchGet(table, tenantIds.map(keys.subscription));
      return new Map(items.map((item) => [String(item['tenant_id']), stored<Subscription>(item)]));
    },
  };
}

/** Partition by partition; a cursor is `partition` or `partition#last`. */
async function customersPage(table: Table, cursor = '0'): Promise<Paged<Customer>> {
  const [place = '0', last] = cursor.split('#');
  const partition = Number(place);
  const range = { pk: partitions.customers(partition), prefix: '', after: last, limit: perPage };
  const items = await queryRange(table, range);
  const given = items.slice(0, perPage);
  const more = items.length > perPage ? `${partition}#${given.at(-1)?.['sk']}` : undefined;
  const following = partition + 1 < customerPartitions ? String(partition + 1) : undefined;
  const customers = given.map((item) => ({ customerId: String(item['sk']), tenantId: String(item['tenant_id']) }));
  return { items: customers, next: more ?? following };
}
