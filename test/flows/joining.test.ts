import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTenant } from './support/client.ts';
import { Desk, type Story } from './support/desk.ts';
import { until } from './support/endpoint.ts';

/** Joining a vault that holds something, settings that re-target at once, and leaving (SPEC 4, 6.2). */
const desk = new Desk();

beforeAll(() => desk.share());
afterAll(async () => {
  await desk.close();
  expect([...desk.contractFaults]).toEqual([]);
  expect(desk.endpoints.faults).toEqual([]);
});

const msft = { symbol: 'MSFT', ref_price: '25' };
/** What it took, symbol by symbol: "IBM buy 3 -> 13". */
const bySymbol = (story: Story, name: string) =>
  story.took(name).map(({ body: b }) => `${b.symbol} ${b.side} ${b.qty} -> ${b.position_after}`);
/** Waits until so many children of what the follower itself asked have ended. */
const askedFor = (story: Story, name: string, count: number) =>
  until(
    async () => (await story.asked(name)).filter((c) => !['planned', 'sent', 'retry'].includes(c.state)).length === count,
    `${name}: ${count} of its own children`,
    30_000,
    150,
  );

describe.concurrent('joining by sync', () => {
  it('is one child a symbol up to the present target, at the present price and within the cap; next_order is none', async () => {
    const story = await desk.vault('join');
    await story.join('old');
    await story.order('buy', 30);
    await story.order('sell', 11, { ref_price: '20' });
    await story.order('buy', 8, msft);
    await story.order('buy', 4, { symbol: 'AAPL' });
    await story.order('sell', 4, { symbol: 'AAPL' });
    await story.join('synced', { join: 'sync', scale: '0.5' });
    await story.join('capped', { join: 'sync', mode: 'capped', scale: '2', max_pos_usd: '110' });
    await story.join('picky', { join: 'sync', symbols: { deny: ['IBM'] } });
    await story.join('next', { join: 'next_order' });
    await story.join('plain');
    for (const name of ['synced', 'capped']) await askedFor(story, name, 2);
    await askedFor(story, 'picky', 2);
    // 19 and 8 are held; the prices of the last orders, 20 and 25, make the caps.
    expect(bySymbol(story, 'synced')).toEqual(['IBM buy 9 -> 9', 'MSFT buy 4 -> 4']);
    expect(bySymbol(story, 'capped')).toEqual(['IBM buy 5 -> 5', 'MSFT buy 4 -> 4']);
    expect(bySymbol(story, 'picky')).toEqual(['MSFT buy 8 -> 8']);
    expect((await story.asked('picky')).map((c) => [c.symbol, c.code])).toContainEqual(['IBM', 'symbol_denied']);
    const [child] = await story.asked('synced');
    expect(child).toMatchObject({ kind: 'sync', manager_order_id: null, seq: 5, state: 'ack', sizing: { target: '9.5' } });
    expect((await desk.manager.get(`/v1/follower-orders/${child?.follower_order_id}`)).body).toEqual(child);
    await story.order('sell', 19, { ref_price: '20' });
    await story.order('sell', 8, msft);
    await story.settled();
    for (const name of ['old', 'synced', 'capped', 'picky'])
      expect([story.holds(name), story.holds(name, 'MSFT')], name).toEqual([0, 0]);
    expect([story.heard('next'), story.heard('plain'), await story.asked('next')]).toEqual([[], [], []]);
  });

  it('while orders stream in: each is asked once, and at the end everybody stands at its target', async () => {
    const story = await desk.vault('stream');
    await story.join('f0');
    await story.order('buy', 40);
    await story.order('buy', 21, msft);
    const scales = ['0.33', '0.5', '1', '1.5', '2'];
    const names = Array.from({ length: 15 }, (_, i) => `s${i}`);
    const joining = async () => {
      for (let i = 0; i < names.length; i += 3) {
        await Promise.all(names.slice(i, i + 3).map((name, n) => story.join(name, { join: 'sync', scale: scales[(i + n) % 5] })));
      }
    };
    const trading = async () => {
      for (let i = 0; i < 6; i += 1) {
        await story.order(i % 3 === 2 ? 'sell' : 'buy', 7 + i);
        await story.order(i % 2 === 0 ? 'sell' : 'buy', 3 + i, msft);
      }
    };
    await Promise.all([joining(), trading()]);
    await story.settled(60_000);
    const [ibm, other] = ['IBM', 'MSFT'].map((symbol) => story.holds('f0', symbol)) as [number, number];
    expect([ibm, other]).toEqual([40 + 7 + 8 - 9 + 10 + 11 - 12, 21 - 3 + 4 - 5 + 6 - 7 + 8]);
    const standing = (name: string, i: number) => {
      const scale = Number(scales[i % 5]);
      const wants = [Math.floor(ibm * scale + 1e-9), Math.floor(other * scale + 1e-9)];
      return [story.holds(name), story.holds(name, 'MSFT')].every((held, n) => held === wants[n]);
    };
    await until(() => names.every(standing), 'everybody at its target');
    for (const name of names) {
      const asked = await story.asked(name);
      expect(asked.map((c) => c.symbol).sort(), name).toEqual(['IBM', 'MSFT']);
      const heard = story.took(name).map((r) => r.body.seq);
      expect(heard, name).toEqual([...heard].sort((a, b) => a - b));
    }
    expect(desk.endpoints.received.filter((r) => r.follower.startsWith('stream-') && r.status !== 200)).toEqual([]);
  });

  it('is refused where nothing could be sent', async () => {
    const story = await desk.vault('impossible');
    const shadow = await story.join('shadow', { mode: 'shadow', join: 'sync' });
    const killed = await story.join('killed', { kill_switch: true, join: 'sync' });
    expect([shadow, killed].map((r) => [r.status, r.body.code])).toEqual(Array(2).fill([409, 'sync_impossible']));
    await story.join('f');
    expect((await story.change('f', { mode: 'shadow', join: 'sync' })).body.code).toBe('sync_impossible');
    expect((await story.change('f', { kill_switch: true, join: 'sync' })).body.code).toBe('sync_impossible');
    expect((await desk.manager.get(`/v1/followers/${story.id('f')}`)).body).toMatchObject({
      mode: 'proportional',
      kill_switch: false,
    });
  });
});

describe.concurrent('settings changed', () => {
  it('move nothing by themselves; with join: sync they re-target, up and down, once', async () => {
    const story = await desk.vault('change');
    await story.join('f');
    await story.order('buy', 20);
    await story.settled();
    await story.change('f', { scale: '0.5' });
    await story.change('f', { join: 'next_order' });
    expect(await story.asked('f')).toEqual([]);
    await story.change('f', { scale: '1.5', join: 'sync' });
    await askedFor(story, 'f', 1);
    // The same request again, with its key, is answered and asks nothing.
    const key = { 'idempotency-key': 'once-more' };
    const path = `/v1/followers/${story.id('f')}`;
    const patch = { scale: '0.25', join: 'sync' };
    const answers = [await desk.manager.patch(path, patch, key), await desk.manager.patch(path, patch, key)];
    expect([answers[1]?.body, answers[1]?.headers.get('idempotent-replayed')]).toEqual([answers[0]?.body, 'true']);
    await askedFor(story, 'f', 2);
    await story.change('f', { mode: 'capped', max_pos_usd: '30', scale: '1', join: 'sync' });
    await askedFor(story, 'f', 3);
    await story.change('f', { join: 'sync' });
    await askedFor(story, 'f', 4);
    expect(story.lines('f')).toEqual(['1 buy 20 -> 20', '1 buy 10 -> 30', '1 sell 25 -> 5', '1 sell 2 -> 3']);
    expect((await story.asked('f')).at(-1)).toMatchObject({ state: 'skipped', code: 'no_change' });
    await story.order('sell', 20);
    await story.settled();
    expect(story.lines('f').at(-1)).toBe('2 sell 3 -> 0');
  });

  it('that lead out of shadow with sync bring what was only recorded', async () => {
    const story = await desk.vault('shadow');
    for (const name of ['sync', 'later']) await story.join(name, { mode: 'shadow' });
    await story.order('buy', 10);
    await story.order('buy', 6, msft);
    await story.settled();
    expect((await story.children('sync')).map((c) => c.state)).toEqual(['shadowed', 'shadowed']);
    await story.change('sync', { mode: 'proportional', join: 'sync' });
    await story.change('later', { mode: 'proportional' });
    await askedFor(story, 'sync', 2);
    expect(bySymbol(story, 'sync')).toEqual(['IBM buy 10 -> 10', 'MSFT buy 6 -> 6']);
    await story.order('buy', 2);
    await story.settled();
    expect(bySymbol(story, 'sync').at(-1)).toBe('IBM buy 2 -> 12');
    expect(bySymbol(story, 'later')).toEqual(['IBM buy 2 -> 2']);
  });
});

describe.concurrent('leaving', () => {
  it('flat closes what is held, once; flat or not, no later order or cancel concerns who left', async () => {
    const story = await desk.vault('leave');
    for (const name of ['stays', 'flat', 'keeps']) await story.join(name, { scale: '0.5' });
    const first = await story.order('buy', 21);
    await story.order('sell', 8, msft);
    await story.settled();
    const leaving = await story.leave('flat', 'flatten', 'bye');
    expect([leaving.status, leaving.body.status]).toEqual([200, 'leaving']);
    const replayed = await story.leave('flat', 'flatten', 'bye');
    expect([replayed.body, replayed.headers.get('idempotent-replayed')]).toEqual([leaving.body, 'true']);
    await story.leave('flat', 'flatten');
    await until(async () => (await story.status('flat')) === 'left', 'flat has left');
    const again = [await story.leave('flat', 'flatten'), await story.leave('flat', 'keep'), await story.leave('flat')];
    expect(new Set(again.map((r) => JSON.stringify([r.status, r.body]))).size).toBe(1);
    const kept = [await story.leave('keeps'), await story.leave('keeps', 'keep'), await story.leave('keeps', 'flatten')];
    expect(kept.map((r) => r.status)).toEqual([200, 200, 200]);
    expect(kept.map((r) => r.body)).toEqual(Array(3).fill(kept[0]?.body));
    expect(kept[0]?.body.status).toBe('left');
    expect(bySymbol(story, 'flat').slice(2)).toEqual(['IBM sell 10 -> 0', 'MSFT buy 4 -> 0']);
    await story.order('buy', 5);
    await story.cancel(first);
    await story.settled();
    for (const name of ['flat', 'keeps']) {
      expect((await story.change(name, { scale: '2' })).body.code, name).toBe('follower_left');
      expect((await story.change(name, { join: 'sync' })).body.code, name).toBe('follower_left');
      expect(
        (await story.children(name)).filter((c) => c.seq > 2),
        name,
      ).toEqual([]);
    }
    expect([story.took('flat').length, story.took('keeps').length]).toEqual([4, 2]);
    expect(bySymbol(story, 'stays').slice(2)).toEqual(['IBM buy 3 -> 13', 'IBM sell 11 -> 2']);
    expect([story.holds('stays'), story.holds('flat'), story.holds('keeps')]).toEqual([2, 0, 10]);
  });

  it('flat is refused while nothing may be sent; from shadow there is nothing to close', async () => {
    const story = await desk.vault('stuck');
    for (const name of ['f', 'shadow']) await story.join(name, name === 'shadow' ? { mode: 'shadow' } : {});
    await story.order('buy', 9);
    await story.settled();
    await story.change('f', { kill_switch: true });
    const refused = await story.leave('f', 'flatten');
    expect([refused.status, refused.body.code, await story.status('f')]).toEqual([409, 'flatten_impossible', 'active']);
    await story.change('f', { kill_switch: false });
    const halt = await desk.manager.post<{ overlay_id: string }>(`/v1/vaults/${story.vaultId}/overlay`, { kind: 'halt' });
    expect((await story.leave('f', 'flatten')).body.code).toBe('flatten_impossible');
    await desk.manager.call('DELETE', `/v1/vaults/${story.vaultId}/overlays/${halt.body.overlay_id}`);
    await Promise.all([story.leave('f', 'flatten'), story.leave('f', 'flatten'), story.leave('shadow', 'flatten')]);
    for (const name of ['f', 'shadow']) await until(async () => (await story.status(name)) === 'left', `${name} has left`);
    expect([story.lines('f'), story.heard('shadow')]).toEqual([['1 buy 9 -> 9', '1 sell 9 -> 0'], []]);
  });

  it('flat with an endpoint that is ill: what waits is not sent any more, the closing goes out when it is well', async () => {
    const story = await desk.vault('ill');
    const names = ['busy', 'doubtful'];
    for (const name of [...names, 'dead']) await story.join(name);
    await story.order('buy', 10);
    await story.settled();
    const well = new Set<string>();
    const answers: Record<string, number> = { 'ill-busy': 429, 'ill-doubtful': 503, 'ill-dead': 503 };
    desk.endpoints.answer = (path) => (well.has(path) ? 200 : (answers[path] ?? 200));
    await story.leave('dead', 'flatten');
    await until(async () => (await story.deadLetters()).length === 1, 'the closing child to be given up');
    const placed = await story.order('buy', 5);
    for (const name of names) await until(async () => (await story.child(name, placed))?.state === 'retry', `${name} waits`);
    for (const name of names) expect((await story.leave(name, 'flatten')).status).toBe(200);
    for (const name of names) await until(async () => (await story.status(name)) === 'left', `${name} has left`);
    for (const name of names) well.add(story.path(name));
    await until(() => names.every((name) => story.took(name).length === 2), 'both to be closed');
    await story.settled();
    for (const name of names) {
      expect(story.lines(name), name).toEqual(['1 buy 10 -> 10', '2 sell 10 -> 0']);
      expect(await story.child(name, placed), name).toMatchObject({
        state: 'skipped',
        code: 'left',
        unknown: name === 'doubtful',
      });
    }
    // A closing that was given up can be redriven, though its follower has left.
    well.add(story.path('dead'));
    const [letter = ''] = await story.deadLetters();
    expect([await story.status('dead'), (await story.redrive(letter)).status]).toEqual(['left', 202]);
    await until(() => story.took('dead').length === 2, 'the closing');
    expect([story.lines('dead'), story.holds('dead')]).toEqual([['1 buy 10 -> 10', '1 sell 10 -> 0'], 0]);
  });

  it("is for its own tenant alone: a vault's manager may stop another's follower, not send it away", async () => {
    const story = await desk.vault('tenants', { public: true });
    const other = (await newTenant(desk.info?.api ?? '', 'client', 'carl')).client;
    const body = { mode: 'proportional', scale: '1', webhook: { url: desk.endpoints.url('tenants-c') } };
    const made = await other.post<{ follower_id: string }>(`/v1/vaults/${story.vaultId}/followers`, body);
    story.ids.set('c', made.body.follower_id);
    expect((await story.leave('c', 'flatten')).body.code).toBe('follower_not_found');
    expect((await other.call('DELETE', `/v1/followers/${made.body.follower_id}?positions=flat`)).status).toBe(400);
    expect((await other.call('DELETE', `/v1/followers/${made.body.follower_id}`)).body['status']).toBe('left');
  });
});
