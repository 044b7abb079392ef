/** The table as a process of the world sees it. */
import { QueryCommand as RawQueryCommand, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { documentQuery } from '../memory/raw.ts';
import type { Key } from '../memory/rows.ts';
import type { MemoryTable } from '../memory/table.ts';
import type { Mode } from './faults.ts';
import type { Process } from './process.ts';

export interface Storage {
  readonly memory: MemoryTable;
  readonly name: string;
  readonly now: () => number;
  /** Told of what was written. */
  readonly written: (label: string) => void;
  /** Whose write it is that the table tells of. */
  writer: Process | undefined;
}

type Write = PutCommand | UpdateCommand | DeleteCommand | TransactWriteCommand;
const isWrite = (command: Write | Read): command is Write =>
  command instanceof UpdateCommand ||
  command instanceof TransactWriteCommand ||
  command instanceof PutCommand ||
  command instanceof DeleteCommand;

export function tableOf(storage: Storage, process: Process): Table {
  const send = (command: Write | Read): Promise<unknown> =>
    isWrite(command)
      ? process.call({ kind: 'write', label: labelOf(command), effect: (mode) => write(storage, command, mode, process) })
      : process.call({ kind: 'read', label: readLabel(command), effect: (mode) => read(storage, command, mode, process) });
  // The adapters call nothing of the client but `send`.
  const client = { send } as unknown as DynamoDBDocumentClient;
  return { name: storage.name, client, pause: (mostMs) => process.pause(mostMs / 2) };
}

interface Parts {
  readonly Item?: Record<string, unknown> | undefined;
  readonly Key?: Record<string, unknown> | undefined;
}

const keyOf = ({ Item, Key }: Parts): Key => {
  // A part of a write has one of the two, with the table's keys in it.
  const { pk, sk } = (Item ?? Key) as unknown as Key;
  return { pk, sk };
};
const partsOf = (command: Write): Parts[] =>
  command instanceof TransactWriteCommand
    ? (command.input.TransactItems ?? []).map((item) => Object.values(item)[0] as Parts)
    : [command.input as Parts];

function write(storage: Storage, command: Write, mode: Mode | undefined, process: Process): unknown {
  if (mode === 'conflict') throw conflictOf(command);
  // The SDK asks again with the same token; one that was forgotten meanwhile is as good as none.
  const same = mode === 'twice' && command instanceof TransactWriteCommand ? withToken(command) : command;
  const twice = mode === 'twice' || mode === 'twice anew';
  storage.writer = process;
  try {
    if (twice) unheard(() => storage.memory.execute(same));
    const answer = storage.memory.execute(same);
    storage.written(labelOf(command));
    return answer;
  } finally {
    storage.writer = undefined;
  }
}

/** Its answer was lost, whatever it was. */
function unheard(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

let tokens = 0;
function withToken(command: TransactWriteCommand): TransactWriteCommand {
  tokens += 1;
  return new TransactWriteCommand({ ...command.input, ClientRequestToken: `sim-${tokens}` });
}

function conflictOf(command: Write): Error {
  if (!(command instanceof TransactWriteCommand))
    return Object.assign(new Error('Transaction is ongoing for the item'), { name: 'TransactionConflictException' });
  const items = command.input.TransactItems ?? [];
  // One of the items met another transaction; the others are only told that nothing was done.
  const CancellationReasons = items.map((_, i) => ({ Code: i === items.length - 1 ? 'TransactionConflict' : 'None' }));
  return new TransactionCanceledException({ message: 'Transaction cancelled', $metadata: {}, CancellationReasons });
}

type Read = GetCommand | QueryCommand | RawQueryCommand | BatchGetCommand;

/** What a query asks, by whichever of the clients. */
function queryOf(command: Read): QueryCommand['input'] | undefined {
  if (command instanceof QueryCommand) return command.input;
  return command instanceof RawQueryCommand ? documentQuery(command.input) : undefined;
}

function read(storage: Storage, command: Read, mode: Mode | undefined, process: Process): unknown {
  if (isRosterRead(command)) {
    process.rosterReadAt = storage.now();
    process.waited = 0;
  }
  if (mode === 'partial' && command instanceof BatchGetCommand) return partBatch(storage, command);
  // A page may end anywhere.
  if (mode === 'partial' && command instanceof QueryCommand && (command.input.Limit ?? 2) > 1)
    return storage.memory.execute(new QueryCommand({ ...command.input, Limit: 1 }));
  if (mode === 'partial' && command instanceof RawQueryCommand)
    return storage.memory.execute(new RawQueryCommand({ ...command.input, Limit: 1 }));
  return storage.memory.execute(command);
}

function partBatch(storage: Storage, command: BatchGetCommand): unknown {
  const request = command.input.RequestItems?.[storage.name];
  const keys = request?.Keys ?? [];
  if (request === undefined || keys.length < 2) return storage.memory.execute(command);
  const half = Math.ceil(keys.length / 2);
  const first = { ...request, Keys: keys.slice(0, half) };
  const answer = storage.memory.execute(new BatchGetCommand({ RequestItems: { [storage.name]: first } }));
  const UnprocessedKeys = { [storage.name]: { ...request, Keys: keys.slice(half) } };
  return { ...answer, UnprocessedKeys };
}

const rosterPrefix = 'ROSTER#';
function isRosterRead(command: Read): boolean {
  const query = queryOf(command);
  if (query !== undefined) return query.ExpressionAttributeValues?.[':prefix'] === rosterPrefix;
  return command instanceof GetCommand && String(command.input.Key?.['sk']).startsWith(rosterPrefix);
}

/** A key without what only fills it up. */
const short = ({ pk, sk }: Key): string =>
  `${/#([SPF]#\w+)$/.exec(pk)?.[1] ?? ''} ${sk}`
    .replaceAll(/(?<=#)0+(?=\d)/g, '')
    .replaceAll(/[0-9A-Z]{20}(?=[0-9A-Z]{6})/g, '~')
    .trim();

const labelOf = (command: Write): string =>
  `${command.constructor.name.replace('Command', '')} ${partsOf(command)
    .map((parts) => short(keyOf(parts)))
    .join(', ')}`;

function readLabel(command: Read): string {
  // For the log alone.
  if (command instanceof GetCommand) return `Get ${short(command.input.Key as unknown as Key)}`;
  const query = queryOf(command);
  if (query !== undefined) {
    const values = query.ExpressionAttributeValues ?? {};
    return `Query ${short({ pk: String(values[':pk']), sk: String(values[':prefix'] ?? values[':from'] ?? '') })}`;
  }
  return 'BatchGet';
}
