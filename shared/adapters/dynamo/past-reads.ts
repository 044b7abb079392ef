import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Follower } from '../../domain/followers/follower.ts';
import type { Past } from '../../domain/mirroring/again.ts';
import type { Child } from '../../domain/mirroring/child.ts';
import type { Claim, ShardKey } from '../../domain/mirroring/claim.ts';
import type { CancelEntry, LogEntry } from '../../domain/mirroring/entry.ts';
import { flipNames, revertCause } from '../../domain/mirroring/flips.ts';
import { flipIn } from '../../domain/overlays/counted.ts';
import { childOf } from './child-item.ts';
import { claimOf } from './claim-item.ts';
import type { Table } from './client.ts';
import { keys, partitions, type VaultKey } from './keys.ts';
import { getItem } from './lookups.ts';
import { queryAll } from './query-all.ts';

type Item = Record<string, unknown>;

interface Range {
  readonly pk: string;
  readonly from: string;
  readonly to: string;
  readonly filter: string;
  readonly names: Record<string, string>;
  readonly values: Item;
}

const range = (table: Table, { pk, from, to, filter, names, values }: Range): Promise<Item[]> =>
  queryAll(table, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    FilterExpression: filter,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ...values, ':pk': pk, ':from': from, ':to': to },
  });

/** A symbol's entries of a vault's log, from one sequence number to another, both included. */
export async function readLog(table: Table, vault: VaultKey, symbol: string, from: number, to: number): Promise<LogEntry[]> {
  if (to < from) return [];
  const items = await range(table, {
    pk: partitions.vault(vault),
    from: keys.entry(vault, from).sk,
    to: keys.entry(vault, to).sk,
    filter: '#entry.#order.#symbol = :symbol',
    names: { '#entry': 'entry', '#order': 'order', '#symbol': 'symbol' },
    values: { ':symbol': symbol },
  });
  return items.map((item) => item['entry'] as LogEntry);
}

/** What a shard needs to fold a cancel's symbol again; read after the cursor, so that all before the cancel is finished. */
export async function readPast(
  table: Table,
  key: ShardKey,
  cancel: CancelEntry,
  roster: readonly Pick<Follower, 'tenant_id' | 'follower_id'>[],
): Promise<Past> {
  const { symbol } = cancel.order;
  const [log, claims, children] = await Promise.all([
    readLog(table, key, symbol, cancel.from_seq, cancel.seq - 1),
    range(table, {
      pk: partitions.shard(key),
      from: keys.result(key, { seq: cancel.from_seq }).sk,
      // The cancel's own slot may be barred by what a follower asked; that has no symbol.
      to: keys.result(key, { seq: cancel.seq }).sk,
      filter: '#symbol = :symbol AND #state = :done',
      names: { '#symbol': 'symbol', '#state': 'state' },
      values: { ':symbol': symbol, ':done': 'done' },
    }),
    readOwnRows(table, roster, cancel.cancels.seq),
  ]);
  const finished = claims.map(claimOf);
  return { log, claims: finished, children, ...(await readReverted(table, key, symbol, flipsIn(finished))) };
}

function flipsIn(claims: readonly Claim[]): string[] {
  const named = claims.flatMap(({ rows }) => rows.flatMap(({ inputs }) => [...flipNames(inputs.flips), flipIn(inputs.overlays)]));
  return [...new Set(named)].filter((name) => name !== undefined);
}

/**
 * Of these flips, those whose revert this shard has done in a symbol, or in all. The count is read before them: while it stands, none
 * of the others has ended.
 */
async function readReverted(
  table: Table,
  key: ShardKey,
  symbol: string,
  flips: readonly string[],
): Promise<Pick<Past, 'reverted' | 'reverts'>> {
  if (flips.length === 0) return { reverted: new Set() };
  const reverts = ((await getItem(table, keys.reverts(key)))?.['n'] as number | undefined) ?? 0;
  const isDone = async (flip: string): Promise<boolean> => {
    const cause = revertCause(flip);
    const done = await Promise.all([symbol, ''].map((of) => getItem(table, keys.done(key, cause, of))));
    return done.some((item) => item !== undefined);
  };
  const done = await Promise.all(flips.map(isDone));
  return { reverted: new Set(flips.filter((_, n) => done[n])), reverts };
}

/** DynamoDB's most keys in one BatchGetItem (API reference). */
const keysPerCall = 100;

/** The rows of their own that an order's children have, by place. */
async function readOwnRows(
  table: Table,
  roster: readonly Pick<Follower, 'tenant_id' | 'follower_id'>[],
  seq: number,
): Promise<Map<number, Child>> {
  const found = new Map<number, Child>();
  for (let i = 0; i < roster.length; i += keysPerCall) {
    let left: Item[] = roster.slice(i, i + keysPerCall).map((f) => ({ ...keys.child(f, { seq }) }));
    while (left.length > 0) {
      const answer = await table.client.send(
        new BatchGetCommand({ RequestItems: { [table.name]: { Keys: left, ConsistentRead: true } } }),
      );
      for (const child of (answer.Responses?.[table.name] ?? []).map(childOf)) found.set(child.place, child);
      left = (answer.UnprocessedKeys?.[table.name]?.Keys ?? []) as Item[];
    }
  }
  return found;
}
