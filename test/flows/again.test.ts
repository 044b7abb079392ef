import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, type Story } from './support/desk.ts';
import { until } from './support/endpoint.ts';

/** Children that go out again (SPEC 6.2, 6.4): dead letters that are redriven, and unknown ones by themselves. */
const desk = new Desk();
const broken = new Map<string, number>();

beforeAll(async () => {
  await desk.share();
  desk.endpoints.answer = (path) => broken.get(path) ?? 200;
});
afterAll(async () => {
  await desk.close();
  expect([...desk.contractFaults]).toEqual([]);
  expect(desk.endpoints.faults).toEqual([]);
});

const redrive = (childId: string, key: string = randomUUID()) =>
  desk.manager.post<{ follower_order_id?: string; code?: string }>(
    `/v1/dead-letters/${childId}/redrive`,
    {},
    { 'idempotency-key': key },
  );

/** A vault whose follower's endpoint answered an order with `status` until it was given up; then it is well again. */
async function withDeadLetter(label: string, status: number): Promise<{ story: Story; childId: string }> {
  const story = await desk.vault(label);
  await story.join('ada');
  broken.set(story.path('ada'), status);
  const placed = await story.order('buy', 6);
  const { follower_order_id } = await story.reaches('ada', placed, 'dead_lettered');
  broken.delete(story.path('ada'));
  return { story, childId: follower_order_id };
}

describe.concurrent('a dead letter', () => {
  it('that is redriven goes out once more, unchanged, counts once, and is none any more', async () => {
    const { story, childId } = await withDeadLetter('redriven', 500);
    const key = randomUUID();
    const replies = [await redrive(childId, key), await redrive(childId, key)];
    expect(replies.map((r) => [r.status, r.body.follower_order_id])).toEqual(Array(2).fill([202, childId]));
    const child = await story.reaches('ada', { seq: 1 }, 'ack');
    expect(child).toMatchObject({ unknown: false, attempts: 4, qty: '6' });
    const heard = story.heard('ada');
    expect(heard.map((r) => [r.attempt, r.status])).toEqual([
      [1, 500],
      [2, 500],
      [3, 500],
      [4, 200],
    ]);
    const unchanging = heard.map((r) => ({ ...(r.body as object), ts: '', audit: '' }));
    expect(unchanging[3]).toEqual(unchanging[0]);
    expect(await story.deadLetters()).toEqual([]);
    expect(await redrive(childId)).toMatchObject({ status: 409, body: { code: 'not_dead' } });
    await story.order('buy', 4);
    await story.settled();
    expect(story.lines('ada')).toEqual(['1 buy 6 -> 6', '2 buy 4 -> 10']);
  });

  it('stays what it is while its endpoint still fails', async () => {
    const { story, childId } = await withDeadLetter('failing', 503);
    broken.set(story.path('ada'), 503);
    expect((await redrive(childId)).status).toBe(202);
    await until(async () => (await story.child('ada', { seq: 1 }))?.attempts === 4, 'sent a fourth time');
    expect(await story.child('ada', { seq: 1 })).toMatchObject({ state: 'dead_lettered', unknown: true });
    expect(await story.deadLetters()).toEqual([childId]);
  });

  it('that want covers no longer is not sent: it would leave the follower with what the vault has sold', async () => {
    const { story, childId } = await withDeadLetter('uncovered', 500);
    await story.order('sell', 6);
    await story.settled();
    expect(await redrive(childId)).toMatchObject({ status: 409, body: { code: 'not_covered' } });
    // Nor does it go out by itself, though its endpoint answers.
    for (let n = 0; n < 2; n += 1) {
      await story.order('buy', 1, { symbol: 'MSFT' });
      await story.settled();
    }
    expect(story.heard('ada').filter((r) => r.delivery === childId)).toHaveLength(3);
    expect(await story.child('ada', { seq: 1 })).toMatchObject({ state: 'dead_lettered', unknown: true });
  });

  it('whose order was canceled is refused', async () => {
    const { story, childId } = await withDeadLetter('canceled', 500);
    broken.set(story.path('ada'), 500);
    await story.cancel({ manager_order_id: (await story.orders())[0]?.manager_order_id ?? '', seq: 1 });
    expect(await redrive(childId)).toMatchObject({ status: 409, body: { code: 'order_canceled' } });
  });

  it('of somebody else does not exist', async () => {
    expect(await redrive(`fo_${'0'.repeat(36)}`)).toMatchObject({ status: 404 });
  });
});

describe('an unknown child', () => {
  it('goes out again by itself once its endpoint answers to anything, and then counts', async () => {
    const { story, childId } = await withDeadLetter('itself', 500);
    await story.order('buy', 4);
    expect(await story.reaches('ada', { seq: 2 }, 'skipped')).toMatchObject({ code: 'position_unknown' });
    await story.order('buy', 1, { symbol: 'MSFT' });
    await story.reaches('ada', { seq: 3 }, 'ack');
    // The next ring, or the sweep of the next minute, finds what was asked.
    await story.order('buy', 1, { symbol: 'MSFT' });
    expect(await story.reaches('ada', { seq: 1 }, 'ack', 90_000)).toMatchObject({ unknown: false });
    expect(story.heard('ada').filter((r) => r.delivery === childId && r.status === 200)).toHaveLength(1);
    await story.order('buy', 1);
    await story.settled();
    expect(story.lines('ada').filter((line) => !line.startsWith('3') && !line.startsWith('4'))).toEqual([
      '1 buy 6 -> 6',
      '5 buy 5 -> 11',
    ]);
    expect(await story.deadLetters()).toEqual([]);
  });
});
