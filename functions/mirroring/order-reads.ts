import { readMark } from '../../shared/adapters/dynamo/cancel-store.ts';
import { readEntry } from '../../shared/adapters/dynamo/line-reads.ts';
import { findOrder, findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { listEntries, listRefused, readProgress, readRefused, seqBefore } from '../../shared/adapters/dynamo/order-reads.ts';
import type { CancelMark } from '../../shared/domain/mirroring/cancel.ts';
import { type Canceled, managerOrderView, refusedOrderView } from '../../shared/domain/mirroring/views.ts';
import { notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import { Refusal } from '../../shared/kit/refusal.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './api-table.ts';

/** A list counts children only up to so many shard results: 50 orders of a vault of 20 shards. Beyond, read them by id. */
const mostResultsInList = 1000;

export async function getManagerOrder({ principal, params }: ApiRequest): Promise<ApiAnswer> {
  const orderId = params['manager_order_id'] as string;
  const found = await findOrder(table, orderId);
  permit(principal, 'getManagerOrder', resource('manager_order', found));
  if (found === undefined) throw notFound('manager_order');
  if (found.seq === undefined) {
    const refused = await readRefused(table, found, orderId);
    if (refused === undefined) throw notFound('manager_order');
    return { body: refusedOrderView(refused) };
  }
  const entry = await readEntry(table, found, found.seq);
  if (entry === undefined) throw notFound('manager_order');
  const [progress, mark] = await Promise.all([readProgress(table, entry), readMark(table, found, entry.seq)]);
  return { body: managerOrderView(entry, progress, canceledBy(mark)) };
}

export async function listManagerOrders({ principal, query }: ApiRequest): Promise<ApiAnswer> {
  const vault = await findVault(table, query['vault_id'] as string);
  permit(principal, 'listManagerOrders', resource('vault', vault));
  if (vault === undefined) throw notFound('vault');
  const page = pageOfQuery(query);
  if (query['state'] === 'refused') {
    if (query['since'] !== undefined) throw sinceNotHere();
    const refused = await listRefused(table, vault, page);
    return { body: { items: refused.items.map(refusedOrderView), next_cursor: refused.next_cursor } };
  }
  const since = query['since'] === undefined ? 0 : await sinceSeq(vault, query['since']);
  const found = await listEntries(table, vault, page, since);
  const countable = found.items.reduce((n, e) => n + e.pinned.shards, 0) <= mostResultsInList;
  const canceledTo = vault.canceled_to ?? 0;
  const items = await Promise.all(
    found.items.map(async (e) => {
      const [progress, mark] = await Promise.all([
        countable ? readProgress(table, e) : undefined,
        e.seq <= canceledTo ? readMark(table, vault, e.seq) : undefined,
      ]);
      return managerOrderView(e, progress, canceledBy(mark));
    }),
  );
  return { body: { items, next_cursor: found.next_cursor } };
}

const canceledBy = (mark: CancelMark | undefined): Canceled | undefined =>
  mark === undefined ? undefined : { canceled_by: mark.manager_order_id, filled_qty: mark.filled_qty };

const sinceNotHere = (): Refusal => {
  const errors = [{ pointer: '/since', detail: 'refused orders have no sequence: leave it out' }];
  return new Refusal(400, 'validation_failed', 'The query is not valid: see errors.', { errors });
};

/** `since` as the sequence number after which a list starts: itself a number (inclusive), or a time (inclusive). */
export async function sinceSeq(vault: Parameters<typeof seqBefore>[1], since: string): Promise<number> {
  return /^\d+$/.test(since) ? Math.max(0, Number(since) - 1) : seqBefore(table, vault, new Date(since).toISOString());
}
