import { type Methods, operations } from './generated/operations.ts';
import type { Answer, AnyInput, Arguments, Iterators, Operation, OperationId, Result } from './operation.ts';
import { type ClientOptions, type RawRequest, Transport } from './transport.ts';

/** A client of one deployment, speaking for one caller. */
export interface VantaClient extends Methods {
  /** A call by its operation's id, with what came beside the data: status, ETag, request id. */
  call<Id extends OperationId>(id: Id, ...args: Arguments<Id>): Promise<Answer<Result<Id>>>;
  /** The items of a list, one after the other, page by page. */
  readonly iterate: Iterators;
  /** One request as it is said, with the client's token and nothing else: for what the methods do not reach, and for tests. */
  raw(method: string, path: string, request?: RawRequest): Promise<Response>;
}

const table: Readonly<Record<string, Operation>> = operations;

export function createClient(options: ClientOptions): VantaClient {
  const transport = new Transport(options);
  const call = (id: string, input: AnyInput = {}) => transport.send(id, table[id] as Operation, input);
  const dataOf = (id: string) => async (input?: AnyInput) => (await call(id, input)).data;
  const itemsOf = (id: string) => (input?: AnyInput) => items((cursor) => call(id, withCursor(input, cursor)));
  const each = <T>(ids: readonly string[], make: (id: string) => T) => Object.fromEntries(ids.map((id) => [id, make(id)]));
  const ids = Object.keys(table);
  const lists = ids.filter((id) => table[id]?.list === true);
  const client = {
    ...each(ids, dataOf),
    call,
    iterate: each(lists, itemsOf),
    raw: (method: string, path: string, request?: RawRequest) => transport.raw(method, path, request),
  };
  // Built from the table that the types are generated beside.
  return client as unknown as VantaClient;
}

const withCursor = (input: AnyInput = {}, cursor: string | undefined): AnyInput =>
  cursor === undefined ? input : { ...input, query: { ...input.query, cursor } };

interface Page {
  readonly items: readonly unknown[];
  readonly next_cursor: string | null;
}

async function* items(page: (cursor: string | undefined) => Promise<Answer<unknown>>): AsyncGenerator<unknown, void, undefined> {
  let cursor: string | undefined;
  do {
    const { items: found, next_cursor } = (await page(cursor)).data as Page;
    yield* found;
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
}
