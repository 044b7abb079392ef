import { type QueryCommandOutput, QueryCommand as RawQueryCommand, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';

/** What a call came to, in a form in which two implementations can be compared. */
export type Outcome = { readonly answer: unknown } | Failure;
export interface Failure {
  readonly error: string;
  readonly codes?: readonly unknown[];
  readonly old?: unknown;
}

export type Sendable = Parameters<Table['client']['send']>[0];

export async function outcomeOf(table: Table, command: unknown): Promise<Outcome> {
  try {
    // Whatever was drawn or written down goes out: a side that does not take it is heard in its error.
    const {
      $metadata: _,
      ConsumedCapacity: __,
      ...answer
    } = (await table.client.send(command as never)) as Record<string, unknown>;
    if (command instanceof BatchGetCommand) return { answer: inAnyOrder(answer) };
    return { answer: plain(command instanceof RawQueryCommand ? unraveled(answer) : answer) };
  } catch (error) {
    return failureOf(error as Error);
  }
}

/** Sets have no order in attribute values either. */
const unraveled = ({ Items, LastEvaluatedKey: last, ...rest }: Partial<QueryCommandOutput>): unknown => ({
  ...rest,
  ...(Items !== undefined && { Items: Items.map((item) => unmarshall(item)) }),
  ...(last !== undefined && { LastEvaluatedKey: unmarshall(last) }),
});

/** A batch gives its items in no order. */
const inAnyOrder = ({ Responses = {}, UnprocessedKeys }: { Responses?: unknown; UnprocessedKeys?: unknown }): unknown => ({
  found: Object.values(Responses as object).flatMap((items: unknown[]) => items.map(plain).sort(byText)),
  left: plain(UnprocessedKeys),
});

function failureOf(error: Error): Failure {
  if (error instanceof TransactionCanceledException) {
    const reasons = error.CancellationReasons ?? [];
    // AWS cancels the transaction when an update does not fit its item; DynamoDB Local answers a plain ValidationException.
    if (reasons.some(({ Code }) => Code === 'ValidationError')) return { error: 'ValidationException' };
    const old = reasons.map(({ Item }) => (Item === undefined ? undefined : plain(unmarshall(Item))));
    return { error: error.name, codes: reasons.map(({ Code }) => Code), ...(old.some(Boolean) && { old }) };
  }
  const { Item } = error as { Item?: Parameters<typeof unmarshall>[0] };
  return { error: error.name, ...(Item !== undefined && { old: plain(unmarshall(Item)) }) };
}

/** Sets and bytes as what `toEqual` compares without regard to order and class; maps with their names in order. */
export function plain(value: unknown): unknown {
  if (value instanceof Set) return { set: [...value].map(plain).sort(byText) };
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'bigint') return { bigint: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
