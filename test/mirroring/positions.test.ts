import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { shardOf } from '../../shared/adapters/dynamo/moved.ts';
import { packLedger } from '../../shared/adapters/dynamo/packed.ts';
import { listPositions } from '../../shared/adapters/dynamo/position-reads.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import type { Position } from '../../shared/domain/mirroring/positions.ts';
import { tradeTime } from '../../shared/domain/mirroring/trades.ts';
import { House } from '../followers/support/house.ts';

let house: House;
let follower: Follower;
let other: Follower;
beforeEach(async () => {
  house = new House();
  const vault = await house.vault();
  follower = await house.register(vault);
  other = await house.register(vault);
});

const put = (item: Record<string, unknown>) => house.memory.execute(new PutCommand({ TableName: 'house', Item: item }));
/** A symbol's ledger, with a line for one of its shard's followers. */
function ledger(symbol: string, of: Follower, level: string): void {
  const levels = { baseline: level, target: level, base_want: level, want: level, told: level };
  const rows = packLedger([{ place: of.place, joined: of.joined_seq, ...levels }]);
  put({ ...keys.ledger(shardOf(of), symbol), line: 1_000_000, rows });
}
function traded(symbol: string, qty: string, price: string, fill_id: string, of = follower): void {
  const ts = '2026-01-05T12:00:00Z';
  put({ ...keys.trade(of, symbol, { at: tradeTime(ts), fillId: fill_id }), fill_id, qty, price, ts });
}
function setOnRow(name: 'moved' | 'unknown', value: Record<string, string>): void {
  house.memory.execute(
    new UpdateCommand({
      TableName: 'house',
      Key: keys.follower(shardOf(follower), follower.place),
      UpdateExpression: `SET #name = :value`,
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
}
async function pages(limit: number): Promise<Position[][]> {
  const all: Position[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listPositions(house.table, await house.followerNow(follower), { limit, cursor });
    all.push([...page.items]);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && all.length < 50);
  return all;
}
const symbolsIn = (found: Position[][]): string[][] => found.map((page) => page.map(({ symbol }) => symbol));

describe('positions', () => {
  it('are those of the symbols that the follower has a line in, and of no other', async () => {
    ledger('IBM', follower, '3.3');
    ledger('MSFT', other, '7');
    traded('IBM', '3', '10', 'a');
    traded('IBMX', '3', '10', 'b');
    traded('IBM', '5', '10', 'c', other);
    const levels = { baseline: '3.3', target: '3.3', want: '3.3', told: '3.3' };
    const held = { held: '3', reported: null, fills: 1, average_price: '10', realised_pnl: '0', unknown: [] };
    const unpriced = { unrealised_pnl: null, reference_price: null };
    expect(await pages(50)).toEqual([[{ symbol: 'IBM', ...levels, ...held, ...unpriced }]]);
  });

  it('are valued at the last price of the vault, and say which order said it', async () => {
    ledger('IBM', follower, '3');
    traded('IBM', '3', '10', 'a');
    put({ ...keys.position(shardOf(follower), 'IBM'), symbol: 'IBM', qty: '30', ref_price: '12.5', seq: 7 });
    const reference_price = { price: '12.5', source: 'vault_order', seq: 7 };
    expect((await pages(50))[0]?.[0]).toMatchObject({ average_price: '10', unrealised_pnl: '7.5', reference_price });
  });

  it('count what the lane, settling and reports moved, also before the ledger has the symbol', async () => {
    ledger('IBM', follower, '3');
    setOnRow('moved', { IBM: '-1', AAPL: '2' });
    const [page] = await pages(50);
    expect(page?.map(({ symbol, told, want }) => [symbol, told, want])).toEqual([
      ['AAPL', '2', '0'],
      ['IBM', '2', '3'],
    ]);
  });

  it('name nothing as unknown that has no row', async () => {
    ledger('IBM', follower, '3');
    setOnRow('unknown', { 'IBM fo_01HF7YAT00000000000000000C0000000004': '3' });
    expect((await pages(50))[0]?.[0]?.unknown).toEqual([]);
  });

  it.each([1, 2, 3, 7, 50])('come in pages of %i without a gap and without a double', async (limit) => {
    const mine = ['A', 'AA', 'B-C', 'B.C', 'B/C', 'C', 'D', 'E1', 'F'];
    for (const symbol of mine) ledger(symbol, follower, '1');
    for (const symbol of ['AB', 'B', 'E', 'Z']) ledger(symbol, other, '1');
    setOnRow('moved', { '0': '1', BB: '1', ZZ: '1', A: '1' });
    const found = symbolsIn(await pages(limit));
    expect(found.flat()).toEqual([...mine, '0', 'BB', 'ZZ'].sort());
    expect(found.slice(0, -1).every((page) => page.length === limit)).toBe(true);
  });

  it.each(['ibm', '', 5, null, ['A'], 'X'.repeat(25), 'A#B'])('refuse the cursor %j', async (position) => {
    const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
    const asked = listPositions(house.table, follower, { limit: 5, cursor });
    await expect(asked).rejects.toMatchObject({ status: 400, code: 'cursor_invalid' });
  });
});
