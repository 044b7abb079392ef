import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { readJson } from '../../kit/json.ts';
import { Refusal } from '../../kit/refusal.ts';
import type { Table } from './client.ts';

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}
export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

/** A cursor is opaque to clients: where the next page starts, as base64url JSON. A bad one is a 400 (SPEC 2). */
export const writeCursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');

export function readCursor<T>(cursor: string, isValid: (value: unknown) => value is T): T {
  const value = readJson(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (isValid(value)) return value;
  throw cursorInvalid();
}

const cursorInvalid = (): Refusal =>
  new Refusal(400, 'cursor_invalid', 'The cursor is not one that this list gave.', {
    errors: [{ pointer: '/cursor', detail: 'not a cursor of this list' }],
  });

export const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= 256;
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e12;
/** A place in a shard's line as a number (docs/decisions/0016). */
export const isLine = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export interface RangeQuery {
  readonly pk: string;
  readonly prefix: string;
  /** Sort key after which the page starts (exclusive). */
  readonly after?: string | undefined;
  readonly limit: number;
  readonly newestFirst?: boolean;
}

/** One page of a partition's range, in sort key order. Gives one item more than asked for when there are more. */
export async function queryRange(
  table: Table,
  { pk, prefix, after, limit, newestFirst = false }: RangeQuery,
): Promise<Record<string, unknown>[]> {
  // A cursor is the client's: one from outside this range is not a cursor of this list.
  if (after !== undefined && !after.startsWith(prefix)) throw cursorInvalid();
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined = after === undefined ? undefined : { pk, sk: after };
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        // An empty prefix is the whole partition; begins_with refuses an empty string.
        KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: prefix === '' ? { ':pk': pk } : { ':pk': pk, ':prefix': prefix },
        ScanIndexForward: !newestFirst,
        ConsistentRead: true,
        Limit: limit + 1 - items.length,
        ExclusiveStartKey: start,
      }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined && items.length <= limit);
  return items;
}

/** A page made of a range: the surplus item only tells that there is a next page, which starts after the last one given. */
export function pageOf<T>(
  items: readonly Record<string, unknown>[],
  limit: number,
  view: (item: Record<string, unknown>) => T,
): Page<T> {
  const given = items.slice(0, limit);
  const last = given.at(-1);
  return { items: given.map(view), next_cursor: items.length > limit && last !== undefined ? writeCursor(last['sk']) : null };
}
