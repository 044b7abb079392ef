import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTenant } from './support/client.ts';
import { Desk, type Placed, type Story, signedOf } from './support/desk.ts';
import { until } from './support/endpoint.ts';
import { type Cancel, expected, type Order, type Rule, wanted } from './support/oracle.ts';

/** Cancels (SPEC 6.1) as managers and followers see them: each story has a vault of its own, and they run beside each other. */
const desk = new Desk();

beforeAll(() => desk.share());
afterAll(async () => {
  await desk.close();
  expect([...desk.contractFaults]).toEqual([]);
  expect(desk.endpoints.faults).toEqual([]);
});

const rules: Record<string, Rule> = {
  third: { scale: '0.33' },
  half: { scale: '0.5' },
  plain: { scale: '1' },
  more: { scale: '1.5' },
  capped: { scale: '2.75', cap: '205' },
};
const names = Object.keys(rules);
const ruleOf = (name: string) => rules[name] as Rule;

async function withRules(label: string): Promise<Story> {
  const story = await desk.vault(label);
  for (const [name, { scale, cap }] of Object.entries(rules)) {
    await story.join(name, { scale, ...(cap === undefined ? {} : { mode: 'capped', max_pos_usd: cap }) });
  }
  return story;
}

const order = (side: 'buy' | 'sell', qty: number, more: Partial<Order> = {}): Order => ({
  symbol: 'IBM',
  side,
  qty,
  ref_price: '10',
  ...more,
});
const cancel = (index: number, filled = 0): Cancel => ({ cancels: index, filled });
type History = readonly (Order | Cancel)[];

/** Sends a history; before a cancel it waits, where it is told to, until what stands before it is worked off. */
async function play(story: Story, history: History, waits: boolean): Promise<Placed[]> {
  const placed: Placed[] = [];
  for (const entry of history) {
    if ('cancels' in entry) {
      if (waits) await story.settled();
      placed.push(await story.cancel(placed[entry.cancels] as Placed, entry.filled));
    } else {
      const { side, qty, ...more } = entry;
      placed.push(await story.order(side, qty, { ...more, order_type: 'limit', limit_price: '10' }));
    }
  }
  await story.settled();
  return placed;
}

/** The children of a history that is all carried out, by the oracle: sequence number, signed quantity, position after. */
function children(history: History, rule: Rule): [seq: number, qty: number, after: number][] {
  const quantities = expected(history, rule).map(Number);
  return quantities.flatMap((qty, n) =>
    qty === 0 ? [] : [[n + 1, qty, Number(wanted(history.slice(0, n + 1), rule).want)] as [number, number, number]],
  );
}
/** What was taken; a cancel that had nothing to trade back goes out as well, and is left out here. */
const taken = (story: Story, name: string) =>
  story
    .took(name)
    .map((r) => [r.body.seq, signedOf(r.body), Number(r.body.position_after)] as const)
    .filter(([, qty]) => qty !== 0);

describe.concurrent('a canceled order', () => {
  it('of which a part was filled is counted as that part; sold, everybody is at exactly zero', async () => {
    const story = await withRules('limit');
    const history: History = [order('buy', 10), cancel(0, 4), order('sell', 4)];
    const placed = await play(story, history, true);
    for (const name of names) {
      expect(taken(story, name), name).toEqual(children(history, ruleOf(name)));
      expect(story.holds(name), name).toBe(0);
      expect((await story.child(name, placed[2] as Placed))?.sizing, name).toMatchObject({ target: '0', want: '0' });
    }
    const [first, second] = await story.orders();
    expect(first).toMatchObject({ kind: 'order', state: 'canceled', filled_qty: '4', canceled_by: second?.manager_order_id });
    expect(second).toMatchObject({ kind: 'cancel', seq: 2, state: 'completed', position_after: '4', progress: { ack: 5 } });
    const child = await story.child('plain', placed[0] as Placed);
    const back = story.took('plain')[1];
    expect([back?.body.type, back?.body.cancels]).toEqual(['cancel', child?.follower_order_id]);
    expect(await story.child('plain', placed[1] as Placed)).toMatchObject({ kind: 'cancel', cancels: child?.follower_order_id });
  });

  it('is folded again wherever it stands: sells, reduce_only, crossings, and cancels that reach behind each other', async () => {
    const story = await withRules('fold');
    const msft = { symbol: 'MSFT' };
    const history: History = [
      order('buy', 37),
      order('buy', 20, msft),
      order('buy', 13),
      order('sell', 20),
      cancel(2, 5),
      order('sell', 9, msft),
      cancel(3),
      order('sell', 60, { reduce_only: true }),
      cancel(5, 2),
      order('buy', 11),
      cancel(0, 30),
      order('sell', 40, msft),
      cancel(1, 7),
      order('sell', 11),
      cancel(9),
      order('buy', 100),
      cancel(13),
    ];
    await play(story, history, true);
    for (const name of names) expect(taken(story, name), name).toEqual(children(history, ruleOf(name)));
    const positions = (await story.orders()).map((o) => Number(o.position_after));
    expect(positions).toEqual(history.map((_, n) => Number(wanted(history.slice(0, n + 1), { scale: '1' }).position)));
  });

  it('met while its children are on their way: with the next increase everybody stands where the fold says', async () => {
    const story = await withRules('race');
    const history: History = [
      order('buy', 30),
      cancel(0, 12),
      order('buy', 9),
      order('sell', 6),
      cancel(3),
      order('buy', 5),
      cancel(5, 1),
      cancel(2, 8),
    ];
    await play(story, history, false);
    const last = [...history, order('buy', 20)];
    const placed = await story.order('buy', 20);
    await story.settled();
    expect(placed.seq).toBe(last.length);
    for (const name of names) {
      expect(story.took(name).at(-1)?.body.position_after, name).toBe(String(wanted(last, ruleOf(name)).want));
      expect(story.holds(name), name).toBe(Number(wanted(last, ruleOf(name)).want));
    }
  });
});

describe.concurrent('between an order and its cancel', () => {
  it('who joined gets nothing of it; who joined by sync is traded back', async () => {
    const story = await desk.vault('between');
    await story.join('old');
    await story.order('buy', 20);
    const canceled = await story.order('buy', 10);
    await story.settled();
    await Promise.all([
      story.join('next'),
      story.join('synced', { join: 'sync', scale: '0.5' }),
      story.join('small', { join: 'sync', mode: 'capped', max_pos_usd: '50' }),
    ]);
    await until(() => story.took('synced').length + story.took('small').length === 2, 'both to be joined');
    const back = await story.cancel(canceled);
    await story.settled();
    expect(story.lines('old')).toEqual(['1 buy 20 -> 20', '2 buy 10 -> 30', '3 cancel sell 10 -> 20']);
    expect(story.lines('synced')).toEqual(['2 buy 15 -> 15', '3 sell 5 -> 10']);
    expect(story.lines('small')).toEqual(['2 buy 5 -> 5']);
    expect(story.heard('next')).toEqual([]);
    expect(await story.child('next', back)).toMatchObject({ state: 'skipped', code: 'no_change' });
    expect((await story.child('synced', back))?.cancels).toBeUndefined();
    await story.order('sell', 20);
    await story.settled();
    expect(['old', 'synced', 'small', 'next'].map((name) => story.holds(name))).toEqual([0, 0, 0, 0]);
  });

  it('what was reported counts: from what was filled to what shall stand, and nothing where nothing was', async () => {
    const story = await desk.vault('reported');
    const fills = { all: '10', some: '3', none: '0' };
    for (const name of Object.keys(fills)) await story.join(name);
    const placed = await story.order('buy', 10);
    await story.settled();
    for (const [name, qty] of Object.entries(fills)) {
      const { follower_order_id = '' } = (await story.child(name, placed)) ?? {};
      const fill = { qty, status: name === 'all' ? 'filled' : 'canceled' };
      expect((await story.report(name, follower_order_id, fill)).status, name).toBe(200);
    }
    await story.cancel(placed, 4);
    await story.settled();
    expect(story.lines('all').at(-1)).toBe('2 cancel sell 6 -> 4');
    expect(story.lines('some').at(-1)).toBe('2 cancel buy 1 -> 4');
    expect(story.lines('none')).toEqual(['1 buy 10 -> 10']);
    await story.order('buy', 1);
    await story.settled();
    expect(Object.keys(fills).map((name) => story.lines(name).at(-1))).toEqual(['3 buy 1 -> 5', '3 buy 1 -> 5', '3 buy 5 -> 5']);
  });

  it('a kill switch stops the trading back, and an order that it stopped needs none', async () => {
    const story = await desk.vault('killed');
    for (const name of ['before', 'after', 'never']) await story.join(name);
    await story.order('buy', 20);
    await story.settled();
    await story.change('before', { kill_switch: true });
    const placed = await story.order('buy', 10);
    await story.settled();
    await story.change('before', { kill_switch: false });
    await story.change('after', { kill_switch: true });
    const back = await story.cancel(placed);
    await story.settled();
    expect(await story.child('before', placed)).toMatchObject({ state: 'skipped', code: 'kill_switch' });
    expect(await story.child('before', back)).toMatchObject({ state: 'skipped', code: 'no_change' });
    expect(await story.child('after', back)).toMatchObject({ state: 'skipped', code: 'kill_switch' });
    expect([story.holds('before'), story.holds('after'), story.holds('never')]).toEqual([20, 30, 20]);
    await story.change('after', { kill_switch: false });
    const next = await story.order('buy', 1);
    await story.settled();
    // Told was not moved by the cancel that was not sent: the next increase trades back.
    expect(story.lines('after').at(-1)).toBe(`${next.seq} sell 9 -> 21`);
    expect([story.lines('before').at(-1), story.lines('never').at(-1)]).toEqual(Array(2).fill(`${next.seq} buy 1 -> 21`));
  });

  it('a halted vault takes the cancel and sends nothing; open again it converges', async () => {
    const story = await desk.vault('halted');
    await story.join('f');
    const placed = await story.order('buy', 10);
    await story.settled();
    const overlays = `/v1/vaults/${story.vaultId}/overlay`;
    const halt = await desk.manager.post<{ overlay_id: string }>(overlays, { kind: 'halt' });
    const back = await story.cancel(placed, 4);
    await story.settled();
    expect(await story.child('f', back)).toMatchObject({ state: 'skipped', code: 'vault_halted' });
    await desk.manager.call('DELETE', `${overlays}s/${halt.body.overlay_id}`);
    await story.order('buy', 1);
    await story.settled();
    expect(story.lines('f')).toEqual(['1 buy 10 -> 10', '3 sell 5 -> 5']);
  });
});

describe.concurrent('a cancel', () => {
  it('is answered once: the same request again gives the same answer, any other one 409', async () => {
    const story = await desk.vault('once');
    await story.join('f');
    const { manager_order_id: orderId } = await story.order('buy', 10);
    const first = await story.tryCancel(orderId, { filled_qty: '3' }, 'one-key');
    const again = await story.tryCancel(orderId, { filled_qty: '3' }, 'one-key');
    expect([first.status, again.status, again.body]).toEqual([202, 202, first.body]);
    expect([first, again].map((r) => r.headers.get('idempotent-replayed'))).toEqual([null, 'true']);
    const answers = [
      await story.tryCancel(orderId, { filled_qty: '3' }),
      await story.tryCancel(orderId, {}),
      await story.tryCancel(orderId, { filled_qty: '4' }, 'one-key'),
      await story.tryCancel(first.body.manager_order_id, {}),
    ];
    expect(answers.map((r) => [r.status, r.body.code])).toEqual([
      [409, 'already_canceled'],
      [409, 'already_canceled'],
      [422, 'idempotency_key_reused'],
      [409, 'not_an_order'],
    ]);
    const other = await story.order('buy', 5);
    const both = await Promise.all(Array.from({ length: 2 }, () => story.tryCancel(other.manager_order_id)));
    expect(both.map((r) => r.status).sort()).toEqual([202, 409]);
    await story.settled();
    expect((await story.orders()).map((o) => o.kind)).toEqual(['order', 'cancel', 'order', 'cancel']);
    await story.order('buy', 1);
    await story.settled();
    expect(story.holds('f')).toBe(4);
  });

  it('is refused for what cannot be canceled so', async () => {
    const story = await desk.vault('refused');
    await story.order('buy', 5);
    const sale = await story.order('sell', 8, { reduce_only: true });
    const stranger = (await newTenant(desk.info?.api ?? '', 'manager', 'sam')).client;
    const list = `/v1/manager-orders?vault_id=${story.vaultId}`;
    const path = `/v1/manager-orders/${sale.manager_order_id}/cancel`;
    const ask = async (body: unknown, client = desk.manager, at = path) => {
      const { status, body: answer } = await client.post<{ code?: string }>(at, body);
      return [status, answer.code];
    };
    // What reduce_only dropped was never to be filled: 5 of its 8 were the vault's to sell.
    for (const filled_qty of ['5.1', '6', '9']) expect(await ask({ filled_qty })).toEqual([422, 'filled_exceeds_qty']);
    for (const body of [{ filled_qty: '-1' }, { filled_qty: 1 }, { filled_qty: '1e3' }, { filled_qty: '' }, { filled: '1' }])
      expect(await ask(body), JSON.stringify(body)).toEqual([400, 'validation_failed']);
    expect(await ask({}, stranger)).toEqual([404, 'manager_order_not_found']);
    expect(await ask({}, desk.manager, path.replace(/mo_.{26}/, 'mo_01HF7YAT00000000000000000A'))).toEqual([
      404,
      'manager_order_not_found',
    ]);
    await desk.put({
      type: 'ManagerOrder',
      detail: { vault_id: story.vaultId, ...story.orderBody('buy', 1), symbol: 'BTC/USD' },
    });
    const refused = async () => (await desk.manager.get<{ items: Placed[] }>(`${list}&state=refused`)).body.items[0];
    await until(async () => (await refused()) !== undefined, 'the refused one');
    expect(await ask({}, desk.manager, `/v1/manager-orders/${(await refused())?.manager_order_id}/cancel`)).toEqual([
      409,
      'not_an_order',
    ]);
    expect((await story.orders()).map((o) => o.state)).toEqual(['completed', 'completed']);
    expect(await ask({ filled_qty: '5.0' })).toEqual([202, undefined]);
    expect((await story.orders()).at(-1)).toMatchObject({ kind: 'cancel', filled_qty: '5', position_after: '0' });
  });
});
