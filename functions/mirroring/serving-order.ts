import { readEntry } from '../../shared/adapters/dynamo/line-reads.ts';
import { findOrder } from '../../shared/adapters/dynamo/lookups.ts';
import { readClaim } from '../../shared/adapters/dynamo/order-reads.ts';
import { readRoster } from '../../shared/adapters/dynamo/roster.ts';
import { type ServedShard, servingOrderView, shardAsked } from '../../shared/domain/mirroring/serving-order.ts';
import { notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './api-table.ts';

/** An order that was refused went to nobody: it has no shards. */
export async function getServingOrder({ principal, params, query }: ApiRequest): Promise<ApiAnswer> {
  const orderId = params['manager_order_id'] as string;
  const found = await findOrder(table, orderId);
  permit(principal, 'getServingOrder', resource('manager_order', found));
  if (found === undefined) throw notFound('manager_order');
  const entry = found.seq === undefined ? undefined : await readEntry(table, found, found.seq);
  const shards = entry?.pinned.shards ?? 0;
  if (query['shard'] === undefined) return { body: servingOrderView(orderId, shards) };
  const served = await servedShard({ ...found, shard: shardAsked(query['shard'], shards) }, found.seq as number);
  return { body: servingOrderView(orderId, shards, served) };
}

async function servedShard(key: Parameters<typeof readClaim>[1], seq: number): Promise<ServedShard> {
  const [claim, { roster }] = await Promise.all([readClaim(table, key, { seq }), readRoster(table, key)]);
  return { shard: key.shard, claim, roster };
}
