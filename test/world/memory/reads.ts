import type { BatchGetCommandInput, GetCommandInput, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { tableSchema } from '../../../shared/wiring/table.ts';
import { readOf } from './calls.ts';
import { type Condition, parseFilter } from './conditions.ts';
import { invalid } from './errors.ts';
import { type Bound, bind, noUses, type Parsed, remembered } from './expressions.ts';
import { asItem, keyOf, parseKeyCondition, type Range, rangeOf } from './keyed.ts';
import { type Path, project, readPath, refuseOverlaps, stepsOf } from './paths.ts';
import { firstFrom, type Row } from './rows.ts';
import { onlyTable, refuseUnknown, type Store } from './store.ts';
import { Reader } from './tokens.ts';
import { copyOf, type Item } from './values.ts';
import { requireDistinct } from './writes.ts';

export interface Projection extends Parsed {
  readonly paths: readonly Path[];
}

export const parseProjection = remembered((text): Projection => {
  const reader = new Reader('ProjectionExpression', text);
  const uses = noUses();
  const paths = [readPath(reader, uses)];
  while (reader.took(',')) paths.push(readPath(reader, uses));
  reader.needEnd();
  uses.checks.push(({ names }) =>
    refuseOverlaps(
      paths.map((path) => stepsOf(path, names)),
      (message) => reader.refuse(message),
    ),
  );
  return { kind: 'ProjectionExpression', uses, paths };
});

const projectionIn = (text: string | undefined): Projection | undefined =>
  text === undefined ? undefined : parseProjection(text);

/** What the caller gets of a stored item: a copy. */
export function projected(item: Item, projection: Projection | undefined, { names }: Bound): Record<string, unknown> {
  if (projection === undefined) return copyOf(item);
  return copyOf(
    project(
      item,
      projection.paths.map((path) => stepsOf(path, names)),
    ),
  );
}

export function get(store: Store, input: GetCommandInput): object {
  refuseUnknown(input);
  const projection = projectionIn(input.ProjectionExpression);
  const bound = bind(input, projection);
  const key = keyOf(input.Key);
  const row = store.rows.get(key);
  store.tell('Get', () => ({ consistent: input.ConsistentRead === true, reads: [readOf(key, row)] }));
  return row === undefined ? {} : { Item: projected(row.item, projection, bound) };
}

export function batchGet(store: Store, input: BatchGetCommandInput): object {
  const [name, request] = onlyTable('BatchGetItem', input.RequestItems);
  refuseUnknown(request);
  const keys = (request.Keys ?? []).map(keyOf);
  if (keys.length === 0) throw invalid('The list of keys in RequestItems for BatchGetItem is required');
  if (keys.length > 100) throw invalid('Too many items requested for the BatchGetItem call');
  requireDistinct(
    keys.map((key) => ({ key })),
    'Provided list of item keys contains duplicates',
  );
  const projection = projectionIn(request.ProjectionExpression);
  const bound = bind(request, projection);
  const found = keys.map((key) => ({ key, row: store.rows.get(key) }));
  store.tell('BatchGet', () => ({
    consistent: request.ConsistentRead === true,
    reads: found.map(({ key, row }) => readOf(key, row)),
  }));
  const items = found.flatMap(({ row }) => (row === undefined ? [] : [projected(row.item, projection, bound)]));
  return { Responses: { [name]: items }, UnprocessedKeys: {} };
}

/** DynamoDB ends a page with the item that brings it above this. */
const pageBytes = 1024 * 1024;

/** One page of a partition's range. */
export function query(store: Store, input: QueryCommandInput): object {
  refuseUnknown(input);
  if (input.KeyConditionExpression === undefined)
    throw invalid('Either the KeyConditions or KeyConditionExpression must be given');
  if (input.Limit !== undefined && input.Limit < 1) throw invalid('Limit must be greater than or equal to 1');
  const condition = parseKeyCondition(input.KeyConditionExpression);
  const filter = input.FilterExpression === undefined ? undefined : parseFilter(input.FilterExpression);
  const projection = projectionIn(input.ProjectionExpression);
  const bound = bind(input, condition, filter, projection);
  refuseKeys(filter, bound);
  const range = rangeOf(condition, bound);
  const { rows, ends } = page(store.rows.partition(range.pk), range, input);
  store.tell('Query', () => ({
    consistent: input.ConsistentRead === true,
    reads: rows.map((row) => readOf({ pk: range.pk, sk: row.sk }, row)),
  }));
  const kept = filter === undefined ? rows : rows.filter(({ item }) => filter.test(item, bound));
  const last = rows.at(-1);
  return {
    ...(input.Select === 'COUNT' ? {} : { Items: kept.map(({ item }) => projected(item, projection, bound)) }),
    Count: kept.length,
    ScannedCount: rows.length,
    ...(ends || last === undefined ? {} : { LastEvaluatedKey: asItem({ pk: range.pk, sk: last.sk }) }),
  };
}

const keyNames: readonly unknown[] = [tableSchema.partitionKey, tableSchema.sortKey];

function refuseKeys(filter: Condition | undefined, { names }: Bound): void {
  const key = filter?.uses.paths.map((path) => stepsOf(path, names)[0]).find((name) => keyNames.includes(name));
  if (key !== undefined)
    throw invalid(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${key}`);
}

/** The rows of a page in reading order, and whether the range ends there: one that reached its limit does not know. */
function page(all: readonly Row[], range: Range, input: QueryCommandInput): { rows: readonly Row[]; ends: boolean } {
  const backwards = input.ScanIndexForward === false;
  const [from, to] = remaining(all, range, input, backwards);
  const limit = input.Limit ?? Number.POSITIVE_INFINITY;
  const rows: Row[] = [];
  let bytes = 0;
  for (let i = 0; i < to - from; i += 1) {
    const row = all[backwards ? to - 1 - i : from + i] as Row;
    rows.push(row);
    bytes += row.bytes;
    if (rows.length >= limit) return { rows, ends: false };
    if (bytes > pageBytes) return { rows, ends: i + 1 === to - from };
  }
  return { rows, ends: true };
}

function remaining(
  all: readonly Row[],
  range: Range,
  { ExclusiveStartKey: start }: QueryCommandInput,
  backwards: boolean,
): readonly [number, number] {
  const [from, to] = range.within(all);
  if (start === undefined) return [from, to];
  if (Object.keys(start).length !== 2) throw invalid("Exclusive Start Key must have same size as table's key schema");
  const { pk, sk } = keyOf(start);
  if (pk !== range.pk || !range.holds(sk)) throw invalid('The provided starting key does not match the range key predicate');
  const at = firstFrom(all, sk);
  if (backwards) return [from, at];
  return [all[at]?.sk === sk ? at + 1 : at, to];
}
