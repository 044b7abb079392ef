import type { Key, Row } from './rows.ts';
import type { Item } from './values.ts';

export type Operation =
  | 'Get'
  | 'Put'
  | 'Update'
  | 'Delete'
  | 'Query'
  | 'BatchGet'
  | 'BatchWrite'
  | 'TransactWrite'
  | 'TransactGet';

/** An item that was read; without `item` there was none at the key. For a Query those before its filter. */
export interface Read {
  readonly key: Key;
  readonly item?: Item;
  /** By AWS's item size rules; 0 when there is none. */
  readonly bytes: number;
}

/** An item that was written, or was to be written and was not because the call failed. */
export interface Written {
  readonly action: 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
  readonly key: Key;
  readonly before?: Item;
  /** What stands there now, or would stand there had the call not failed; unknown where its own condition failed. */
  readonly after?: Item;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly conditionFailed: boolean;
}

/** One call that got past validation, as a meter needs it. Images are the table's own: read them, never change them. */
export interface TableCall {
  readonly operation: Operation;
  readonly transaction: boolean;
  /** Asked for with ConsistentRead; transactions always are. */
  readonly consistent: boolean;
  readonly reads: readonly Read[];
  readonly writes: readonly Written[];
  /** A condition did not hold: nothing was written. */
  readonly failed: boolean;
  /** A transaction that was said again with its token: nothing was written this time. */
  readonly replayed: boolean;
}

/** A written item, in commit order. A delete of nothing is none; a write that changes nothing has `changed: false`. */
export interface TableChange {
  readonly key: Key;
  readonly before?: Item;
  readonly after?: Item;
  /** False when both images are equal: a stream has no record of it. */
  readonly changed: boolean;
}

export const readOf = (key: Key, row: Row | undefined): Read =>
  row === undefined ? { key, bytes: 0 } : { key, item: row.item, bytes: row.bytes };
