import type {
  BatchWriteCommandInput,
  DeleteCommandInput,
  PutCommandInput,
  TransactWriteCommandInput,
  UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Operation, Written } from './calls.ts';
import { type Change, changeOf, touched } from './changes.ts';
import { type Condition, parseCondition } from './conditions.ts';
import { conditionFailure, invalid } from './errors.ts';
import { type Bound, bind } from './expressions.ts';
import { asItem, keyIn, keyOf } from './keyed.ts';
import type { Key, Row } from './rows.ts';
import { rowOf } from './rows.ts';
import { mostItemBytes } from './sizes.ts';
import { onlyTable, refuseUnknown, type Store } from './store.ts';
import { parseUpdate } from './updates.ts';
import { copyOf, type Item, taken } from './values.ts';

/** A write that is valid in itself: what it does to the row that stands at its key. */
export interface Prepared {
  readonly action: Written['action'];
  readonly key: Key;
  readonly holds: (before: Row | undefined) => boolean;
  /** The row that is to stand there, none after a delete; throws when an update does not fit what is there. */
  readonly next: (before: Row | undefined) => Row | undefined;
  /** A failed condition gives back what it met. */
  readonly givesOld: boolean;
  /** What an update touches. */
  readonly change?: Change;
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type PutInput = NonNullable<TransactItem['Put']> | PutCommandInput;
type UpdateInput = NonNullable<TransactItem['Update']> | UpdateCommandInput;
type DeleteInput = NonNullable<TransactItem['Delete']> | DeleteCommandInput;
type CheckInput = NonNullable<TransactItem['ConditionCheck']>;
interface Conditional {
  readonly ConditionExpression?: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

const conditionIn = ({ ConditionExpression }: Conditional): Condition | undefined =>
  ConditionExpression === undefined ? undefined : parseCondition(ConditionExpression);

function guard(input: Conditional, condition: Condition | undefined, bound: Bound): Pick<Prepared, 'holds' | 'givesOld'> {
  const givesOld = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  if (condition === undefined) return { givesOld, holds: () => true };
  return { givesOld, holds: (before) => condition.test(before?.item, bound) };
}

export function preparePut(input: PutInput): Prepared {
  refuseUnknown(input);
  const condition = conditionIn(input);
  const bound = bind(input, condition);
  const item = taken(input.Item ?? {}) as Item;
  const key = keyIn(item);
  const row = fitting(rowOf(key.sk, item), 'Item size has exceeded the maximum allowed size');
  return { action: 'Put', key, ...guard(input, condition, bound), next: () => row };
}

export function prepareDelete(input: DeleteInput): Prepared {
  refuseUnknown(input);
  const condition = conditionIn(input);
  const bound = bind(input, condition);
  return { action: 'Delete', key: keyOf(input.Key), ...guard(input, condition, bound), next: () => undefined };
}

export function prepareCheck(input: CheckInput): Prepared {
  refuseUnknown(input);
  const condition = conditionIn(input);
  if (condition === undefined) throw invalid("Value null at 'conditionExpression' failed to satisfy constraint");
  const bound = bind(input, condition);
  return { action: 'ConditionCheck', key: keyOf(input.Key), ...guard(input, condition, bound), next: (before) => before };
}

export function prepareUpdate(input: UpdateInput): Prepared {
  refuseUnknown(input);
  const condition = conditionIn(input);
  const update = input.UpdateExpression === undefined ? undefined : parseUpdate(input.UpdateExpression);
  const bound = bind(input, update, condition);
  const change = update === undefined ? { paths: [], apply: (item: Item) => item } : changeOf(update, bound);
  const key = keyOf(input.Key);
  const next = (before: Row | undefined) => {
    const row = rowOf(key.sk, change.apply(before?.item ?? asItem(key)));
    return fitting(row, 'Item size to update has exceeded the maximum allowed size');
  };
  return { action: 'Update', key, ...guard(input, condition, bound), next, change };
}

function fitting(row: Row, complaint: string): Row {
  if (row.bytes > mostItemBytes) throw invalid(complaint);
  return row;
}

interface Answer {
  Attributes?: Record<string, unknown>;
}

export const put = (store: Store, input: PutCommandInput): Answer => {
  requireReturn(input.ReturnValues, ['NONE', 'ALL_OLD']);
  return written(store, 'Put', preparePut(input), input.ReturnValues);
};

export const remove = (store: Store, input: DeleteCommandInput): Answer => {
  requireReturn(input.ReturnValues, ['NONE', 'ALL_OLD']);
  return written(store, 'Delete', prepareDelete(input), input.ReturnValues);
};

export const update = (store: Store, input: UpdateCommandInput): Answer => {
  requireReturn(input.ReturnValues, ['NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW']);
  return written(store, 'Update', prepareUpdate(input), input.ReturnValues);
};

function requireReturn(wanted: string | undefined, known: readonly string[]): void {
  if (wanted !== undefined && !known.includes(wanted)) throw invalid('Return values set to invalid value');
}

function written(store: Store, operation: Operation, prepared: Prepared, returns: string | undefined): Answer {
  const { key } = prepared;
  const before = store.rows.get(key);
  if (!prepared.holds(before)) {
    store.tell(operation, () => ({ failed: true, writes: [writtenOf(prepared, before, before, true)] }));
    throw conditionFailure(prepared.givesOld ? before?.item : undefined);
  }
  const after = prepared.next(before);
  store.commit([{ key, before, after }]);
  store.tell(operation, () => ({ writes: [writtenOf(prepared, before, after, false)] }));
  const given = returned(prepared.change, returns, returns?.endsWith('NEW') ? after : before);
  return given === undefined ? {} : { Attributes: copyOf(given) };
}

function returned(change: Change | undefined, returns: string | undefined, row: Row | undefined): Item | undefined {
  if (row === undefined || returns === undefined || returns === 'NONE') return undefined;
  if (returns.startsWith('ALL')) return row.item;
  const part = touched(row.item, change?.paths ?? []);
  return Object.keys(part).length === 0 ? undefined : part;
}

/** What a write did or would have done, for who counts it. */
export function writtenOf(
  prepared: Prepared,
  before: Row | undefined,
  after: Row | undefined,
  conditionFailed: boolean,
): Written {
  return {
    action: prepared.action,
    key: prepared.key,
    ...(before && { before: before.item }),
    ...(after && !conditionFailed && { after: after.item }),
    bytesBefore: before?.bytes ?? 0,
    bytesAfter: conditionFailed ? 0 : (after?.bytes ?? 0),
    conditionFailed,
  };
}

export function batchWrite(store: Store, input: BatchWriteCommandInput): { UnprocessedItems: Record<string, never> } {
  const [, requests] = onlyTable('BatchWriteItem', input.RequestItems);
  if (requests.length === 0) throw invalid('The batch write request list for a table cannot be null or empty');
  if (requests.length > 25) throw invalid('Too many items requested for the BatchWriteItem call');
  const all = requests.map(({ PutRequest, DeleteRequest }) => {
    if ((PutRequest === undefined) === (DeleteRequest === undefined))
      throw invalid('A batch write request has exactly one of PutRequest and DeleteRequest');
    if (PutRequest !== undefined) return preparePut({ TableName: '', Item: PutRequest.Item });
    return prepareDelete({ TableName: '', Key: DeleteRequest?.Key });
  });
  requireDistinct(all, 'Provided list of item keys contains duplicates');
  const writes = all.map((prepared) => {
    const before = store.rows.get(prepared.key);
    return { prepared, key: prepared.key, before, after: prepared.next(before) };
  });
  store.commit(writes);
  store.tell('BatchWrite', () => ({
    writes: writes.map(({ prepared, before, after }) => writtenOf(prepared, before, after, false)),
  }));
  return { UnprocessedItems: {} };
}

export function requireDistinct(all: readonly { readonly key: Key }[], complaint: string): void {
  if (all.length < 2) return;
  const texts = new Set(all.map(({ key }) => `${key.pk.length} ${key.pk} ${key.sk}`));
  if (texts.size < all.length) throw invalid(complaint);
}
