import type { Operation, TableCall, TableChange } from './calls.ts';
import { invalid } from './errors.ts';
import type { Key } from './rows.ts';
import { type Row, Rows } from './rows.ts';
import { same } from './values.ts';

/** Who is told what happens, and what time it is. */
export interface TableOptions {
  /** Milliseconds; only the tokens of transactions look at it. */
  readonly clock?: () => number;
  /** Called for each written item, in commit order, after all writes of its call are done. */
  readonly onChange?: (change: TableChange) => void;
  /** Called once for each call that got past validation, before it returns or throws. */
  readonly onCall?: (call: TableCall) => void;
}

/** Rows, who watches them, and the tokens of transactions. */
export class Store {
  readonly rows = new Rows();
  readonly options: TableOptions;
  /** By token: when, and what was asked. */
  readonly tokens = new Map<string, { readonly at: number; readonly asked: unknown }>();

  constructor(options: TableOptions) {
    this.options = options;
  }

  /** Replaces or removes the rows at some keys at once. */
  commit(writes: readonly Replacement[]): void {
    for (const { key, after } of writes) {
      if (after === undefined) this.rows.delete(key);
      else this.rows.set(key.pk, after);
    }
    const { onChange } = this.options;
    if (onChange === undefined) return;
    for (const { key, before, after } of writes) {
      if (before === undefined && after === undefined) continue;
      const images = { ...(before && { before: before.item }), ...(after && { after: after.item }) };
      onChange({ key, ...images, changed: !same(before?.item, after?.item) });
    }
  }

  /** The images are made only when somebody listens. */
  tell(operation: Operation, call: () => Partial<Omit<TableCall, 'operation' | 'transaction'>>): void {
    const { onCall } = this.options;
    if (onCall === undefined) return;
    const transaction = operation === 'TransactWrite' || operation === 'TransactGet';
    const plain = { consistent: transaction, reads: [], writes: [], failed: false, replayed: false };
    onCall({ operation, transaction, ...plain, ...call() });
  }
}

export interface Replacement {
  readonly key: Key;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

const unknown = [
  'AttributesToGet',
  'AttributeUpdates',
  'ConditionalOperator',
  'Expected',
  'IndexName',
  'KeyConditions',
  'QueryFilter',
] as const;

/** Members of a request that belong to DynamoDB's old way of asking, or to indexes: better an error than a wrong answer. */
export function refuseUnknown(input: object): void {
  for (const member of unknown)
    if ((input as Record<string, unknown>)[member] !== undefined) throw new Error(`MemoryTable does not know ${member}`);
}

/** The one table's part of a batch: this is a table, not a database. */
export function onlyTable<T>(what: string, requests: Readonly<Record<string, T>> | undefined): readonly [string, T] {
  const entries = Object.entries(requests ?? {});
  if (entries.length === 0) throw invalid(`${what} cannot have a null or no requests set`);
  if (entries.length > 1) throw new Error('MemoryTable is one table');
  return entries[0] as [string, T];
}
