import type { Invoice } from '../../domain/billing/invoice.ts';
import { stored, type Table } from './client.ts';
import { keys, partitions, prefixes } from './keys.ts';
import { getItem } from './lookups.ts';
import { isText, type Page, type PageRequest, pageOf, queryRange, readCursor } from './pages.ts';

/** An invoice of the tenant's own; another tenant's is not there. */
export async function readInvoice(table: Table, tenantId: string, invoiceId: string): Promise<Invoice | undefined> {
  const item = await getItem(table, keys.invoice(tenantId, invoiceId));
  return item === undefined ? undefined : invoiceOf(item);
}

/** Newest first: an invoice's id begins with the time at which it was made. */
export async function listInvoices(table: Table, tenantId: string, { limit, cursor }: PageRequest): Promise<Page<Invoice>> {
  const after = cursor === undefined ? undefined : readCursor(cursor, isText);
  const range = { pk: partitions.tenant(tenantId), prefix: prefixes.invoice, after, limit, newestFirst: true };
  return pageOf(await queryRange(table, range), limit, invoiceOf);
}

export function invoiceOf({ pk: _pk, sk: _sk, ...invoice }: Record<string, unknown>): Invoice {
  return stored<Invoice>(invoice);
}
