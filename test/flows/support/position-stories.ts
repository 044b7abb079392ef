import { describe, expect, it } from 'vitest';
import { bookOf, near, unrealisedOf } from '../../mirroring/support/book.ts';
import type { Client, Reply } from './client.ts';
import { carla, desk, moods, person } from './control-plane.ts';
import { type Placed, type Story, signedOf } from './desk.ts';

interface Fill {
  readonly fill_id: string;
  readonly qty: string;
  readonly price: string;
  readonly ts: string;
}
interface Position {
  readonly symbol: string;
  readonly target: string;
  readonly want: string;
  readonly told: string;
  readonly held: string;
  readonly fills: number;
  readonly average_price: string | null;
  readonly realised_pnl: string;
  readonly unrealised_pnl: string | null;
  readonly unknown: readonly { follower_order_id: string; qty: string; since: string }[];
}
type Positions = { items: Position[]; next_cursor: string | null; code?: string };
const positions = (story: Story, name: string, query = '', by: Client = desk.manager): Promise<Reply<Positions>> =>
  by.get<Positions>(`/v1/followers/${story.id(name)}/positions${query}`);

/** Orders, each of which a follower fills in two parts at one time. */
const plan = [
  ['buy', 30, 'IBM'],
  ['buy', 7, 'MSFT'],
  ['sell', 12, 'IBM'],
  ['sell', 31, 'IBM'],
  ['buy', 20, 'IBM'],
  ['sell', 7, 'MSFT'],
  ['buy', 3, 'AAPL'],
] as const;
function partsOf(n: number, qty: number): Fill[] {
  const first = Math.floor(qty / 3);
  const ts = new Date(Date.UTC(2026, 0, 5, 12, n)).toISOString();
  return [
    { fill_id: `f${n}a`, qty: String(first), price: `${10 + n}.25`, ts },
    { fill_id: `f${n}b`, qty: String(qty - first), price: `${11 - n * 0.5}`, ts },
  ];
}
interface Told {
  readonly symbol: string;
  readonly child: string;
  readonly fill: Fill;
  readonly signed: Fill;
}
/** Plays the plan, and says what there is to report of it by one follower. */
async function played(story: Story, name: string): Promise<Told[]> {
  const placed: Placed[] = [];
  for (const [side, qty, symbol] of plan) placed.push(await story.order(side, qty, { symbol, ref_price: '10' }));
  await story.settled();
  const children = await story.children(name);
  return plan.flatMap(([side, qty, symbol], n) => {
    const child = children.find((c) => c.seq === placed[n]?.seq)?.follower_order_id ?? '';
    return partsOf(n, qty).map((fill) => ({
      symbol,
      child,
      fill,
      signed: { ...fill, qty: side === 'sell' ? `-${fill.qty}` : fill.qty },
    }));
  });
}

describe('positions', () => {
  it('follow from the fills, in whatever order and however often they are told', async () => {
    const story = await desk.vault('positions');
    for (const name of ['late', 'plain']) await story.join(name);
    const told = await played(story, 'late');
    // The last first, every third twice, some at once.
    const order = [...told].reverse().flatMap((t, i) => (i % 3 === 0 ? [t, t] : [t]));
    for (let i = 0; i < order.length; i += 4) {
      const some = order.slice(i, i + 4).map(({ fill, child }) => story.report('late', child, { ...fill }));
      expect((await Promise.all(some)).map((r) => r.status)).toEqual(some.map(() => 200));
    }
    const { items } = (await positions(story, 'late')).body;
    expect(items.map((p) => [p.symbol, p.want, p.told, p.held, p.fills])).toEqual([
      ['AAPL', '3', '3', '3', 2],
      ['IBM', '7', '7', '7', 8],
      ['MSFT', '0', '0', '0', 4],
    ]);
    for (const position of items) {
      const book = bookOf(told.filter((t) => t.symbol === position.symbol).map((t) => t.signed));
      expect(near(position.held, book.held, 0n) && near(position.realised_pnl, book.realised)).toBe(true);
      expect(near(position.unrealised_pnl ?? '', unrealisedOf(book, '10'))).toBe(true);
      const { average_price } = position;
      expect(average_price === null || book.average === undefined ? average_price : near(average_price, book.average)).toBe(
        book.average === undefined ? null : true,
      );
    }
    const pages = [await positions(story, 'late', '?limit=2')];
    pages.push(await positions(story, 'late', `?limit=2&cursor=${pages[0]?.body.next_cursor}`));
    expect([pages.flatMap((p) => p.body.items), pages[1]?.body.next_cursor]).toEqual([items, null]);
    const plain = (await positions(story, 'plain')).body.items;
    expect(plain.map((p) => [p.symbol, p.want, p.told, p.held, p.average_price])).toEqual(
      items.map((p) => [p.symbol, p.want, p.told, '0', null]),
    );
  });

  it('take in a cancel, and what was told less of in the end', async () => {
    const story = await desk.vault('positions-cancel');
    await story.join('f');
    const bought = await story.order('buy', 10);
    await story.settled();
    const child = await story.child('f', bought);
    const first = { fill_id: 'x1', qty: '6', price: '10', ts: '2026-01-05T12:00:00Z' };
    await story.report('f', child?.follower_order_id ?? '', first);
    await story.report('f', child?.follower_order_id ?? '', { fill_id: 'x2', qty: '0', status: 'canceled' });
    const [short] = (await positions(story, 'f')).body.items;
    expect(short).toMatchObject({ want: '10', told: '6', held: '6', fills: 1, average_price: '10' });
    const cancel = await story.cancel(bought, 4);
    await story.settled();
    const back = await story.child('f', cancel);
    expect(signedOf(back as { side: string; qty: string })).toBe(-2);
    // Said again once it is history it is the fill it was; of another child it is not.
    expect((await story.report('f', child?.follower_order_id ?? '', first)).status).toBe(200);
    const reused = await story.report('f', back?.follower_order_id ?? '', { ...first, qty: '2' });
    expect(reused).toMatchObject({ status: 409, body: { code: 'fill_id_reused' } });
    await story.report('f', back?.follower_order_id ?? '', {
      fill_id: 'x3',
      qty: '2',
      price: '11.5',
      ts: '2026-01-05T12:01:00Z',
    });
    const [after] = (await positions(story, 'f')).body.items;
    expect(after).toMatchObject({
      target: '4',
      want: '4',
      told: '4',
      held: '4',
      fills: 2,
      average_price: '10',
      realised_pnl: '3',
    });
  });

  it('list what is unknown until somebody tells, to its own people alone', async () => {
    const story = await desk.vault('positions-unknown', { public: true });
    await story.join('f');
    moods.set(story.path('f'), 0);
    const placed = await story.order('buy', 5);
    const child = await story.reaches('f', placed, 'dead_lettered');
    const self = await person(story, 'f');
    const [unknown] = (await positions(story, 'f', '', self)).body.items;
    expect(unknown).toMatchObject({ symbol: 'IBM', want: '5', told: '0', held: '0' });
    expect(unknown?.unknown).toEqual([{ follower_order_id: child.follower_order_id, qty: '5', since: expect.any(String) }]);
    expect((await story.settle(child.follower_order_id, true)).status).toBe(200);
    expect((await positions(story, 'f', '', self)).body.items[0]).toMatchObject({ told: '5', unknown: [] });
    const foreign = await positions(story, 'f', '', carla());
    expect([foreign.status, foreign.body.code]).toEqual([404, 'follower_not_found']);
    expect((await positions(story, 'f', '?cursor=bm8')).body.code).toBe('cursor_invalid');
  });
});
