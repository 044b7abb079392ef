import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from './support/client.ts';
import { Desk, type FollowerRecord, type Story } from './support/desk.ts';
import { until } from './support/endpoint.ts';

/** kill -9 of the whole platform while many join by sync and others leave flat; started again on the same data. */
const desk = new Desk();
const joining = Array.from({ length: 16 }, (_, i) => `j${i}`);
const leaving = Array.from({ length: 8 }, (_, i) => `l${i}`);
let story: Story;

beforeAll(async () => {
  await desk.open();
  story = await desk.vault('cut');
  for (const name of [...leaving, 'stays']) await story.join(name);
  await story.order('buy', 20);
  await story.order('sell', 8, { symbol: 'MSFT' });
  await story.settled();
  desk.endpoints.answer = async (path) => {
    await new Promise((r) => setTimeout(r, path.endsWith('3') ? 300 : 20));
    return 200;
  };
});
afterAll(async () => {
  await desk.close();
  expect(desk.endpoints.faults).toEqual([]);
});

/** All that joins and leaves, each request under a key of its own: said again after the cut it is the same request. */
const requests: (() => Promise<Reply<FollowerRecord>>)[] = [
  ...joining.map((name) => () => story.join(name, { join: 'sync', scale: '0.5' }, `join-${name}`)),
  ...leaving.map((name) => () => story.leave(name, 'flatten', `leave-${name}`)),
];
const asks = () => desk.endpoints.received.filter((r) => r.body.meta.manager_order_id === null).length;
const wanted = joining.length * 2 + leaving.length * 2;

/** Says a request until it is answered; what a dead platform was at is still another's for some seconds. */
async function said(request: () => Promise<Reply<FollowerRecord>>): Promise<number> {
  let status = 0;
  await until(
    async () => {
      ({ status } = await request());
      return status !== 409;
    },
    'an answer',
    30_000,
    500,
  );
  return status;
}

describe('a power cut in the middle of joining and leaving', () => {
  it('loses no ask and doubles none: the same request again is the same follower', async () => {
    const answers = Promise.allSettled(requests.map((request) => request()));
    await until(() => asks() >= wanted / 4, 'a quarter of the children');
    await desk.platform.killAll();
    expect(asks()).toBeLessThan(wanted);
    await answers;

    await desk.reopen();
    const statuses = await Promise.all(requests.map(said));
    expect([new Set(statuses.slice(0, joining.length)), new Set(statuses.slice(joining.length))]).toEqual([
      new Set([201]),
      new Set([200]),
    ]);
    const ended = () => [...joining, ...leaving].every((name) => story.took(name).length === (name.startsWith('j') ? 2 : 4));
    await until(ended, 'all to be asked for', 90_000);
    for (const name of leaving) await until(async () => (await story.status(name)) === 'left', `${name} has left`);
    for (const name of joining) expect([story.holds(name), story.holds(name, 'MSFT')], name).toEqual([10, -4]);
    for (const name of leaving) expect([story.holds(name), story.holds(name, 'MSFT')], name).toEqual([0, 0]);
  });

  it('what came twice came with the same content, and nothing is left to be done', async () => {
    for (const name of [...joining, ...leaving]) {
      const contents = story.heard(name).map(({ raw, delivery }) => {
        const { ts: _ts, audit: _audit, ...rest } = JSON.parse(raw) as Record<string, unknown>;
        return `${delivery} ${JSON.stringify(rest)}`;
      });
      expect(new Set(contents).size, name).toBe(new Set(story.heard(name).map((r) => r.delivery)).size);
      const asked = await story.asked(name);
      expect(asked.map((c) => [c.symbol, c.unknown]).sort(), name).toEqual([
        ['IBM', false],
        ['MSFT', false],
      ]);
    }
    await story.order('sell', 20);
    await story.order('buy', 8, { symbol: 'MSFT' });
    await story.settled();
    for (const name of [...joining, ...leaving, 'stays'])
      expect([story.holds(name), story.holds(name, 'MSFT')], name).toEqual([0, 0]);
    const listed = await desk.manager.get<{ items: unknown[] }>(`/v1/vaults/${story.vaultId}/followers?limit=200`);
    expect(listed.body.items.length).toBe(joining.length + leaving.length + 1);
  });
});
