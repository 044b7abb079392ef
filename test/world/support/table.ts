import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { atOnce, type Faults, type Invocation, type Lock, type Mode } from './faults.ts';

type Write = PutCommand | UpdateCommand | DeleteCommand | TransactWriteCommand;
const isWrite = (command: unknown): command is Write =>
  [PutCommand, UpdateCommand, DeleteCommand, TransactWriteCommand].some((kind) => command instanceof kind);

/** A table as one process sees it: each of its writes is a point where it can be hurt. */
export function hurtTable(
  table: Table,
  invocation: Invocation,
  { faults, lock, passes, rivals }: { faults: Faults; lock: Lock; passes: () => void; rivals?: Rivals },
): Table {
  const send = (command: unknown): Promise<unknown> => {
    if (!isWrite(command))
      return invocation.call(
        atOnce,
        () => undefined,
        () => table.client.send(command as never),
      );
    passes();
    const effect = (mode: Mode | undefined) => write(table, command, mode);
    return invocation.call(
      rivals === undefined ? lock : atOnce,
      () => faults.next('write', labelOf(command)),
      rivals === undefined ? effect : (mode) => rivals.run(command, () => effect(mode)),
    );
  };
  return { name: table.name, client: { send } as unknown as DynamoDBDocumentClient };
}

/**
 * As AWS has it and DynamoDB Local has not: a transaction that meets another one on an item, be it only to check it, is
 * rejected with TransactionConflict. Its answer comes when the other one is done.
 */
export class Rivals {
  readonly #held = new Map<string, Promise<unknown>>();

  async run<T>(command: unknown, effect: () => Promise<T>): Promise<T> {
    if (!(command instanceof TransactWriteCommand)) return effect();
    const names = (command.input.TransactItems ?? []).map((item) => fullPlaceOf(Object.values(item)[0] as Parts));
    const rival = names.map((name) => this.#held.get(name)).find((held) => held !== undefined);
    if (rival !== undefined) {
      await rival;
      throw conflictOf(command);
    }
    const work = effect();
    const done = work.catch(() => undefined);
    for (const name of names) this.#held.set(name, done);
    await done;
    for (const name of names) this.#held.delete(name);
    return work;
  }
}

const fullPlaceOf = ({ Item, Key }: Parts): string => {
  const { pk, sk } = (Item ?? Key ?? {}) as { pk?: string; sk?: string };
  return `${pk} ${sk}`;
};

/** Tokens are of the account, not of a table. */
let tokens = 0;

async function write(table: Table, command: Write, mode: Mode | undefined): Promise<unknown> {
  if (mode === 'conflicts') throw conflictOf(command);
  if (mode !== 'twice') return table.client.send(command as never);
  // The SDK asks again with the same token.
  tokens += 1;
  const token = { ClientRequestToken: `world-${tokens}` };
  const same = command instanceof TransactWriteCommand ? new TransactWriteCommand({ ...command.input, ...token }) : command;
  await table.client.send(same as never).catch(() => undefined);
  return table.client.send(same as never);
}

function conflictOf(command: Write): Error {
  if (!(command instanceof TransactWriteCommand)) {
    return Object.assign(new Error('Transaction is ongoing for the item'), { name: 'TransactionConflictException' });
  }
  const CancellationReasons = (command.input.TransactItems ?? []).map(() => ({ Code: 'TransactionConflict' }));
  return new TransactionCanceledException({ message: 'Transaction cancelled', $metadata: {}, CancellationReasons });
}

interface Parts {
  readonly Item?: Record<string, unknown> | undefined;
  readonly Key?: Record<string, unknown> | undefined;
}
/** A row's sort key without what only fills it up; a row of a shard's progress is known by its partition. */
function placeOf({ Item, Key }: Parts): string {
  const { pk, sk } = (Item ?? Key ?? {}) as { pk?: string; sk?: string };
  const name = /^\d+$/.test(sk ?? '') ? (pk ?? '').slice((pk ?? '').lastIndexOf('#P#') + 1) : (sk ?? '');
  return name.replaceAll(/(?<=#)0+(?=\d)/g, '').replace(/^(AUDIT#|\d{4}-).*/, '$1');
}

/** What a write touches, for people: `TransactWrite CHILD#1 ROSTER#1`. */
export function labelOf(command: Write): string {
  const name = command.constructor.name.replace('Command', '');
  if (!(command instanceof TransactWriteCommand)) return `${name} ${placeOf(command.input as Parts)}`;
  const items = command.input.TransactItems ?? [];
  return `${name} ${items.map((item) => placeOf(Object.values(item)[0] as Parts)).join(' ')}`;
}
