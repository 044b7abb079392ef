import { QueryCommand as RawQueryCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { rawQuery } from './raw.ts';
import { batchGet, get, query } from './reads.ts';
import type { Key } from './rows.ts';
import { Store, type TableOptions } from './store.ts';
import { transactGet, transactWrite } from './transactions.ts';
import { copyOf, type Item } from './values.ts';
import { batchWrite, put, remove, update } from './writes.ts';

type TableCommand =
  | GetCommand
  | PutCommand
  | UpdateCommand
  | DeleteCommand
  | QueryCommand
  | RawQueryCommand
  | BatchGetCommand
  | BatchWriteCommand
  | TransactWriteCommand
  | TransactGetCommand;

/** What the SDK says a command answers. */
type AnswerOf<C> = C extends { resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }> }
  ? Output
  : never;

type Handler = (store: Store, input: never) => object;
const handlers: ReadonlyMap<unknown, Handler> = new Map<unknown, Handler>([
  [GetCommand, get],
  [PutCommand, put],
  [UpdateCommand, update],
  [DeleteCommand, remove],
  [QueryCommand, query],
  [RawQueryCommand, rawQuery],
  [BatchGetCommand, batchGet],
  [BatchWriteCommand, batchWrite],
  [TransactWriteCommand, transactWrite],
  [TransactGetCommand, transactGet],
]);

/**
 * A DynamoDB table in memory, with keys `pk` and `sk`, one call at a time. It takes the document client's commands, and a
 * query of the client below it, and gives their answers and errors; `test/world/contract` holds it against DynamoDB Local.
 *
 *     const memory = new MemoryTable({ clock: () => now, onChange: (change) => stream.push(change) });
 *     const { Item } = memory.execute(new GetCommand({ TableName: 'any', Key: { pk, sk } })); // at once
 *     await readEntry(memory.asTable('world'), vault, 7); // as the adapters use it
 *
 * It is one table, whatever name a command gives, and knows no indexes, no Scan, no reserved words, no throttling and no
 * TransactionConflict. An update that does not fit its item cancels a transaction with `ValidationError`, as AWS says.
 */
export class MemoryTable {
  readonly #store: Store;

  constructor(options: TableOptions = {}) {
    this.#store = new Store(options);
  }

  /** Does what the command says and answers, or throws, at once. */
  execute<C extends TableCommand>(command: C): AnswerOf<C> {
    const handler = handlers.get(command.constructor);
    if (handler === undefined) throw new Error(`MemoryTable does not know ${command.constructor.name}`);
    // The map goes from a command's class to the handler of its input: the types cannot follow it there.
    return { ...handler(this.#store, command.input as never), $metadata: {} } as AnswerOf<C>;
  }

  /** The table as adapters take it: a command is done when it is sent, its answer comes as a promise. */
  asTable(name: string): Table {
    const send = async (command: TableCommand) => this.execute(command);
    return { name, client: { send } as unknown as DynamoDBDocumentClient };
  }

  /** How many items there are. */
  get size(): number {
    return this.#store.rows.count;
  }

  /** A copy of an item, for who looks from outside: no call, no hook. */
  peek(key: Key): Record<string, unknown> | undefined {
    const row = this.#store.rows.get(key);
    return row === undefined ? undefined : { ...copyOf(row.item) };
  }

  /** The stored items of one partition in the order of their keys, not copied: read them, never change them. */
  partition(pk: string): Item[] {
    return this.#store.rows.partition(pk).map(({ item }) => item);
  }

  /** All stored items, not copied: read them, never change them. */
  *items(): Iterable<Item> {
    for (const { item } of this.#store.rows.all()) yield item;
  }
}
