import { symbolField } from '../../domain/contract/fields.ts';
import type { Follower } from '../../domain/followers/follower.ts';
import type { VaultPosition } from '../../domain/mirroring/asks.ts';
import type { Child } from '../../domain/mirroring/child.ts';
import type { Ledger } from '../../domain/mirroring/plan.ts';
import { type Position, positionOf, symbolsBeside, unknownIds } from '../../domain/mirroring/positions.ts';
import { parseChildId } from '../../kit/ids.ts';
import { readChild } from './child-reads.ts';
import { stored, type Table } from './client.ts';
import { keys, partitions, prefixes } from './keys.ts';
import { ledgerOf } from './line-reads.ts';
import { findCause, getItem } from './lookups.ts';
import { shardOf } from './moved.ts';
import { type Page, type PageRequest, queryRange, readCursor, writeCursor } from './pages.ts';
import { readTrades } from './trade-reads.ts';

const isSymbol = (value: unknown): value is string => symbolField.safeParse(value).success;

/** Symbols whose fills are read at a time. */
const symbolsAtOnce = 10;

/** A follower's positions by symbol. The ledgers say which there are; each symbol's fills are a query of their own. */
export async function listPositions(table: Table, follower: Follower, page: PageRequest): Promise<Page<Position>> {
  const { ledgers, symbols, next_cursor } = await symbolsOf(table, follower, page);
  const unknown = await readUnknown(table, follower);
  const items: Position[] = [];
  for (let i = 0; i < symbols.length; i += symbolsAtOnce) {
    const some = symbols.slice(i, i + symbolsAtOnce).map(async (symbol) => {
      const [trades, vault] = await Promise.all([
        readTrades(table, follower, symbol),
        getItem(table, keys.position(shardOf(follower), symbol)),
      ]);
      const row = ledgers.get(symbol)?.rows.get(follower.place);
      return positionOf(symbol, follower, { row, trades, unknown, vault: vault && stored<VaultPosition>(vault) });
    });
    items.push(...(await Promise.all(some)));
  }
  return { items, next_cursor };
}

/** A page of the symbols that the follower has to do with, and the ledgers among them. */
async function symbolsOf(table: Table, follower: Follower, { limit, cursor }: PageRequest) {
  const after = cursor === undefined ? '' : readCursor(cursor, isSymbol);
  const ledgers = new Map<string, Ledger>();
  let found: string[] = [];
  let from: string | undefined = after;
  while (from !== undefined && found.length <= limit) {
    const read = await readLedgers(table, follower, from, limit);
    for (const ledger of read.ledgers) if (ledger.rows.has(follower.place)) ledgers.set(ledger.symbol, ledger);
    found = [...ledgers.keys()];
    from = read.next;
  }
  // Those beside the ledgers may lie behind what was read of them: then they are behind this page too.
  const beside = symbolsBeside(follower).filter((symbol) => symbol > after && !ledgers.has(symbol));
  const all = [...found, ...beside].sort();
  const symbols = all.slice(0, limit);
  return { ledgers, symbols, next_cursor: all.length > limit ? writeCursor(symbols.at(-1)) : null };
}

/** Some ledgers of a shard after a symbol; `next` is the last of them when there are more. */
async function readLedgers(table: Table, follower: Follower, after: string, limit: number) {
  const shard = shardOf(follower);
  const items = await queryRange(table, {
    pk: partitions.shard(shard),
    prefix: prefixes.ledger,
    after: after === '' ? undefined : keys.ledger(shard, after).sk,
    limit,
  });
  const ledgers = items.slice(0, limit).map((item) => ledgerOf((item['sk'] as string).slice(prefixes.ledger.length), item));
  return { ledgers, next: items.length > limit ? ledgers.at(-1)?.symbol : undefined };
}

/** The follower's unknown children: few at a time, because while there is one its symbol's increases are withheld. */
export async function readUnknown(table: Table, follower: Follower): Promise<Child[]> {
  const found = await Promise.all(
    unknownIds(follower).map(async (childId) => {
      const cause = parseChildId(childId)?.cause;
      const place = cause === undefined ? undefined : await findCause(table, cause);
      if (place?.seq === undefined) return undefined;
      return readChild(table, follower, { seq: place.seq, ...(place.k === undefined ? {} : { k: place.k }) });
    }),
  );
  return found.filter((child) => child !== undefined);
}
