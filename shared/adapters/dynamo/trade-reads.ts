import type { Trade } from '../../domain/mirroring/trades.ts';
import { stored, type Table } from './client.ts';
import { type FollowerOf, keys } from './keys.ts';
import { queryAll, withPrefix } from './query-all.ts';

/** All that was reported as filled of a symbol, in the order of the fills' own times. */
export async function readTrades(table: Table, follower: FollowerOf, symbol: string): Promise<Trade[]> {
  const { pk, sk } = keys.trade(follower, symbol);
  return (await queryAll(table, withPrefix(pk, sk))).map((item) => stored<Trade>(item));
}
