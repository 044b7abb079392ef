import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';

export const invalid = { error: 'ValidationException' };
export const missed = { error: 'ConditionalCheckFailedException' };

let runs = 0;
/** A partition that nothing else uses. */
export const freshPk = (): string => {
  runs += 1;
  return `run${runs}`;
};

/** Says things to one of the two tables, which is there only when the tests run. */
export class Speaker {
  readonly #table: () => Table;
  constructor(table: () => Table) {
    this.#table = table;
  }
  get table(): Table {
    return this.#table();
  }
  get name(): string {
    return this.table.name;
  }
  send(command: unknown): Promise<Outcome> {
    return outcomeOf(this.table, command);
  }
  put(Item: Record<string, unknown>, more = {}): Promise<Outcome> {
    return this.send(new PutCommand({ TableName: this.name, Item, ...more }));
  }
  transact(TransactItems: unknown[], more = {}): Promise<Outcome> {
    // Malformed ones too: what both sides answer to them is the test.
    return this.send(new TransactWriteCommand({ TransactItems: TransactItems as never, ...more }));
  }
  async get(pk: string, sk = 's'): Promise<Record<string, unknown> | undefined> {
    const found = await this.send(new GetCommand({ TableName: this.name, Key: { pk, sk }, ConsistentRead: true }));
    return (found as { answer: { Item?: Record<string, unknown> } }).answer.Item;
  }
}
