import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, type Placed, type Story } from './support/desk.ts';
import { until } from './support/endpoint.ts';

/** The same order sent more than once at the same moment, over HTTP and over the bus: one order, one seq, one delivery each. */
const desk = new Desk();
const followers = ['a', 'b', 'c'];

beforeAll(() => desk.share());
afterAll(async () => {
  await desk.close();
  expect([...desk.contractFaults]).toEqual([]);
  expect(desk.endpoints.faults).toEqual([]);
});

async function withFollowers(label: string): Promise<Story> {
  const story = await desk.vault(label);
  for (const name of followers) await story.join(name);
  return story;
}
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const event = (story: Story, body: Record<string, unknown>) => ({
  type: 'ManagerOrder' as const,
  detail: { vault_id: story.vaultId, ...body },
});

/** Everybody heard of `count` orders, of each once and in sequence; and stays so when all rings have been heard. */
async function onceEach(story: Story, count: number): Promise<void> {
  await until(() => followers.every((name) => story.heard(name).length >= count), `${count} deliveries each`);
  await story.settled();
  await new Promise((r) => setTimeout(r, 1500));
  for (const name of followers) expect(story.heard(name).map((r) => r.body.seq)).toEqual(times(count, (i) => i + 1));
  expect((await story.orders()).map((o) => o.seq)).toEqual(times(count, (i) => i + 1));
}
const different = (placed: readonly Placed[]) => [...new Set(placed.map((p) => `${p.manager_order_id} ${p.seq}`))];

describe.concurrent('one order sent many times at once', () => {
  it('over HTTP, each time as a request of its own: all are answered with the one', async () => {
    const story = await withFollowers('own');
    const body = story.orderBody('buy', 10);
    const answers = await Promise.all(times(8, () => story.place(body)));
    expect(answers.map((r) => r.status)).toEqual(times(8, () => 202));
    expect(different(answers.map((r) => r.body)).length).toBe(1);
    // The name stands for the first one, whatever else a later request says.
    const other = await story.place({ ...body, qty: '11', side: 'sell' });
    expect([other.status, other.body]).toEqual([202, answers[0]?.body]);
    await onceEach(story, 1);
  });

  it('over HTTP as one request: one is carried out, the others are told to wait or get its answer', async () => {
    const story = await withFollowers('key');
    const body = story.orderBody('buy', 10);
    const key = { 'idempotency-key': 'the-same' };
    const answers = await Promise.all(times(8, () => story.place(body, key)));
    const codes = answers.map((r) => (r.status === 202 ? 'accepted' : r.body.code));
    expect(codes.filter((code) => code !== 'accepted' && code !== 'idempotency_in_progress')).toEqual([]);
    const again = await story.place(body, key);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
    const accepted = answers.filter((r) => r.status === 202);
    expect(accepted.length).toBeGreaterThanOrEqual(1);
    expect(different([...accepted, again].map((r) => r.body)).length).toBe(1);
    expect(accepted.filter((r) => r.headers.get('idempotent-replayed') !== 'true').length).toBe(1);
    await onceEach(story, 1);
  });

  it('over the bus, and over HTTP beside it', async () => {
    const story = await withFollowers('bus');
    const bodies = times(6, (i) => story.orderBody('buy', i + 1));
    await Promise.all(
      bodies.flatMap((body) => [
        desk.put(event(story, body), event(story, body)),
        story.place(body).then((r) => expect(r.status).toBe(202)),
        desk.put({ type: 'ManagerOrderBatch', detail: { vault_id: story.vaultId, orders: [body, body] } }),
      ]),
    );
    await onceEach(story, bodies.length);
    for (const name of followers) expect(story.holds(name)).toBe(21);
    const names = (await story.orders()).map((o) => (o as { external_id?: string }).external_id);
    expect([...names].sort()).toEqual(bodies.map((b) => b['external_id']));
    const refused = await desk.manager.get<{ items: unknown[] }>(`/v1/manager-orders?vault_id=${story.vaultId}&state=refused`);
    expect(refused.body.items).toEqual([]);
  });

  it('and canceled at the same moment: at most one cancel, and everybody where the log says', async () => {
    const story = await withFollowers('and');
    const body = story.orderBody('buy', 10);
    const first = await story.place(body);
    const cancels = times(4, () => story.tryCancel(first.body.manager_order_id));
    const orders = times(4, () => story.place(body));
    const canceled = (await Promise.all(cancels)).map((r) => r.status);
    expect(different((await Promise.all(orders)).map((r) => r.body))).toEqual(different([first.body]));
    expect(canceled.sort()).toEqual([202, 409, 409, 409]);
    await story.settled();
    await story.order('buy', 3);
    await story.settled();
    expect((await story.orders()).map((o) => o.kind)).toEqual(['order', 'cancel', 'order']);
    for (const name of followers) expect([story.holds(name), story.took(name).at(-1)?.body.position_after]).toEqual([3, '3']);
  });
});
