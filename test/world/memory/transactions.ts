import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import type { TransactGetCommandInput, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { readOf } from './calls.ts';
import { cancelled, invalid, reasons, tokenMismatch } from './errors.ts';
import { bind } from './expressions.ts';
import { keyOf } from './keyed.ts';
import { parseProjection, projected } from './reads.ts';
import type { Row } from './rows.ts';
import { refuseUnknown, type Store } from './store.ts';
import { same, taken, type Value } from './values.ts';
import { type Prepared, prepareCheck, prepareDelete, preparePut, prepareUpdate, requireDistinct, writtenOf } from './writes.ts';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

const tokenMs = 10 * 60_000;
const mostItems = 100;
const mostBytes = 4 * 1024 * 1024;

/** All writes or none. With a token that succeeded within ten minutes nothing is written again. */
export function transactWrite(store: Store, input: TransactWriteCommandInput): object {
  const items = input.TransactItems ?? [];
  requireCount(items.length);
  const all = items.map(prepare);
  requireDistinct(all, 'Transaction request cannot include multiple operations on one item');
  if (isReplay(store, input)) {
    store.tell('TransactWrite', () => ({ replayed: true, reads: all.map(({ key }) => readOf(key, store.rows.get(key))) }));
    return {};
  }
  const tries = all.map((prepared) => tried(prepared, store.rows.get(prepared.key)));
  const failed = tries.some(({ reason }) => reason.Code !== 'None');
  const tell = () =>
    store.tell('TransactWrite', () => ({
      failed,
      writes: tries.map(({ prepared, before, after, reason }) =>
        writtenOf(prepared, before, after, reason.Code === 'ConditionalCheckFailed'),
      ),
    }));
  if (failed) {
    tell();
    throw cancelled(tries.map(({ reason }) => reason));
  }
  requireBytes(tries);
  const writes = tries.filter(({ prepared }) => prepared.action !== 'ConditionCheck');
  store.commit(writes.map(({ prepared: { key }, before, after }) => ({ key, before, after })));
  remember(store, input);
  tell();
  return {};
}

function requireCount(count: number): void {
  if (count === 0) throw invalid("Value [] at 'transactItems' failed to satisfy constraint: length at least 1");
  if (count > mostItems) throw invalid('Member must have length less than or equal to 100');
}

function prepare(item: TransactItem): Prepared {
  const { Put, Update, Delete, ConditionCheck } = item;
  const given = [Put, Update, Delete, ConditionCheck].filter((write) => write !== undefined);
  if (given.length !== 1) throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  if (Put !== undefined) return preparePut(Put);
  if (Update !== undefined) return prepareUpdate(Update);
  return Delete === undefined ? prepareCheck(ConditionCheck as NonNullable<typeof ConditionCheck>) : prepareDelete(Delete);
}

interface Try {
  readonly prepared: Prepared;
  readonly before: Row | undefined;
  readonly after?: Row | undefined;
  readonly reason: CancellationReason;
}

function tried(prepared: Prepared, before: Row | undefined): Try {
  if (!prepared.holds(before))
    return { prepared, before, reason: reasons.condition(prepared.givesOld ? before?.item : undefined) };
  try {
    return { prepared, before, after: prepared.next(before), reason: reasons.none };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ValidationException') throw error;
    return { prepared, before, reason: reasons.validation(error.message) };
  }
}

function requireBytes(tries: readonly Try[]): void {
  if (tries.length < 11) return;
  const bytes = tries.reduce((sum, { after }) => sum + (after?.bytes ?? 0), 0);
  if (bytes > mostBytes) throw invalid('Collective size of items in the transaction cannot exceed 4MB');
}

function isReplay({ tokens, options }: Store, input: TransactWriteCommandInput): boolean {
  const token = input.ClientRequestToken;
  if (token === undefined) return false;
  const now = options.clock?.() ?? 0;
  for (const [old, { at }] of tokens) {
    if (now - at <= tokenMs) break;
    tokens.delete(old);
  }
  const known = tokens.get(token);
  if (known === undefined) return false;
  if (!same(known.asked as Value, taken(input.TransactItems))) throw tokenMismatch();
  return true;
}

function remember({ tokens, options }: Store, { ClientRequestToken, TransactItems }: TransactWriteCommandInput): void {
  if (ClientRequestToken === undefined) return;
  tokens.set(ClientRequestToken, { at: options.clock?.() ?? 0, asked: taken(TransactItems) });
}

/** Up to a hundred items as they stand at one moment. */
export function transactGet(store: Store, input: TransactGetCommandInput): object {
  const items = input.TransactItems ?? [];
  requireCount(items.length);
  const gets = items.map(({ Get }) => {
    if (Get === undefined) throw invalid("Value null at 'transactItems.1.member.get' failed to satisfy constraint");
    refuseUnknown(Get);
    const projection = Get.ProjectionExpression === undefined ? undefined : parseProjection(Get.ProjectionExpression);
    return { key: keyOf(Get.Key), projection, bound: bind(Get, projection) };
  });
  requireDistinct(gets, 'Transaction request cannot include multiple operations on one item');
  const found = gets.map((get) => ({ ...get, row: store.rows.get(get.key) }));
  store.tell('TransactGet', () => ({ reads: found.map(({ key, row }) => readOf(key, row)) }));
  const Responses = found.map(({ row, projection, bound }) =>
    row === undefined ? {} : { Item: projected(row.item, projection, bound) },
  );
  return { Responses };
}
