import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, type Placed, type Story } from './support/desk.ts';
import { Endpoints, until } from './support/endpoint.ts';

/** Cancels of orders whose children wait in their followers' lanes, or were given up: what was attempted, and what was not. */
const desk = new Desk();
const closed = new Endpoints();

beforeAll(async () => {
  closed.reserve();
  await desk.open('--retry-delays', '1,3,3');
  desk.endpoints.answer = answer;
});
afterAll(async () => {
  await Promise.all([desk.close(), closed.close()]);
  expect([...desk.contractFaults]).toEqual([]);
  expect([...desk.endpoints.faults, ...closed.faults]).toEqual([]);
});

const wait = (ms: number) => new Promise((r) => setTimeout(r, ms));
/** Endpoints that are as their names say until they are mended. */
const mended = new Set<string>();
async function answer(path: string, { body, attempt }: { body: { seq: number }; attempt: number }): Promise<number> {
  const [vault = '', name] = path.split('-');
  if (name === 'late' && body.seq === 1) {
    if (attempt === 1) return 429;
    await wait(3000);
    return 200;
  }
  if (mended.has(vault)) return 200;
  if (name === 'ill') return 503;
  if (name === 'cut') return 0;
  if (name === 'busy') return 429;
  if (name === 'hangs') await wait(6000);
  return name === 'hangs' || name === 'dead' ? 500 : 200;
}
const states = ['planned', 'sent', 'retry'];

const ill = ['ill', 'cut'];
const names = ['well', 'late', ...ill, 'busy'];

/** A buy of 10 whose children wait in their lanes, each for a reason of its own; then its cancel with 4 filled. */
async function canceledInLane(story: Story): Promise<{ placed: Placed; back: Placed }> {
  for (const name of names) await story.join(name);
  await story.join('away', { webhook: { url: closed.url(story.path('away')) } });
  closed.secrets.set(story.path('away'), desk.endpoints.secrets.get(story.path('away')) ?? '');
  const placed = await story.order('buy', 10, { order_type: 'limit', limit_price: '10' });
  for (const name of [...names.slice(1), 'away']) {
    const waits = async () => states.includes((await story.child(name, placed))?.state ?? '') && story.heard('late').length > 0;
    await until(waits, `${name} in its lane`);
  }
  await until(async () => (await story.child('late', placed))?.state === 'sent', 'the late one on its way');
  const back = await story.cancel(placed, 4);
  // A try that the mended endpoint answered before the cancel was expanded would have come first, rightly.
  for (const name of [...ill, 'busy', 'away']) {
    await until(async () => (await story.child(name, back)) !== undefined, `the cancel planned for ${name}`);
  }
  mended.add('lane');
  await closed.listen();
  await story.settled();
  return { placed, back };
}

/** What is reported of a child that was taken back moves nothing: its cancel's answer said where the follower stands. */
async function reportLate(story: Story, placed: Placed): Promise<void> {
  const reports = { ill: { qty: '10', status: 'filled' }, well: { qty: '3', status: 'canceled' }, cut: { qty: '2' } };
  for (const [name, fill] of Object.entries(reports)) {
    const { follower_order_id = '' } = (await story.child(name, placed)) ?? {};
    expect((await story.report(name, follower_order_id, fill)).status, name).toBe(200);
  }
}

describe.concurrent('a cancel behind a child in the lane', () => {
  it('ends it; what may have happened is taken back by a delivery, and nothing stays unknown', async () => {
    const story = await desk.vault('lane');
    const { placed, back } = await canceledInLane(story);
    for (const name of ['well', 'late']) expect(story.lines(name), name).toEqual(['1 buy 10 -> 10', '2 cancel sell 6 -> 4']);
    for (const name of ill) {
      const child = await story.child(name, placed);
      expect(child, name).toMatchObject({ state: 'canceled', unknown: false });
      // It was told nothing for certain: the cancel's quantity goes from there to where it shall stand.
      expect(story.lines(name), name).toEqual(['2 cancel buy 4 -> 4']);
      expect(story.took(name)[0]?.body.cancels, name).toBe(child?.follower_order_id);
    }
    for (const name of ['busy', 'away']) {
      expect(await story.child(name, placed), name).toMatchObject({ state: 'canceled', code: 'canceled', unknown: false });
      expect(await story.child(name, back), name).toMatchObject({ state: 'skipped', code: 'no_change' });
    }
    expect([story.took('busy'), story.heard('away', closed), await story.deadLetters()]).toEqual([[], [], []]);
    const [first, second] = (await story.orders()).map((o) => o.progress);
    expect([first?.['unknown'] ?? 0, second?.['unknown'] ?? 0]).toEqual([0, 0]);
    expect(first).toMatchObject({ ack: 2, canceled: 4 });

    await reportLate(story, placed);
    const next = await story.order('buy', 2);
    await story.order('sell', 6);
    await story.settled();
    const end = [`${next.seq} buy 2 -> 6`, `${next.seq + 1} sell 6 -> 0`];
    for (const name of ['well', 'late', ...ill]) expect(story.lines(name).slice(-2), name).toEqual(end);
    const missed = [`${next.seq} buy 6 -> 6`, end[1]];
    expect([story.lines('busy'), story.lines('away', closed)]).toEqual([missed, missed]);
  });
});

describe.concurrent('a cancel of a child that was given up', () => {
  it('or timed out again and again: one delivery resolves it, and its dead letter is none any more', async () => {
    const story = await desk.vault('given');
    for (const name of ['well', 'dead', 'hangs', 'cut']) await story.join(name);
    const placed = await story.order('buy', 10);
    const dead = await story.reaches('dead', placed, 'dead_lettered');
    const cut = await story.reaches('cut', placed, 'dead_lettered');
    expect([dead.unknown, cut.unknown]).toEqual([true, true]);
    expect((await story.deadLetters()).sort()).toEqual([dead, cut].map((c) => c.follower_order_id).sort());
    const back = await story.cancel(placed);
    // The cancel's own first attempts fail as well: it waits in the lane like any other child.
    await until(() => story.heard('dead').some((r) => r.body.type === 'cancel' && r.status === 500), 'the first attempt');
    mended.add('given');
    await story.settled();
    for (const [name, child] of [['dead', dead] as const, ['cut', cut] as const]) {
      expect(await story.child(name, placed), name).toMatchObject({ state: 'canceled', unknown: false });
      expect(await story.child(name, back), name).toMatchObject({ state: 'ack', unknown: false, qty: '0' });
      expect(story.lines(name), name).toEqual(['2 cancel sell 0 -> 0']);
      expect(story.took(name)[0]?.body.cancels, name).toBe(child.follower_order_id);
      const contents = story.heard(name).filter((r) => r.body.type === 'cancel');
      expect(new Set(contents.map((r) => r.delivery)).size, name).toBe(1);
    }
    expect(await story.child('hangs', placed)).toMatchObject({ state: 'canceled', unknown: false });
    expect(story.lines('hangs')).toEqual(['2 cancel sell 0 -> 0']);
    expect(await story.deadLetters()).toEqual([]);
    expect((await story.orders()).map((o) => o.progress['unknown'] ?? 0)).toEqual([0, 0]);
    await story.order('buy', 3);
    await story.settled();
    for (const name of ['well', 'dead', 'hangs', 'cut']) {
      expect(story.took(name).at(-1)?.body, name).toMatchObject({ qty: '3', position_after: '3', sizing: { told: '0' } });
    }
  });

  it('is settled itself when nobody answers it: happened ends both, not happened leaves the first', async () => {
    const story = await desk.vault('both');
    for (const name of ['dead', 'cut']) await story.join(name);
    const placed: Placed = await story.order('buy', 10);
    const first = [await story.reaches('dead', placed, 'dead_lettered'), await story.reaches('cut', placed, 'dead_lettered')];
    const back = await story.cancel(placed);
    const second = [await story.reaches('dead', back, 'dead_lettered'), await story.reaches('cut', back, 'dead_lettered')];
    expect(second.map((c) => [c.kind, c.unknown])).toEqual(Array(2).fill(['cancel', true]));
    const [id0, id1] = first.map((c) => c.follower_order_id) as [string, string];
    const [back0, back1] = second.map((c) => c.follower_order_id) as [string, string];
    // While nobody knows of the cancel, nobody may say how what it takes back ended.
    expect((await story.settle(id0, true)).body.code).toBe('cancel_unknown');
    expect((await story.redrive(id0)).body.code).toBe('order_canceled');
    expect((await story.report('dead', id0, { qty: '0', status: 'canceled' })).body.code).toBe('cancel_unknown');
    expect((await story.settle(back0, true)).body).toMatchObject({ state: 'confirmed', unknown: false });
    expect((await story.settle(back1, false)).body).toMatchObject({ state: 'dead_lettered', unknown: false });
    expect(await story.child('dead', placed)).toMatchObject({ state: 'canceled', unknown: false });
    expect(await story.child('cut', placed)).toMatchObject({ state: 'dead_lettered', unknown: true });
    expect((await story.settle(id1, true)).body).toMatchObject({ state: 'confirmed', unknown: false });
    expect(await story.deadLetters()).toEqual([back1]);
    mended.add('both');
    await story.order('buy', 3);
    await story.settled();
    expect(story.lines('dead')).toEqual(['3 buy 3 -> 3']);
    // The buy of 10 did happen, and its cancel did not.
    expect(story.lines('cut')).toEqual(['3 sell 7 -> 3']);
  });
});
