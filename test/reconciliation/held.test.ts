import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { shardOf } from '../../shared/adapters/dynamo/moved.ts';
import { saveReport } from '../../shared/adapters/dynamo/reconcile-store.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
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

describe('what is held', () => {
  async function holder(): Promise<{ f: Follower; seq: number }> {
    const f = await desk.join();
    const seq = await desk.order('buy', '10');
    return { f, seq };
  }

  it('is not asked of who reports nothing', async () => {
    await holder();
    expect(await desk.run()).toMatchObject({ compared: 1, drift: 0 });
  });

  it('agrees when all was reported as filled, in however many parts', async () => {
    const { f, seq } = await holder();
    await desk.fill(f, { seq }, { qty: '4' });
    await desk.fill(f, { seq }, { qty: '6', status: 'filled' });
    desk.quiet();
    expect(await desk.run()).toMatchObject({ compared: 1, drift: 0 });
  });

  it('is explained by a child that is filled in part, and never corrected then', async () => {
    await desk.policy({ correct_own_trades: true });
    const { f, seq } = await holder();
    await desk.fill(f, { seq }, { qty: '4', status: 'partial' });
    desk.quiet();
    const report = await desk.run();
    expect(report).toMatchObject({ drift: 1, unexplained: 0, fixups: 0 });
    expect(report.findings).toMatchObject([{ kind: 'held', outcome: 'explained', told: '10', held: '4' }]);
    expect(report.findings[0]?.why).toBe('not reported as filled yet, by entry: 1');
  });

  it('is explained by children that nobody has reported on, for a day', async () => {
    const { f, seq } = await holder();
    const next = await desk.order('buy', '5');
    await desk.fill(f, { seq }, { qty: '10', status: 'filled' });
    desk.quiet();
    const report = await desk.run();
    expect(report).toMatchObject({ drift: 1, unexplained: 0 });
    const why = `not reported as filled yet, by entry: ${next}`;
    expect(report.findings).toMatchObject([{ outcome: 'explained', told: '15', held: '10', why }]);
    desk.house.now += 24 * 3_600_000;
    expect((await desk.run()).findings).toMatchObject([{ outcome: 'unexplained', told: '15', held: '10' }]);
  });

  it('counts what was filled where a report ends a child: that is no drift, and a fix-up makes up for it', async () => {
    const { f, seq } = await holder();
    await desk.fill(f, { seq }, { qty: '4', status: 'canceled' });
    desk.quiet();
    expect(await desk.levels(f)).toEqual({ want: '10', told: '4' });
    const report = await desk.run();
    expect(report.findings).toMatchObject([{ kind: 'want', outcome: 'fixup', qty: '6', held: '4' }]);
    expect(report).toMatchObject({ unexplained: 0 });
  });

  it('by a position that it reads itself is drift that nobody can explain, and stays where the policy says nothing', async () => {
    const { f } = await holder();
    await desk.holds(f, { IBM: '6' });
    const report = await desk.run();
    expect(report).toMatchObject({ drift: 1, unexplained: 1, fixups: 0 });
    expect(report.findings).toMatchObject([{ kind: 'held', outcome: 'unexplained', told: '10', held: '6' }]);
    expect([desk.took(f), await desk.levels(f)]).toEqual([['10'], { want: '10', told: '10' }]);
  });

  it('is traded back where the policy says so: once, and told is then what is held', async () => {
    await desk.policy({ correct_own_trades: true });
    const { f } = await holder();
    await desk.holds(f, { IBM: '6' });
    const report = await desk.run();
    expect(report.findings).toMatchObject([{ kind: 'held', outcome: 'corrected', qty: '4' }]);
    expect([desk.took(f), await desk.levels(f)]).toEqual([['10', '4'], { want: '10', told: '10' }]);
    expect(audits(f, 'follower.told_corrected')).toMatchObject([
      { before: { told: '10', held: '6' }, after: { corrects: '-4' } },
    ]);
    // The position was read before that child: it says nothing of it.
    desk.house.now += 120_000;
    expect(await desk.run()).toMatchObject({ drift: 0, fixups: 0 });
    await desk.holds(f, { IBM: '10' });
    expect(await desk.run()).toMatchObject({ drift: 0, fixups: 0 });
  });

  it('more than was told is sold, and a symbol that it was never told of too', async () => {
    await desk.policy({ correct_own_trades: true });
    const { f } = await holder();
    await desk.order('buy', '3', { symbol: 'MSFT' });
    await desk.order('sell', '3', { symbol: 'MSFT' });
    await desk.holds(f, { IBM: '13', MSFT: '-5' });
    await desk.run();
    expect(desk.took(f).slice(-2).sort()).toEqual(['-3', '5']);
    expect([await desk.levels(f), await desk.levels(f, 'MSFT')]).toEqual([
      { want: '10', told: '10' },
      { want: '0', told: '0' },
    ]);
  });

  it('is the latest that was said, and fills count on from there', async () => {
    const { f, seq } = await holder();
    const read = new Date(desk.house.now).toISOString();
    await desk.holds(f, { IBM: '10' }, read);
    await desk.holds(f, { IBM: '3' }, new Date(desk.house.now - 1).toISOString());
    await desk.fill(f, { seq }, { qty: '10', ts: new Date(desk.house.now - 5).toISOString(), status: 'filled' });
    expect((await desk.now(f)).held).toEqual({ IBM: `10 ${read.replace('Z', '000000Z')}` });
    desk.house.now += 1000;
    const next = await desk.order('buy', '2');
    await desk.fill(f, { seq: next }, { qty: '2', status: 'filled' });
    expect((await desk.now(f)).held?.['IBM']).toMatch(/^12 /);
  });
});

describe('unknown children', () => {
  it('are counted with the age of the oldest, and go out again once their endpoint answers a test event', async () => {
    const f = await desk.join();
    const began = new Date(desk.house.now).toISOString();
    const real = desk.room.answer;
    desk.room.answer = () => {
      throw new Error('died in the middle');
    };
    await desk.order('buy', '10');
    desk.room.answer = real;
    desk.broken.set(f.follower_id, refused);
    const away = await desk.run();
    expect(away).toMatchObject({ compared: 0, not_compared: { position_unknown: 1 }, drift: 0 });
    expect(away.unknown).toEqual({ children: 1, oldest_at: began, probed: 1, answered: 0 });
    expect(audits(f, 'follower.probed')).toHaveLength(1);
    expect(await desk.levels(f)).toEqual({ want: '10', told: '0' });
    desk.broken.delete(f.follower_id);
    desk.house.now += 60_000;
    expect((await desk.run()).unknown).toMatchObject({ children: 1, probed: 1, answered: 1 });
    expect([await desk.levels(f), (await desk.now(f)).unknown]).toEqual([{ want: '10', told: '10' }, {}]);
    const [probe] = desk.probes;
    expect(JSON.parse(probe?.body ?? '{}')).toMatchObject({
      type: 'test',
      delivery_id: probe?.deliveryId,
      follower_id: f.follower_id,
    });
    desk.quiet();
    expect(await desk.run()).toMatchObject({ compared: 1, drift: 0, unknown: { children: 0, oldest_at: null, probed: 0 } });
  });

  it('of one that may be sent nothing are not asked for', async () => {
    const f = await desk.join();
    desk.room.answer = () => {
      throw new Error('died in the middle');
    };
    await desk.order('buy', '10');
    await set(f, 'kill_switch', true);
    expect((await desk.run()).unknown).toMatchObject({ children: 1, probed: 0 });
    expect(desk.probes).toEqual([]);
  });
});

describe('a run', () => {
  it('goes on in pages, and its report is the sum of them', async () => {
    desk = await new Desk().open();
    const all: Follower[] = [];
    for (let i = 0; i < 5; i += 1) {
      all.push(await desk.house.register(await desk.house.vaultNow(desk.vault), undefined, {}, 2));
    }
    for (const f of all) desk.broken.set(f.follower_id, refused);
    const { seq } = await desk.room.order({ side: 'buy', qty: '10' });
    for (const shard of [0, 1, 2]) await desk.room.work(seq, { shard });
    desk.broken.clear();
    desk.quiet();
    const report = await desk.run({ deadline: 0 });
    expect(report).toMatchObject({ shards: 3, followers: 5, compared: 5, drift: 5, fixups: 5 });
    expect(report.findings).toHaveLength(5);
    expect(await desk.latest()).toEqual(report);
    for (const f of all) expect(await desk.levels(f)).toEqual({ want: '10', told: '10' });
  });

  it('that is late leaves the report of a later one', async () => {
    await loser();
    const first = await desk.run();
    desk.quiet();
    const second = await desk.run();
    await saveReport(desk.house.table, first);
    expect(await desk.latest()).toEqual(second);
  });
});
