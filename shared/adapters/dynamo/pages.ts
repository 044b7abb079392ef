import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
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
  /** The least sort key (inclusive), with the prefix. */
  readonly from?: string | undefined;
  /** Only items that have this value. */
  readonly only?: { readonly name: string; readonly value: string };
}

/** Behind every sort key with a prefix that is ASCII to its end, as ranges with a `from` are. */
const last = '\u007f';

/** A cursor is the client's: one from outside its range is not a cursor of this list, and the table would refuse it. */
const isOutside = ({ prefix, after, from = prefix }: RangeQuery): boolean =>
  after !== undefined && (!after.startsWith(prefix) || after < from || (from !== prefix && after >= prefix + last));

function rangeOf({
  pk,
  prefix,
  from,
  only,
}: RangeQuery): Pick<QueryCommandInput, 'KeyConditionExpression'> & Partial<QueryCommandInput> {
  const filter =
    only === undefined ? {} : { FilterExpression: '#only = :only', ExpressionAttributeNames: { '#only': only.name } };
  const value = only === undefined ? {} : { ':only': only.value };
  if (from !== undefined) {
    const ExpressionAttributeValues = { ':pk': pk, ':from': from, ':to': `${prefix}${last}`, ...value };
    return { ...filter, KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to', ExpressionAttributeValues };
  }
  // An empty prefix is the whole partition; begins_with refuses an empty string.
  const KeyConditionExpression = prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)';
  const begins = prefix === '' ? {} : { ':prefix': prefix };
  return { ...filter, KeyConditionExpression, ExpressionAttributeValues: { ':pk': pk, ...begins, ...value } };
}

/** One page of a partition's range, in sort key order. Gives an item more than asked for when there are more. */
export async function queryRange(table: Table, range: RangeQuery): Promise<Record<string, unknown>[]> {
  const { pk, after, limit, newestFirst = false, only } = range;
  if (isOutside(range)) throw cursorInvalid();
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined = after === undefined ? undefined : { pk, sk: after };
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        ...rangeOf(range),
        ScanIndexForward: !newestFirst,
        ConsistentRead: true,
        // Of what is filtered a limit would count what was thrown away too, and make many small calls.
        ...(only === undefined ? { Limit: limit + 1 - items.length } : {}),
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
