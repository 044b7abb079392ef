import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { shardOf } from '../../shared/adapters/dynamo/moved.ts';
import { readLedgers } from '../../shared/adapters/dynamo/reconcile-store.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import { dying } from '../followers/support/house.ts';
import { mayDie } from '../world/memory/died.ts';
import { Desk, refused } from './support/desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await new Desk().open();
});

/** A follower that lost a purchase of 10. */
async function loser(more: Parameters<Desk['join']>[0] = {}): Promise<Follower> {
  const f = await desk.join(more);
  desk.broken.set(f.follower_id, refused);
  await desk.order('buy', '10');
  desk.broken.delete(f.follower_id);
  return f;
}
const set = (f: Follower, name: string, value: unknown) =>
  desk.house.memory.execute(
    new UpdateCommand({
      TableName: 'house',
      Key: keys.follower(shardOf(f), f.place),
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
const audits = (f: Follower, action: string) => desk.house.audit(f.follower_id).filter((row) => row['action'] === action);

describe('told and want', () => {
  it('that agree are no finding', async () => {
    await desk.join();
    await desk.order('buy', '10');
    expect(await desk.run()).toMatchObject({ shards: 1, followers: 1, compared: 1, drift: 0, fixups: 0, findings: [] });
    expect(desk.rung).toEqual([]);
  });

  it('agree again after one fix-up, as an entry of the line with an id of its own', async () => {
    const f = await loser();
    const report = await desk.run();
    expect(report).toMatchObject({ compared: 1, drift: 1, fixups: 1, unexplained: 0 });
    expect(report.findings).toMatchObject([{ kind: 'want', outcome: 'fixup', want: '10', told: '0', qty: '10' }]);
    expect(await desk.levels(f)).toEqual({ want: '10', told: '10' });
    const body = JSON.parse(desk.room.deliveries.at(-1)?.body ?? '{}');
    expect(body).toMatchObject({ type: 'child_order', side: 'buy', qty: '10', position_after: '10', seq: 1 });
    expect(body.meta.manager_order_id).toBeNull();
    expect(body.sizing.reasons).toEqual([{ rule: 'fixup', before: '0', after: '10' }]);
    expect(audits(f, 'follower.fixup_asked')).toMatchObject([
      { by: 'platform', before: { symbol: 'IBM', told: '0', want: '10' } },
    ]);
    desk.quiet();
    expect(await desk.run()).toMatchObject({ compared: 1, drift: 0, fixups: 0 });
    expect(await desk.latest()).toMatchObject({ drift: 0 });
  });

  it.each([
    ['within a cap', { mode: 'capped' as const, max_pos_usd: '60' }, '6'],
    ['where nothing more fits into the cap', { mode: 'capped' as const, max_pos_usd: '9' }, undefined],
  ])('never past want, and never past the cap: %s', async (_what, more, qty) => {
    const f = await loser(more);
    expect((await desk.levels(f)).want).toBe(qty ?? '0');
    await desk.run();
    expect((await desk.levels(f)).told).toBe(qty ?? '0');
  });

  it('is capped at the last price, which may have risen since; want stays, and nothing is asked in vain', async () => {
    const f = await desk.join({ mode: 'capped', max_pos_usd: '100' });
    desk.broken.set(f.follower_id, refused);
    await desk.order('buy', '10');
    desk.broken.delete(f.follower_id);
    const other = await desk.order('sell', '1', { ref_price: '25' });
    expect(other).toBe(2);
    await desk.run();
    expect(await desk.levels(f)).toEqual({ want: '9', told: '4' });
    desk.quiet();
    desk.house.now += 60_000;
    expect((await desk.run()).findings).toMatchObject([{ outcome: 'nothing_to_trade', why: 'no_change', want: '9', told: '4' }]);
  });

  it('that stands too high is sold down, also by one that may only reduce', async () => {
    const f = await desk.join();
    await desk.order('buy', '10');
    desk.broken.set(f.follower_id, refused);
    await desk.order('sell', '6');
    desk.broken.delete(f.follower_id);
    await set(f, 'close_only', true);
    await desk.run();
    expect(await desk.levels(f)).toEqual({ want: '4', told: '4' });
  });

  it.each([
    ['one increment', '1', 0],
    ['two increments', '2', 1],
  ])('a difference of %s', async (_what, qty, fixups) => {
    const f = await desk.join();
    desk.broken.set(f.follower_id, refused);
    await desk.order('buy', qty);
    expect(await desk.run()).toMatchObject({ compared: 1, fixups });
  });

  it.each([
    ['not above 0.5 % of NAV', '20000', 0],
    ['above it', '19999', 1],
    ['where the NAV is zero', '0', 1],
  ])('a difference of 100 USD, %s', async (_what, nav, fixups) => {
    const f = await loser();
    await set(f, 'nav', { nav, ts: '2026-01-05T11:00:00.000Z' });
    expect(await desk.run()).toMatchObject({ compared: 1, fixups });
  });
});

describe('under a flip', () => {
  it('a fix-up goes to what the flip makes of want, and the levels still name the flip for its revert', async () => {
    const f = await desk.join();
    const flip = { kind: 'flip', overlay_id: 'ovl_v', amplify: '0.5', starts_at: '2026-01-05T11:00:00.000Z' };
    desk.house.memory.execute(
      new UpdateCommand({
        TableName: 'house',
        Key: keys.vault(desk.vault),
        UpdateExpression: 'SET overlays = :all',
        ExpressionAttributeValues: { ':all': [{ ...flip, expires_at: '2026-01-05T13:00:00.000Z' }] },
      }),
    );
    desk.broken.set(f.follower_id, refused);
    await desk.order('buy', '10');
    desk.broken.delete(f.follower_id);
    await desk.run();
    expect(await desk.levels(f)).toEqual({ want: '15', told: '15' });
    const [ledger] = await readLedgers(desk.house.table, shardOf(f));
    expect(ledger?.rows.get(f.place)).toMatchObject({ baseline: '10', target: '15', flips: 'ovl_v' });
  });
});

describe('what is not compared', () => {
  const cases: readonly (readonly [why: string, make: (f: Follower) => unknown])[] = [
    ['kill_switch', (f) => set(f, 'kill_switch', true)],
    ['stopped', (f) => set(f, 'status', 'stopped')],
    ['left', (f) => set(f, 'status', 'leaving')],
    ['shadow', (f) => set(f, 'mode', 'shadow')],
    ['under_way', (f) => set(f, 'lane_in', 9_000_000)],
    ['position_unknown', (f) => set(f, 'unknown', { 'IBM fo_01HF7YAT00000000000000000C0000000004': '3' })],
    ['too_soon', (f) => set(f, 'child_at', new Date(desk.house.now - 29_000).toISOString())],
  ];
  it.each(cases)('%s', async (why, make) => {
    const f = await loser();
    make(f);
    const report = await desk.run({ work: false });
    expect(report).toMatchObject({ compared: 0, not_compared: { [why]: 1 }, fixups: 0, findings: [] });
  });

  it('another symbol than the one that is unknown is', async () => {
    const f = await loser();
    set(f, 'unknown', { 'MSFT fo_01HF7YAT00000000000000000C0000000004': '3' });
    expect(await desk.run({ work: false })).toMatchObject({ compared: 1, fixups: 1 });
  });

  it('an increase of one that may only reduce, or in a symbol that it denies, is no drift', async () => {
    const [closing, denying] = [await desk.join(), await desk.join()];
    for (const f of [closing, denying]) desk.broken.set(f.follower_id, refused);
    await desk.order('buy', '10');
    await set(closing, 'reduce_only', true);
    await set(denying, 'symbols', { deny: ['IBM'] });
    expect(await desk.run()).toMatchObject({ compared: 2, drift: 0, fixups: 0 });
  });

  it('a shard that is behind is rung, and compared when it has caught up', async () => {
    const f = await loser();
    await desk.room.order({ side: 'buy', qty: '5' });
    desk.quiet();
    expect(await desk.run()).toMatchObject({ compared: 0, not_compared: { shard_behind: 1 }, rung: 1 });
    desk.quiet();
    expect(await desk.levels(f)).toEqual({ want: '15', told: '15' });
    expect(await desk.run()).toMatchObject({ compared: 1, drift: 0 });
  });
});

describe('a fix-up is one', () => {
  const asks = () => desk.house.rows().filter((row) => row.sk.startsWith('ROSTER#TODO#fixup/'));

  it('of two runs at once, and of a message that comes twice', async () => {
    const f = await loser();
    const both = await Promise.all([desk.run({ work: false }), desk.run({ work: false })]);
    expect(both.map((r) => r.fixups).sort()).toEqual([0, 1]);
    expect(asks()).toHaveLength(1);
    await desk.workRung();
    expect([desk.took(f), await desk.levels(f)]).toEqual([['10', '10'], { want: '10', told: '10' }]);
  });

  it('after a death at any call, before or after it: found again, rung by whoever comes next', async () => {
    const counted = dying(desk.house.table);
    await loser();
    await desk.run({ table: counted.table, work: false });
    const calls = counted.calls();
    expect(calls).toBeGreaterThan(5);
    for (let call = 1; call <= calls; call += 1) {
      for (const when of ['before', 'after'] as const) {
        desk = await new Desk().open();
        const f = await loser();
        await mayDie(desk.run({ table: dying(desk.house.table, call, when).table, work: false }));
        desk.rung.length = 0;
        await desk.run({ work: false });
        expect(asks(), `${when} ${call}`).toHaveLength(1);
        // What sweep does with the row of the ask.
        await desk.room.work(0);
        expect(await desk.levels(f), `${when} ${call}`).toEqual({ want: '10', told: '10' });
      }
    }
  });

  it('within the cool-down, also when it is refused again', async () => {
    const f = await loser();
    desk.broken.set(f.follower_id, refused);
    expect(await desk.run()).toMatchObject({ fixups: 1 });
    desk.house.now += 31_000;
    const again = await desk.run();
    expect(again).toMatchObject({ fixups: 0, drift: 1 });
    expect(again.findings).toMatchObject([{ outcome: 'cooling_down' }]);
    desk.house.now += 30_000;
    desk.broken.delete(f.follower_id);
    expect(await desk.run()).toMatchObject({ fixups: 1 });
    expect(await desk.levels(f)).toEqual({ want: '10', told: '10' });
  });

  it('and dropped, recorded as that, when told or want moved before its turn', async () => {
    const f = await loser();
    await desk.run({ work: false });
    const { seq } = await desk.room.order({ side: 'buy', qty: '2' });
    await desk.room.work(seq);
    const claim = await desk.room.claim({ seq, k: 1 });
    expect(claim?.entry?.kind).toBe('fixup');
    expect(claim?.rows).toMatchObject([{ fate: 'skip', code: 'fixup_dropped', qty: '0' }]);
    expect(await desk.levels(f)).toEqual({ want: '12', told: '12' });
    expect(asks()).toEqual([]);
  });
});
