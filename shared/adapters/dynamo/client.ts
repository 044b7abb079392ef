import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Crossing } from '../../domain/tenants/crossing.ts';

/** The one table, by a client that is made once per process, outside the handler. */
export interface Table {
  readonly client: Pick<DynamoDBDocumentClient, 'send'>;
  readonly name: string;
  /**
   * On a table that is confined to its caller (confined.ts): goes where a look-up led, if the caller is a party to it; false
   * when it is none, and then the thing is not there. Absent where nobody is confined.
   */
  readonly cross?: (to: Crossing) => boolean;
  /** Waits before what a throttled table left out is asked for again, at most so long; absent where time is the real one. */
  readonly pause?: (mostMs: number) => Promise<void>;
}

/**
 * An item as what it is: whoever reads it says by its key what stands there, and the stores alone write under their keys. The one
 * cast between what DynamoDB gives and what the domain has.
 */
export const stored = <T>(item: Readonly<Record<string, unknown>>): T => item as unknown as T;

/** Retries belong to one layer only: few here, because queues and callers retry too. */
export const clientSettings = { maxAttempts: 3 } as const;

export const documents = (client: DynamoDBClient): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

export const openTable = (name: string): Table => ({ client: documents(new DynamoDBClient(clientSettings)), name });

const reasonsOf = (error: unknown): readonly { Code?: string | undefined }[] =>
  error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];

/** The indexes of a transaction's items whose condition did not hold; empty when it failed for another reason. */
export const failedConditions = (error: unknown): number[] =>
  reasonsOf(error).flatMap((r, i) => (r.Code === 'ConditionalCheckFailed' ? [i] : []));

/** True when a transaction met another one on the same item: trying again is right (DynamoDB TransactionConflict). */
export const metAnother = (error: unknown): boolean =>
  reasonsOf(error).some((r) => r.Code === 'TransactionConflict') || named(error, 'TransactionConflictException');

export const conditionFailed = (error: unknown): boolean => named(error, 'ConditionalCheckFailedException');

function named(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** How often a write that met a transaction on its item is made again. */
const conflictTries = 6;

/** As `held`, for an item that transactions of others write too: a write that meets one is rejected, and made again. */
export async function heldAgain(write: () => Promise<unknown>): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await held(write());
    } catch (error) {
      if (!metAnother(error) || attempt >= conflictTries) throw error;
    }
  }
}

/** As `heldAgain`, for a transaction: all of it, or nothing and false. */
export async function transacted(table: Table, TransactItems: TransactWriteCommandInput['TransactItems']): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await table.client.send(new TransactWriteCommand({ TransactItems }));
      return true;
    } catch (error) {
      if (failedConditions(error).length > 0) return false;
      if (!metAnother(error) || attempt >= conflictTries) throw error;
    }
  }
}

/** Runs a conditional write: false when its condition did not hold, everything else is thrown. */
export async function held(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (conditionFailed(error)) return false;
    throw error;
  }
}
