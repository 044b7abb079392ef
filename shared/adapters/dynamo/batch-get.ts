import { setTimeout as pause } from 'node:timers/promises';
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Table } from './client.ts';
import type { Key } from './keys.ts';

type Item = Record<string, unknown>;

/** DynamoDB's most keys in one BatchGetItem (API reference). */
const keysPerCall = 100;
const mostTries = 8;
const atRandom = (mostMs: number): Promise<void> => pause(Math.random() * mostMs);

/** The items of some keys, as they are now, in no order; a key without an item gives none. */
export async function batchGet(
  table: Table,
  wanted: readonly Key[],
  wait: (mostMs: number) => Promise<unknown> = table.pause ?? atRandom,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let i = 0; i < wanted.length; i += keysPerCall) {
    let left: Item[] = wanted.slice(i, i + keysPerCall).map((key) => ({ ...key }));
    for (let attempt = 0; left.length > 0; attempt += 1) {
      // What a throttled table left out is asked for again, later each time, and not for ever.
      if (attempt === mostTries) throw new Error(`${left.length} keys were left out ${mostTries} times`);
      if (attempt > 0) await wait(Math.min(25 * 2 ** attempt, 400));
      const RequestItems = { [table.name]: { Keys: left, ConsistentRead: true } };
      const answer = await table.client.send(new BatchGetCommand({ RequestItems }));
      items.push(...(answer.Responses?.[table.name] ?? []));
      left = (answer.UnprocessedKeys?.[table.name]?.Keys ?? []) as Item[];
    }
  }
  return items;
}

/** As `batchGet`, for one decision that somebody waits for: what was left out is asked for again at once. */
export const batchGetAtOnce = (table: Table, wanted: readonly Key[]): Promise<Item[]> => batchGet(table, wanted, atOnce);
const atOnce = async (): Promise<void> => undefined;
