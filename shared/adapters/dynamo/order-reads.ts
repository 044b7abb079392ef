import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Claim, Counts } from '../../domain/mirroring/claim.ts';
import { type At, type LogEntry, placeOf } from '../../domain/mirroring/entry.ts';
import type { OrderEntry, RefusedOrder } from '../../domain/mirroring/order.ts';
import { childStates } from '../../domain/mirroring/states.ts';
import type { Progress } from '../../domain/mirroring/views.ts';
import { claimOf } from './claim-item.ts';
import type { Table } from './client.ts';
import { readCounts } from './count-reads.ts';
import { keys, partitions, prefixes, type ShardOf, type VaultKey } from './keys.ts';
import { readEntry } from './line-reads.ts';
import { getItem } from './lookups.ts';
import { isCount, isText, type Page, type PageRequest, pageOf, queryRange, readCursor, writeCursor } from './pages.ts';

/**
 * What the shards recorded of an order, summed: their results, and apart from them how lane children ended and what
 * reports moved. Reads two small projections per shard, a hundred to a call.
 */
export async function readProgress(table: Table, entry: LogEntry): Promise<Progress> {
  const shards = Array.from({ length: entry.pinned.shards }, (_, shard) => shard);
  const [results, ended] = await Promise.all([
    readCounts(table, entry, shards, (shard) => keys.result(shard, entry)),
    readCounts(table, entry, shards, (shard) => keys.ended(shard, entry)),
  ]);
  const total = (name: keyof Counts) => results.reduce((n, item) => n + (countsIn(item)[name] ?? 0), 0);
  const moved = (name: string) => ended.reduce((n, item) => n + Number(item[name] ?? 0), 0);
  const counts = Object.fromEntries(
    [...childStates, 'unknown' as const].map((name) => [name, total(name) + moved(name)]),
  ) as Record<string, number>;
  // What the shards sent to lanes and no lane has ended yet; moves between states add up to nothing.
  counts['retry'] = (counts['retry'] ?? 0) + total('lane') - childStates.reduce((n, state) => n + moved(state), 0);
  const shown = Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0));
  const claimed = results.filter((item) => item['state'] !== 'barrier');
  return { shardsClaimed: claimed.length, shardsDone: results.filter((item) => item['state'] === 'done').length, counts: shown };
}

const countsIn = (item: Record<string, unknown>): Counts => (item['counts'] as Counts | undefined) ?? {};

/** A page of a vault's log in sequence, after `after` (exclusive). */
export async function listEntries(table: Table, vault: VaultKey, page: PageRequest, since: number): Promise<Page<LogEntry>> {
  const from = page.cursor === undefined ? since : Math.max(since, readCursor(page.cursor, isCount));
  const items = await queryRange(table, {
    pk: partitions.vault(vault),
    prefix: prefixes.entry,
    after: keys.entry(vault, from).sk,
    limit: page.limit,
  });
  const found = pageOf(items, page.limit, (i) => i['entry'] as LogEntry);
  return { items: found.items, next_cursor: found.next_cursor === null ? null : writeCursor(found.items.at(-1)?.seq) };
}

export async function listRefused(table: Table, vault: VaultKey, page: PageRequest): Promise<Page<RefusedOrder>> {
  const after = page.cursor === undefined ? undefined : readCursor(page.cursor, isText);
  const items = await queryRange(table, { pk: partitions.vault(vault), prefix: prefixes.refused, after, limit: page.limit });
  return pageOf(items, page.limit, (i) => i['refused'] as RefusedOrder);
}

export async function readRefused(table: Table, vault: VaultKey, orderId: string): Promise<RefusedOrder | undefined> {
  return (await getItem(table, keys.refused(vault, orderId)))?.['refused'] as RefusedOrder | undefined;
}

/**
 * The last sequence number whose entry is older than a time: order times never run backwards in a log, so that a
 * bisection finds it in a few reads.
 */
export async function seqBefore(table: Table, vault: VaultKey & { seq: number }, time: string): Promise<number> {
  const isOlder = async (seq: number) => ((await readEntry(table, vault, seq))?.accepted_at ?? '') < time;
  let low = 0;
  let high = vault.seq;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (await isOlder(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

export async function readClaim(table: Table, shard: ShardOf, at: At): Promise<Claim | undefined> {
  const item = await getItem(table, keys.result(shard, at));
  return item === undefined || item['state'] === 'barrier' ? undefined : claimOf(item);
}

/** Claims and results of a shard along its line, after line number `after`, a page at a time. */
export async function listClaims(
  table: Table,
  shard: ShardOf,
  after: number,
  limit: number,
): Promise<{ claims: Claim[]; more: boolean }> {
  const items = await queryRange(table, {
    pk: partitions.shard(shard),
    prefix: prefixes.result,
    after: keys.result(shard, placeOf(after)).sk,
    // One more than asked tells whether there are more; the newest may be a barred slot, which is no entry.
    limit: limit + 1,
  });
  const claims = items.filter((item) => item['state'] !== 'barrier').map(claimOf);
  return { claims: claims.slice(0, limit), more: claims.length > limit };
}

/** The newest order of a vault's log: looked for among its last entries. */
export async function newestOrder(table: Table, vault: VaultKey): Promise<OrderEntry | undefined> {
  const items = await newest(table, partitions.vault(vault), prefixes.entry, 50);
  return items.map((item) => item['entry'] as LogEntry).find((entry) => entry.kind === 'order');
}

/** Sequence number of the last entry of the log that a shard finished; a claim that is under way does not count. */
export async function readCursorSeq(table: Table, shard: ShardOf): Promise<number> {
  const [last] = await newest(table, partitions.shard(shard), prefixes.result, 1);
  const { seq = 0, k, state } = (last ?? {}) as { seq?: number; k?: number; state?: string };
  return state === 'claimed' && k === undefined ? Math.max(0, seq - 1) : seq;
}

async function newest(table: Table, pk: string, prefix: string, limit: number): Promise<Record<string, unknown>[]> {
  const { Items } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
      ScanIndexForward: false,
      Limit: limit,
      ConsistentRead: true,
    }),
  );
  return Items ?? [];
}
