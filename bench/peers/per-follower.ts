/**
 * The peer that most would build first: one message and one row per follower. An order rings a fan-out function; that reads
 * the roster page by page and sends every follower a message with the order and its settings in it (ten to a call). Workers
 * take ten messages at a time, read their ten positions in one call, and for each follower put the child (the intent),
 * send, move the position (on condition of its sequence, so that a repetition does no harm) and set the child's state.
 * Transactions are avoided: they would cost double. Progress is counted once per ten.
 */

import { SendMessageBatchCommand, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { BatchGetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSEvent } from 'aws-lambda';
import { openTable, type Table } from '../../shared/adapters/dynamo/client.ts';
import { openQueue } from '../../shared/adapters/sqs/queue.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import type { OrderEntry } from '../../shared/domain/mirroring/order.ts';
import type { StoredLevels } from '../../shared/domain/mirroring/plan.ts';
import { queueUrl } from '../environment.ts';
import { deliver, flatLevels, idOfChild, levelsAfter, planChild } from './shared-steps.ts';

export const childrenQueue = 'per-follower.fifo';
const batch = 10;
/** Batches that the fan-out has under way at once. */
const atOnce = 10;

interface Message {
  readonly entry: OrderEntry;
  readonly follower: Follower;
}
interface PositionRow {
  readonly pk: string;
  readonly seq: number;
  readonly levels: StoredLevels;
}

export const rosterKey = (vaultId: string, f: Pick<Follower, 'follower_id'>) => ({
  pk: `ROSTER#${vaultId}`,
  sk: `FOLLOWER#${f.follower_id}`,
});
export const positionKey = (f: Pick<Follower, 'follower_id'>, symbol: string) => ({
  pk: `FOLLOWER#${f.follower_id}`,
  sk: `POSITION#${symbol}`,
});
const childKey = (f: Follower, seq: number) => ({
  pk: `FOLLOWER#${f.follower_id}`,
  sk: `CHILD#${String(seq).padStart(12, '0')}`,
});

const table = openTable('bench');
const queue = openQueue(queueUrl(childrenQueue));

/** The roster, page by page, each follower a message. */
export async function fanOut(entry: OrderEntry): Promise<void> {
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': rosterKey(entry.vault_id, { follower_id: '' }).pk },
        ExclusiveStartKey: start,
      }),
    );
    // Rows that the set-up wrote as followers.
    const entries = (page.Items ?? []).map((item, i) => messageOf({ entry, follower: item as unknown as Follower }, i % batch));
    for (let i = 0; i < entries.length; i += batch * atOnce) await sendRound(entries.slice(i, i + batch * atOnce));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

const messageOf = (message: Message, n: number): SendMessageBatchRequestEntry => ({
  Id: String(n),
  MessageBody: JSON.stringify(message),
  MessageGroupId: message.follower.follower_id,
  MessageDeduplicationId: `${message.follower.follower_id}#${message.entry.seq}`,
});

async function sendRound(entries: SendMessageBatchRequestEntry[]): Promise<void> {
  const calls = Array.from({ length: Math.ceil(entries.length / batch) }, (_, i) => entries.slice(i * batch, (i + 1) * batch));
  await Promise.all(calls.map((Entries) => queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }))));
}

/** Ten followers at a time. */
export async function work(event: SQSEvent): Promise<undefined> {
  const messages = event.Records.map(({ body }) => JSON.parse(body) as Message);
  const [first] = messages;
  if (first === undefined) return undefined;
  const positions = await readPositions(table, messages, first.entry.order.symbol);
  const states = await Promise.all(messages.map((m) => mirrorOne(table, m, positions.get(m.follower.follower_id))));
  const acked = states.filter((s) => s === 'ack').length;
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: { pk: `PROGRESS#${first.entry.manager_order_id}`, sk: `PART#${shardOf(first.follower)}` },
      UpdateExpression: 'ADD acked :acked, done :done',
      ExpressionAttributeValues: { ':acked': acked, ':done': states.length },
    }),
  );
  return undefined;
}

/** Ten counters for one order, so that no single row takes all the writes. */
const shardOf = (f: Follower): number => f.place % 10;

async function readPositions(from: Table, messages: readonly Message[], symbol: string): Promise<Map<string, PositionRow>> {
  const Keys = messages.map(({ follower }) => positionKey(follower, symbol));
  const { Responses } = await from.client.send(
    new BatchGetCommand({ RequestItems: { [from.name]: { Keys, ConsistentRead: true } } }),
  );
  // Rows that this peer wrote itself.
  const rows = (Responses?.[from.name] ?? []) as unknown as PositionRow[];
  return new Map(rows.map((row) => [row.pk.slice('FOLLOWER#'.length), row]));
}

async function mirrorOne(to: Table, { entry, follower }: Message, position: PositionRow | undefined): Promise<string> {
  const row = planChild(entry, follower, position?.levels ?? flatLevels);
  const { fate, qty, before, after } = row;
  const { manager_order_id, seq } = entry;
  const follower_order_id = idOfChild(entry, follower);
  const child = { follower_order_id, manager_order_id, seq, symbol: entry.order.symbol, qty, before, after, inputs: row.inputs };
  await to.client.send(
    new PutCommand({
      TableName: to.name,
      Item: {
        ...childKey(follower, seq),
        ...child,
        state: fate === 'send' ? 'planned' : 'skipped',
        created_at: entry.accepted_at,
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );
  const happened = fate === 'send' && (await deliver(entry, row, follower));
  await putPosition(to, { entry, follower }, levelsAfter(row, happened), position === undefined);
  if (fate !== 'send') return 'skipped';
  await to.client.send(
    new UpdateCommand({
      TableName: to.name,
      Key: childKey(follower, seq),
      UpdateExpression: 'SET #state = :state, updated_at = :at',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':state': happened ? 'ack' : 'retry', ':at': new Date().toISOString() },
    }),
  );
  return happened ? 'ack' : 'retry';
}

async function putPosition(to: Table, { entry, follower }: Message, levels: StoredLevels, isFirst: boolean): Promise<void> {
  await to.client.send(
    new PutCommand({
      TableName: to.name,
      Item: { ...positionKey(follower, entry.order.symbol), seq: entry.seq, levels },
      ConditionExpression: isFirst ? 'attribute_not_exists(pk)' : 'seq < :seq',
      ...(isFirst ? {} : { ExpressionAttributeValues: { ':seq': entry.seq } }),
    }),
  );
}
