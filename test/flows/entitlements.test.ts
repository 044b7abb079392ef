import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalTable } from '../../local/local-table.ts';
import { readSubscription, saveSubscription } from '../../shared/adapters/dynamo/subscription-store.ts';
import { ulidFromCause } from '../../shared/kit/ids.ts';
import { Client, newTenant, type Reply, signIn } from './support/client.ts';
import { Desk, type Story } from './support/desk.ts';
import { until } from './support/endpoint.ts';

/** Plans: what a tenant has not is refused by name, what it gets works at once, what it loses ends for the right followers. */
const desk = new Desk();
let core: Story;
let second: Story;

beforeAll(async () => {
  await desk.share('unpaid');
});
afterAll(() => desk.close());

const api = () => desk.info?.api ?? '';
async function grant(plan_id: string, tenant_id = desk.tenantId, more: object = {}): Promise<void> {
  expect((await new Client(api()).post('/local/subscription', { tenant_id, plan_id, ...more })).status).toBe(200);
}
const say = async (type: string, detail: object): Promise<void> => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const bus = new EventBridgeClient({ endpoint: desk.info?.bus ?? '', region: 'us-east-1', credentials });
  const Detail = JSON.stringify({ tenant_id: desk.tenantId, why: 'a test', by: 'ops', ...detail });
  const entry = { EventBusName: desk.info?.bus_name, Source: 'vanta.ops', DetailType: type, Detail };
  expect((await bus.send(new PutEventsCommand({ Entries: [entry] }))).FailedEntryCount).toBe(0);
};

/** A refusal as a caller reads it. */
const said = ({ status, body }: Reply<unknown>) => {
  const { code, entitlement, plan, plans } = body as Record<string, unknown>;
  return { status, code, entitlement, plan, plans };
};
const lacks = (entitlement: string, plan: string | null, ...plans: string[]) => ({
  status: 403,
  code: 'entitlement_required',
  entitlement,
  plan,
  plans,
});

/** The table beside the platform: a payment's failure of a week ago has to be written there. */
async function theTable() {
  const at = { endpoint: desk.info?.dynamodb ?? '', region: 'us-east-1' };
  const client = new DynamoDBClient({ ...at, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  const { TableNames: [name = ''] = [] } = await client.send(new ListTablesCommand({}));
  return openLocalTable({ ...at, name });
}

interface State {
  readonly close_only: boolean;
  readonly close_only_why?: string;
}
const stateOf = async (story: Story, name: string): Promise<State> =>
  (await desk.manager.get<State>(`/v1/followers/${story.id(name)}`)).body;
const whys = async (story: Story, names: readonly string[]) =>
  Promise.all(names.map(async (name) => (await stateOf(story, name)).close_only_why ?? 'open'));
const stand = (story: Story, wanted: Readonly<Record<string, string>>, ms = 10_000) =>
  until(
    async () => JSON.stringify(await whys(story, Object.keys(wanted))) === JSON.stringify(Object.values(wanted)),
    `followers to be ${JSON.stringify(wanted)}`,
    ms,
  );
const vault = (label: string) => desk.manager.post('/v1/vaults', { label, rails: ['fiat'] });
const overlay = (story: Story, body: object) =>
  desk.manager.post<{ overlay_id: string }>(`/v1/vaults/${story.vaultId}/overlay`, body);
const flip = { kind: 'flip', amplify: '0.35', ttl_seconds: 1800 };
const persona = { kind: 'persona', persona: 'apollo' };
const overlaysOf = async (story: Story) => {
  type Listed = { items: { kind: string; status: string; cause?: string; overlay_id: string }[] };
  return (await desk.manager.get<Listed>(`/v1/vaults/${story.vaultId}/overlays`)).body.items;
};
const cap = { mode: 'capped', max_pos_usd: '1000' };

describe('without a plan', () => {
  it('a tenant reads and pays, and adds nothing', async () => {
    expect(said(await vault('None'))).toEqual(lacks('vaults', null, 'core', 'pro', 'institutional'));
    const mine = await desk.manager.get<{ plan_id: unknown; entitlements: { vaults: unknown } }>('/v1/subscriptions/me');
    expect([mine.status, mine.body.plan_id]).toEqual([200, null]);
    expect(mine.body.entitlements.vaults).toEqual({ value: 0, reason: 'no plan: no subscription' });
    const catalogue = await new Client(api()).get<{ plans: { plan_id: string; prices: object }[] }>('/v1/plans');
    expect(catalogue.body.plans.map(({ plan_id, prices }) => [plan_id, prices])).toEqual([
      ['core', { month: '49', year: '490' }],
      ['pro', { month: '199', year: '1990' }],
      ['institutional', { month: '1499', year: '14990' }],
    ]);
  });
});

describe('a core tenant', () => {
  const names = ['f1', 'f2', 'f3', 'f4', 'f5'];

  it('gets what core has', async () => {
    await grant('core');
    core = await desk.vault('core');
    for (const name of names) expect((await core.join(name)).status).toBe(201);
    const { body } = await desk.manager.get<{ usage: unknown }>('/v1/subscriptions/me');
    expect(body.usage).toEqual({
      vaults: { used: 1, limit: 1 },
      followers: { used: 5, limit: 5 },
      seats: { used: 1, limit: 1 },
    });
  });

  it('and is told by name what it lacks, and who has it', async () => {
    const more = ['pro', 'institutional'];
    expect(said(await vault('Second'))).toEqual(lacks('vaults', 'core', ...more));
    expect(said(await core.join('f6'))).toEqual(lacks('followers', 'core', ...more));
    expect(said(await core.change('f1', cap))).toEqual(lacks('mode_capped', 'core', ...more));
    expect(said(await core.change('f1', { mode: 'shadow' }))).toEqual(lacks('mode_shadow', 'core', ...more));
    for (const body of [flip, { ...flip, follower_id: core.id('f1') }])
      expect(said(await overlay(core, body))).toEqual(lacks('flip_mode', 'core', ...more));
    expect(said(await overlay(core, persona))).toEqual(lacks('persona_boosts', 'core', ...more));
    const invitation = { email: 'second@example.com', role: 'ops' };
    expect(said(await desk.manager.post('/v1/users', invitation))).toEqual(lacks('seats', 'core', ...more));
    const machine = await signIn(api(), { sub: 'machine m', tenant_id: desk.tenantId, scopes: ['vault:read'] });
    for (const path of ['/v1/vaults', '/v1/me', '/v1/manager-orders?vault_id=x'])
      expect(said(await machine.get(path))).toEqual(lacks('machine_clients', 'core', 'institutional'));
  });

  it('two at once for a place that is left: one has it', async () => {
    await core.leave('f5');
    const both = await Promise.all([core.join('f5'), core.join('f6')]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 403]);
    if (!core.ids.has('f6')) return;
    await core.leave('f6');
    expect((await core.join('f5')).status).toBe(201);
  });
});

describe('an upgrade', () => {
  it('counts within two seconds: the same calls work', async () => {
    const began = Date.now();
    await grant('pro');
    expect((await core.join('f6')).status).toBe(201);
    expect((await core.join('f7', cap)).status).toBe(201);
    expect((await core.join('f8', { mode: 'shadow' })).status).toBe(201);
    second = await desk.vault('second');
    expect((await overlay(second, flip)).status).toBe(201);
    expect((await core.change('f2', cap)).status).toBe(200);
    expect(Date.now() - began).toBeLessThan(2_000);
    expect((await desk.manager.post('/v1/users', { email: 'second@example.com', role: 'ops' })).status).toBe(201);
    await grant('institutional');
    const machine = await signIn(api(), { sub: 'machine m', tenant_id: desk.tenantId, scopes: ['vault:read'] });
    expect((await machine.get('/v1/vaults')).status).toBe(200);
  });

  it('has flips and personas count, each follower by its own plan', async () => {
    const guest = await newTenant(api(), 'client', 'guest');
    await grant('core', guest.tenant_id);
    const open = await desk.vault('open', { public: true });
    await open.join('mine');
    const theirs = desk.as(guest.client);
    const body = { mode: 'proportional', scale: '1', webhook: { url: desk.endpoints.url('open-guest') } };
    const joined = await theirs.manager.post<{ follower_id: string; signing_secret: string }>(
      `/v1/vaults/${open.vaultId}/followers`,
      body,
    );
    desk.endpoints.secrets.set('open-guest', joined.body.signing_secret);
    expect((await overlay(open, flip)).status).toBe(201);
    const order = await open.order('buy', 20);
    expect((await open.reaches('mine', order, 'ack')).qty).toBe('27');
    await until(() => desk.endpoints.of('open-guest').length === 1, 'the guest to be sent its child');
    expect(desk.endpoints.of('open-guest')[0]?.body.qty).toBe('20');
    await grant('pro', guest.tenant_id);
    await until(async () => {
      const before = desk.endpoints.of('open-guest').length;
      const placed = await open.order('buy', 20);
      await open.reaches('mine', placed, 'ack');
      await until(() => desk.endpoints.of('open-guest').length > before, 'the guest to be sent its next child');
      return desk.endpoints.of('open-guest').at(-1)?.body.qty === '27';
    }, 'the flip to count for the guest too');
  });
});

describe('a downgrade', () => {
  const wanted = {
    f1: 'open',
    f2: 'mode_not_in_plan',
    f3: 'open',
    f4: 'open',
    f5: 'open',
    f6: 'over_limit',
    f7: 'over_limit',
    f8: 'over_limit',
  };

  it('has the newest followers only reduce: orders skip them, and reach the others', async () => {
    const before = await core.order('buy', 10);
    for (const name of ['f1', 'f2', 'f6']) await core.reaches(name, before, 'ack');
    await grant('core');
    await stand(core, wanted);
    const order = await core.order('buy', 10);
    for (const name of ['f1', 'f3', 'f4', 'f5']) expect((await core.reaches(name, order, 'ack')).qty).toBe('10');
    for (const name of ['f2', 'f6', 'f7'])
      expect(await core.reaches(name, order, 'skipped')).toMatchObject({ code: 'close_only' });
    const less = await core.order('sell', 15);
    expect((await core.reaches('f6', less, 'ack')).qty).not.toBe('0');
  });

  it('ends flips that the plan has no more, and takes their extra back', async () => {
    await until(async () => (await overlaysOf(second)).every(({ status }) => status === 'reverted'), 'the flip to be reverted');
    expect(await overlaysOf(second)).toMatchObject([{ kind: 'flip', cause: 'entitlement_lost' }]);
  });

  it('gives a place that becomes free to the oldest that waits', async () => {
    await core.leave('f4');
    await stand(core, { f5: 'open', f6: 'open', f8: 'over_limit' });
    expect((await core.change('f2', { mode: 'proportional' })).status).toBe(200);
    await stand(core, { f2: 'open' });
  });
});

describe('an operator’s word', () => {
  it('gives a number beside the plan, until it is ended', async () => {
    await say('EntitlementOverridden', { entitlement: 'followers', value: 7 });
    await stand(core, { f7: 'mode_not_in_plan', f8: 'mode_not_in_plan' });
    await say('EntitlementOverridden', { entitlement: 'mode_capped', value: true, until: '2999-01-01T00:00:00.000Z' });
    await stand(core, { f7: 'open', f8: 'mode_not_in_plan' });
    const { body } = await desk.manager.get<{ entitlements: Record<string, unknown> }>('/v1/subscriptions/me');
    expect(body.entitlements['followers']).toEqual({ value: 7, reason: 'override' });
    expect(body.entitlements['mode_capped']).toEqual({ value: true, reason: 'override until 2999-01-01T00:00:00.000Z' });
    await say('OverrideEnded', { entitlement: 'followers' });
    await stand(core, { f6: 'open', f7: 'over_limit', f8: 'over_limit' });
  });
});

describe('a manager whose plan is gone', () => {
  it('may only reduce, and a client’s followers follow that', async () => {
    const mine = await newTenant(api(), 'manager', 'gone');
    await grant('core', mine.tenant_id);
    const there = desk.as(mine.client);
    const story = await there.vault('gone');
    await story.order('buy', 5);
    await grant('none', mine.tenant_id);
    const more = await story.place(story.orderBody('buy', 1));
    expect(said(more)).toEqual(lacks('vaults', null, 'core', 'pro', 'institutional'));
    expect((await story.place(story.orderBody('sell', 2))).status).toBe(202);
  });
});

describe('the end of a grace', () => {
  it('comes by itself, without anybody writing', async () => {
    const table = await theTable();
    const before = await readSubscription(table, desk.tenantId);
    if (before === undefined) throw new Error('no subscription');
    const now = Date.now();
    const past_due_since = new Date(now - 7 * 86_400_000 + 4_000).toISOString();
    const { overrides: _none, ...plain } = before;
    const next = {
      ...plain,
      status: 'past_due',
      past_due_since,
      updated_at: new Date(now).toISOString(),
      ver: before.ver + 1,
    } as const;
    const event = { event_id: ulidFromCause(now, 'grace'), action: 'subscription.changed', by: 'test' };
    expect(await saveSubscription(table, next, before, { event })).toBe(true);
    const during = await desk.manager.get<{ plan_id: unknown; grace_until: unknown }>('/v1/subscriptions/me');
    expect([during.body.plan_id, typeof during.body.grace_until]).toEqual(['core', 'string']);
    await stand(core, { f1: 'no_plan', f6: 'no_plan' }, 120_000);
    expect(said(await core.join('late'))).toEqual(lacks('followers', null, 'pro', 'institutional'));
    await grant('pro');
    await stand(core, { f1: 'open', f6: 'open', f8: 'open' });
  }, 150_000);
});

describe('after all that', () => {
  it('every answer held to the contract, and every delivery was signed', () => {
    expect([...desk.contractFaults]).toEqual([]);
    expect(desk.endpoints.faults).toEqual([]);
  });
});
