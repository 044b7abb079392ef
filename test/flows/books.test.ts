import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChildRecord, Desk, type Story } from './support/desk.ts';
import { Endpoints, until } from './support/endpoint.ts';

/** Books that agree again (SPEC 6.6) and sizes by NAV (6.2), as managers and followers see them. */
const desk = new Desk();
/** Where nobody listens at first. */
const away = new Endpoints();
const broken = new Set<string>();

beforeAll(async () => {
  away.reserve();
  await desk.open('--retry-delays', '0.2,0.2', '--reconcile-quiet', '1');
  desk.endpoints.answer = (path) => (broken.has(path) ? 404 : 200);
});
afterAll(async () => {
  await Promise.all([desk.close(), away.close()]);
  expect([...desk.contractFaults]).toEqual([]);
  expect([...desk.endpoints.faults, ...away.faults]).toEqual([]);
});

interface Report {
  readonly run_at: string;
  readonly compared: number;
  readonly drift: number;
  readonly fixups: number;
  readonly unexplained: number;
  readonly unknown: { readonly children: number; readonly probed: number; readonly answered: number };
  readonly findings: readonly {
    follower_id: string;
    symbol: string;
    kind: string;
    outcome: string;
    held?: string;
    told?: string;
  }[];
}
const path = (story: Story): string => `/v1/vaults/${story.vaultId}/reconciliation`;

/** Asks for a run once it is quiet, and waits for its report and for what it asked for. */
async function reconciled(story: Story): Promise<Report> {
  await new Promise((r) => setTimeout(r, 1200));
  const asked = await desk.manager.post<{ run_at: string }>(path(story), undefined);
  expect(asked.status).toBe(202);
  let report: Report | undefined;
  await until(
    async () => {
      const latest = await desk.manager.get<Report>(path(story));
      report = latest.status === 200 ? latest.body : undefined;
      return report !== undefined && report.run_at >= asked.body.run_at;
    },
    'the report of the run',
    20_000,
    100,
  );
  return report as Report;
}
const fixups = async (story: Story, name: string): Promise<ChildRecord[]> =>
  (await story.children(name)).filter((c) => c.kind === 'fixup');
async function fixed(story: Story, name: string, count: number): Promise<void> {
  await until(async () => (await fixups(story, name)).filter((c) => c.state === 'ack').length === count, `${name} is fixed`);
}
/** Where a follower stood after each thing that it took. */
function levels(story: Story, name: string, endpoints?: Endpoints): number[] {
  let level = 0;
  return story.took(name, endpoints).map(({ body }) => {
    level += (body.side === 'buy' ? 1 : -1) * Number(body.qty);
    return level;
  });
}

describe.concurrent('followers that lost three orders', () => {
  it('agree again by fix-ups within two runs, and never stand above their cap on the way', async () => {
    const story = await desk.vault('lost', { reconcile_policy: { cool_down_s: 1 } });
    expect((await desk.manager.get<{ code: string }>(path(story))).body.code).toBe('reconciliation_not_found');
    await story.join('well');
    await story.join('refuses');
    await story.join('capped', { mode: 'capped', max_pos_usd: '120' });
    await story.join('away', { webhook: { url: away.url(story.path('away')) } });
    away.secrets.set(story.path('away'), desk.endpoints.secrets.get(story.path('away')) ?? '');
    await story.order('buy', 4, { symbol: 'MSFT' });
    await story.settled();
    for (const name of ['refuses', 'capped']) broken.add(story.path(name));
    for (const qty of [10, 7, 5]) await story.order('buy', qty);
    await story.settled();
    const deep = await desk.manager.get<{ items: { state: string }[] }>(`/v1/follower-orders?follower_id=${story.id('away')}`);
    expect(deep.body.items.map(({ state }) => state)).toEqual(Array(4).fill('dead_lettered'));
    expect(story.holds('refuses')).toBe(0);

    for (const name of ['refuses', 'capped']) broken.delete(story.path(name));
    await away.listen();
    const first = await reconciled(story);
    expect(first).toMatchObject({ drift: 4, fixups: 4, unexplained: 0 });
    for (const name of ['refuses', 'capped']) await fixed(story, name, 1);
    await fixed(story, 'away', 2);
    const second = await reconciled(story);
    expect(second).toMatchObject({ compared: 8, drift: 0, fixups: 0, findings: [] });

    expect([story.holds('well'), story.holds('refuses'), story.holds('capped')]).toEqual([22, 22, 12]);
    expect([story.holds('away', 'IBM', away), story.holds('away', 'MSFT', away)]).toEqual([22, 4]);
    expect(Math.max(...levels(story, 'capped').slice(1))).toBeLessThanOrEqual(12 + 4);
    const [child] = await fixups(story, 'capped');
    expect(child).toMatchObject({ manager_order_id: null, side: 'buy', qty: '12', symbol: 'IBM' });
    type Positions = { items: { symbol: string; told: string; want: string }[] };
    const positions = await desk.manager.get<Positions>(`/v1/followers/${story.id('away')}/positions`);
    expect(positions.body.items.map(({ symbol, told, want }) => [symbol, told, want])).toEqual([
      ['IBM', '22', '22'],
      ['MSFT', '4', '4'],
    ]);
  });
});

describe.concurrent('a follower that traded on its own', () => {
  it('is reported as drift, and corrected only when the policy of its vault says so', async () => {
    const story = await desk.vault('own', { reconcile_policy: { cool_down_s: 1 } });
    await story.join('trades');
    await story.join('reports');
    await story.join('quiet');
    const placed = await story.order('buy', 10);
    await story.settled();
    const { follower_order_id } = (await story.child('reports', placed)) as ChildRecord;
    expect((await story.report('reports', follower_order_id, { qty: '10', status: 'filled' })).status).toBe(200);
    expect(await reconciled(story)).toMatchObject({ compared: 3, drift: 0 });

    const says = { ts: new Date().toISOString(), positions: [{ symbol: 'IBM', qty: '6' }] };
    expect((await desk.manager.post(`/v1/followers/${story.id('trades')}/positions`, says)).status).toBe(200);
    const reported = await reconciled(story);
    expect(reported).toMatchObject({ drift: 1, unexplained: 1, fixups: 0 });
    expect(reported.findings).toMatchObject([
      { follower_id: story.id('trades'), symbol: 'IBM', kind: 'held', outcome: 'unexplained', held: '6', told: '10' },
    ]);
    expect(story.lines('trades')).toEqual(['1 buy 10 -> 10']);

    const patch = { reconcile_policy: { correct_own_trades: true, cool_down_s: 1 } };
    expect((await desk.manager.patch(`/v1/vaults/${story.vaultId}`, patch)).status).toBe(200);
    const corrected = await reconciled(story);
    expect(corrected.findings).toMatchObject([{ follower_id: story.id('trades'), outcome: 'corrected' }]);
    await fixed(story, 'trades', 1);
    expect(story.lines('trades')).toEqual(['1 buy 10 -> 10', '1 buy 4 -> 10']);
    expect(await reconciled(story)).toMatchObject({ drift: 0, fixups: 0 });
    expect([story.lines('quiet'), story.lines('reports')]).toEqual(Array(2).fill(['1 buy 10 -> 10']));
  });
});

describe.concurrent('a follower that is sized by NAV', () => {
  it("takes its share by its own NAV and the manager's, from the API or the bus, and is told which they were", async () => {
    const story = await desk.vault('nav');
    await story.join('by-nav', { scale: '0.5', scale_basis: 'nav' });
    await story.join('fixed', { scale: '0.5' });
    const bare = await story.order('buy', 100);
    await story.settled();
    expect(await story.child('by-nav', bare)).toMatchObject({ state: 'skipped', code: 'nav_missing' });

    const ts = new Date(Date.now() - 60_000).toISOString();
    const own = await desk.manager.post<{ nav: string }>(`/v1/followers/${story.id('by-nav')}/nav`, { nav: '25000', ts });
    expect([own.status, own.body.nav]).toEqual([201, '25000']);
    await desk.put({ type: 'NavSnapshot' as 'ManagerOrder', detail: { vault_id: story.vaultId, nav: '100000', ts } });
    const navs = () => desk.manager.get<{ items: { nav: string }[] }>(`/v1/vaults/${story.vaultId}/nav`);
    await until(async () => (await navs()).body.items[0]?.nav === '100000', 'the snapshot is recorded');

    const placed = await story.order('buy', 100);
    const preview = await desk.manager.get<Record<string, unknown>>(`/v1/followers/${story.id('by-nav')}/preview`);
    await story.settled();
    const nav = { follower: '25000', follower_ts: ts, manager: '100000', manager_ts: ts };
    const child = await story.child('by-nav', placed);
    expect(child).toMatchObject({ state: 'ack', qty: '12', sizing: { target: '12.5', nav } });
    expect(preview.body).toMatchObject({ qty: '12', nav, position_after: '12' });
    expect(story.took('by-nav')[0]?.body.sizing).toMatchObject({ nav });
    expect(await story.child('fixed', placed)).toMatchObject({ state: 'ack', qty: '50' });
    const record = await desk.manager.get<{ nav: unknown }>(`/v1/followers/${story.id('by-nav')}`);
    expect(record.body.nav).toEqual({ nav: '25000', ts });
  });
});
