import { describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { carla, desk } from './control-plane.ts';
import type { Story } from './desk.ts';

type VaultReply = Record<string, unknown> & { code?: string; label: string; seq: number };
const patchVault = (story: Story, body: unknown, headers?: Record<string, string>) =>
  desk.manager.patch<VaultReply>(`/v1/vaults/${story.vaultId}`, body, headers);
const readVault = (story: Story, by: Client = desk.manager) => by.get<VaultReply>(`/v1/vaults/${story.vaultId}`);

/** Ids of all vaults that somebody sees, page by page. */
async function publicIds(by: Client): Promise<string[]> {
  type List = { items: { vault_id: string }[]; next_cursor: string | null };
  const found: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: List = (await by.get<List>(`/v1/vaults?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`)).body;
    found.push(...page.items.map((v) => v.vault_id));
    cursor = page.next_cursor;
  }
  return found;
}

describe('a vault that is changed', () => {
  it('holds what was asked for what comes after; who saw another version is told', async () => {
    const story = await desk.vault('vault', { instruments: { IBM: { increment: '1' } } });
    await story.join('f');
    const tag = (await readVault(story)).headers.get('etag') ?? '';
    const changes = [{ label: 'one' }, { label: 'two' }].map((body) => patchVault(story, body, { 'if-match': tag }));
    const both = await Promise.all(changes);
    expect(both.map((r) => r.status).sort()).toEqual([200, 412]);
    const won = both.find((r) => r.status === 200);
    expect([(await readVault(story)).body, (await readVault(story)).headers.get('etag')]).toEqual([
      won?.body,
      won?.headers.get('etag'),
    ]);
    const refused = await story.place(story.orderBody('buy', 1, { symbol: 'MSFT' }));
    expect(refused.body.code).toBe('symbol_not_allowed');
    expect((await patchVault(story, { instruments: null })).body).not.toHaveProperty('instruments');
    await story.order('buy', 1, { symbol: 'MSFT' });
    await story.settled();
    expect(story.holds('f', 'MSFT')).toBe(1);
    const bad = await patchVault(story, { status: 'open' });
    expect([bad.status, bad.body.code]).toEqual([400, 'validation_failed']);
  });

  it('loses no order that races with it, and no change', async () => {
    const story = await desk.vault('vault-race');
    await story.join('f');
    const orders = Array.from({ length: 12 }, () => story.order('buy', 1));
    const labels = ['a', 'b', 'c', 'd'].map((label) => patchVault(story, { label }));
    const ages = [61, 62].map((max_age_s) => patchVault(story, { max_age_s }));
    const done = await Promise.all([Promise.all(orders), Promise.all([...labels, ...ages])]);
    expect(done[1].map((r) => r.status)).toEqual(Array(6).fill(200));
    await story.settled(60_000);
    const { body } = await readVault(story);
    expect(body.seq).toBe(12);
    expect(['a', 'b', 'c', 'd']).toContain(body.label);
    expect([61, 62]).toContain(body['max_age_s']);
    expect(story.holds('f')).toBe(12);
  });

  it('is seen by others exactly while it is public, and closes for good', async () => {
    const story = await desk.vault('vault-public');
    const seen = async () => [(await readVault(story, carla())).status, (await publicIds(carla())).includes(story.vaultId)];
    expect(await seen()).toEqual([404, false]);
    await patchVault(story, { public: true });
    expect(await seen()).toEqual([200, true]);
    const foreign = await carla().patch<VaultReply>(`/v1/vaults/${story.vaultId}`, { label: 'mine' });
    expect([foreign.status, foreign.body.code]).toEqual([404, 'vault_not_found']);
    expect((await patchVault(story, { status: 'closed' })).body).toMatchObject({ status: 'closed' });
    const late = await story.place(story.orderBody('buy', 1));
    const joining = await story.join('late');
    const setting = await patchVault(story, { max_age_s: 5 });
    expect([late.body.code, joining.body.code, setting.body.code]).toEqual(Array(3).fill('vault_closed'));
    await patchVault(story, { public: false });
    expect(await seen()).toEqual([404, false]);
  });
});

interface Nav {
  readonly ts: string;
  readonly nav: string;
  readonly code?: string;
}
describe('a NAV', () => {
  it('is recorded once a time, listed the newest first, and is nobody else’s', async () => {
    const story = await desk.vault('nav', { public: true });
    const path = `/v1/vaults/${story.vaultId}/nav`;
    const record = (nav: string, ts: string) => desk.manager.post<Nav>(path, { nav, ts });
    const hour = (n: number) => `2026-01-05T0${n}:00:00.000Z`;
    for (const n of [3, 1, 2]) expect((await record(`${n}00.50`, hour(n))).status).toBe(201);
    const again = await record('200.5', '2026-01-05T02:00:00Z');
    expect([again.status, again.body]).toMatchObject([201, { nav: '200.5', ts: hour(2) }]);
    const other = await record('200.51', hour(2));
    expect([other.status, other.body]).toMatchObject([409, { code: 'nav_recorded', nav: '200.5' }]);
    const ahead = await record('1', new Date(Date.now() + 60_000).toISOString());
    expect([ahead.status, ahead.body.code]).toEqual([422, 'nav_in_future']);
    type List = { items: Nav[]; next_cursor: string | null; code?: string };
    const list = (query = '', by: Client = desk.manager) => by.get<List>(path + query);
    expect((await list()).body.items.map((i) => i.nav)).toEqual(['300.5', '200.5', '100.5']);
    expect((await list(`?since=${hour(2)}`)).body.items.map((i) => i.nav)).toEqual(['300.5', '200.5']);
    const first = await list('?limit=2');
    const rest = await list(`?limit=2&cursor=${first.body.next_cursor}`);
    expect([rest.body.items.map((i) => i.nav), rest.body.next_cursor]).toEqual([['100.5'], null]);
    expect((await list(`?since=${hour(2)}&cursor=${Buffer.from('"NAV#2026"').toString('base64url')}`)).body.code).toBe(
      'cursor_invalid',
    );
    const foreign = [await list('', carla()), await carla().post<Nav>(path, { nav: '1', ts: hour(5) })];
    expect(foreign.map((r) => [r.status, r.body.code])).toEqual(Array(2).fill([404, 'vault_not_found']));
  });
});

describe('followers of a client on somebody’s vault', () => {
  it('are listed to it the newest first, whole and alone; to the manager all, the others’ redacted', async () => {
    const stories = [await desk.vault('index-a', { public: true }), await desk.vault('index-b', { public: true })];
    const [here] = stories as [Story, Story];
    const mine: string[] = [];
    for (let n = 0; n < 5; n += 1)
      for (const story of stories) {
        await story.join(`own-${n}`);
        const webhook = { url: desk.endpoints.url(`index-${n}`) };
        const body = { mode: 'proportional', scale: '1', label: `n${n}`, webhook };
        const made = await carla().post<{ follower_id: string }>(`/v1/vaults/${story.vaultId}/followers`, body);
        if (story === here) mine.unshift(made.body.follower_id);
      }
    type List = { items: { follower_id: string; label?: string; status: string }[]; next_cursor: string | null };
    const list = (by: Client, query: string) => by.get<List>(`/v1/vaults/${here.vaultId}/followers${query}`);
    const found: List['items'] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: List = (await list(carla(), `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)).body;
      found.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(found.map((f) => f.follower_id)).toEqual(mine);
    expect(found.map((f) => f.label)).toEqual(['n4', 'n3', 'n2', 'n1', 'n0']);
    await carla().call('DELETE', `/v1/followers/${mine[0]}`);
    expect((await list(carla(), '')).body.items.map((f) => f.status)).toEqual(['left', ...Array(4).fill('active')]);
    const all = (await list(desk.manager, '?limit=200')).body.items;
    expect(all).toHaveLength(10);
    expect(all.filter((f) => mine.includes(f.follower_id)).every((f) => f.label === undefined)).toBe(true);
  });
});
