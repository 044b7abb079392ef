import { randomUUID } from 'node:crypto';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, newTenant, type Reply, replyOf, signIn } from './support/client.ts';
import { checked } from './support/contract.ts';
import { until } from './support/endpoint.ts';
import { Platform } from './support/platform.ts';

/** How callers are admitted: the limit on requests, one key many times at once, roles that change while a token lives. */
const platform = new Platform();
const faults = new Set<string>();
let api: string;

beforeAll(async () => {
  api = (await platform.share('plain')).api;
});
afterAll(() => platform.stop());

async function tenantOn(plan: string | undefined, sub: string) {
  const made = await newTenant(api, 'manager', sub);
  if (plan !== undefined)
    expect((await new Client(api).post('/local/subscription', { tenant_id: made.tenant_id, plan_id: plan })).status).toBe(200);
  return { ...made, client: checked(made.client, faults) };
}

const passed = (replies: readonly Reply[]) => replies.filter((r) => r.status === 200).length;

/** Requests at once; tokens that came back meanwhile may pass too. */
async function burst(client: Client, count: number): Promise<{ replies: Reply[]; seconds: number }> {
  const began = performance.now();
  const replies = await Promise.all(Array.from({ length: count }, () => client.get('/v1/me')));
  return { replies, seconds: (performance.now() - began) / 1000 };
}

describe('the limit on requests', () => {
  it('refuses what is over it with 429 and says when to come back; another client is not concerned', async () => {
    const { client, tenant_id } = await tenantOn('core', 'corinne');
    const colleague = await signIn(api, { sub: 'colin', tenant_id, role: 'ops' });
    const [{ replies, seconds }, other] = await Promise.all([burst(client, 75), colleague.get('/v1/me')]);
    // Creating the tenant was done by the same person, but as a client without a tenant: another bucket.
    expect(passed(replies)).toBeGreaterThanOrEqual(60);
    expect(passed(replies)).toBeLessThanOrEqual(60 + Math.ceil(seconds));
    expect(other.status).toBe(200);
    const refused = replies.filter((r) => r.status === 429);
    expect(refused.length + passed(replies)).toBe(75);
    for (const { headers, body } of refused) {
      expect(body['code']).toBe('rate_limited');
      expect(headers.get('ratelimit-policy')).toBe('"requests";q=60;w=60');
      expect(headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/);
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    await new Promise((r) => setTimeout(r, 1000 * Number(refused[0]?.headers.get('retry-after'))));
    expect((await client.get('/v1/me')).status).toBe(200);
  });

  it.each([
    ['no plan yet, which counts as institutional', undefined, 600],
    ['pro', 'pro', 120],
  ] as const)('is that of the plan: %s', async (_, plan, limit) => {
    const { client } = await tenantOn(plan, `limit-${limit}`);
    const { headers, body } = await client.get<{ entitlements: unknown }>('/v1/me');
    expect(headers.get('ratelimit-policy')).toBe(`"requests";q=${limit};w=60`);
    expect(headers.get('ratelimit')).toBe(`"requests";r=${limit - 1};t=1`);
    expect(body.entitlements).toMatchObject({ plan_id: plan ?? 'institutional', requests_per_minute: limit });
  });

  it('counts a request that changes something, and one that is refused', async () => {
    const { client } = await tenantOn('core', 'carla');
    const left = async () => Number(/r=(\d+)/.exec((await client.get('/v1/me')).headers.get('ratelimit') ?? '')?.[1]);
    const before = await left();
    await client.post('/v1/vaults', { label: 'V', rails: ['fiat'] });
    await client.post('/v1/vaults', { label: 'V' });
    expect(before - (await left())).toBeGreaterThanOrEqual(2);
  });
});

describe('followers that sign their reports', () => {
  /** Followers whose endpoints nobody answers at, each with its secret and its child of one order. */
  async function joined(client: Client, count: number) {
    const { vault_id } = (await client.post<{ vault_id: string }>('/v1/vaults', { label: 'S', rails: ['fiat'] })).body;
    const body = { mode: 'proportional', scale: '1', webhook: { url: 'http://127.0.0.1:9/' } };
    const join = () => client.post<{ follower_id: string; signing_secret: string }>(`/v1/vaults/${vault_id}/followers`, body);
    const made: { follower_id: string; signing_secret: string; child: string }[] = [];
    for (let i = 0; i < count; i += 1) made.push({ ...(await join()).body, child: '' });
    const order = { external_id: 's-1', symbol: 'IBM', side: 'buy', qty: '1', order_type: 'market', time_in_force: 'day' };
    await client.post(`/v1/vaults/${vault_id}/manager-orders`, { ...order, ref_price: '1', ts: new Date().toISOString() });
    for (const one of made)
      await until(async () => {
        const path = `/v1/follower-orders?follower_id=${one.follower_id}`;
        one.child = (await client.get<{ items: { follower_order_id: string }[] }>(path)).body.items[0]?.follower_order_id ?? '';
        return one.child !== '';
      }, 'the child of the order');
    return made;
  }
  const fill = { fill_id: 'f-1', qty: '1', price: '1', ts: '2026-01-05T12:00:00Z' };
  const report = (child: string, secret: string) =>
    replyOf<{ code: string }>(
      new Client(api).vanta.call('reportFill', { path: { follower_order_id: child }, body: fill, secret }),
    );

  it('have a bucket each, at the rate of the plan; a false signature takes nothing out of it', async () => {
    const { client } = await tenantOn('core', 'sigrid');
    const [one, two] = await joined(client, 2);
    if (one === undefined || two === undefined) throw new Error('two followers');
    const liar = await report(one.child, two.signing_secret);
    expect([liar.status, liar.headers.get('ratelimit')]).toEqual([401, null]);
    const first = await report(one.child, one.signing_secret);
    expect(first.headers.get('ratelimit')).toBe('"requests";r=59;t=1');
    const replies = await Promise.all(Array.from({ length: 90 }, () => report(one.child, one.signing_secret)));
    const refused = replies.filter((r) => r.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers, body } of refused) {
      expect([body.code, headers.get('ratelimit-policy')]).toEqual(['rate_limited', '"requests";q=60;w=60']);
      expect(headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/);
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    const other = await report(two.child, two.signing_secret);
    expect([other.status, other.headers.get('ratelimit')]).toEqual([409, '"requests";r=59;t=1']);
    expect(other.body.code).toMatch(/still_being_sent|expansion_in_progress/);
    await new Promise((r) => setTimeout(r, 1000 * Number(refused.at(-1)?.headers.get('retry-after'))));
    expect((await report(one.child, one.signing_secret)).status).not.toBe(429);
  });
});

describe('a hundred times the same key at once', () => {
  it('has one effect; the others are told to wait, or get the same answer', async () => {
    const { client } = await tenantOn('institutional', 'hannah');
    const key = { 'idempotency-key': randomUUID() };
    const vault = { label: 'One', rails: ['fiat'] };
    const replies = await Promise.all(Array.from({ length: 100 }, () => client.post('/v1/vaults', vault, key)));
    const done = replies.filter((r) => r.status === 201);
    const others = replies.filter((r) => r.status !== 201);
    expect(new Set(done.map((r) => JSON.stringify(r.body))).size).toBe(1);
    expect(others.map((r) => [r.status, r.body['code']])).toEqual(others.map(() => [409, 'idempotency_in_progress']));
    expect((await client.get<{ items: unknown[] }>('/v1/vaults')).body.items).toHaveLength(1);
    const again = await client.post('/v1/vaults', vault, key);
    expect([again.status, again.headers.get('idempotent-replayed'), again.body]).toEqual([201, 'true', done[0]?.body]);
    const reused = await client.post('/v1/vaults', { ...vault, label: 'Two' }, key);
    expect([reused.status, reused.body['code']]).toEqual([422, 'idempotency_key_reused']);
  });
});

describe('a role that changes while its token lives', () => {
  it('counts at the next request', async () => {
    const { tenant_id } = await tenantOn(undefined, 'olga');
    const token = await signIn(api, { sub: 'rob', tenant_id, role: 'ops' });
    const vault = { label: 'V', rails: ['fiat'] };
    expect((await token.post('/v1/vaults', vault)).status).toBe(201);
    await signIn(api, { sub: 'rob', tenant_id, role: 'auditor' });
    const refused = await token.post('/v1/vaults', vault);
    expect([refused.status, refused.body['code']]).toEqual([403, 'scope_required']);
    expect((await token.get('/v1/me')).body['role']).toBe('auditor');
    await signIn(api, { sub: 'rob', tenant_id, role: 'owner' });
    expect((await token.post('/v1/vaults', vault)).status).toBe(201);
  });
});

describe('tenants', () => {
  it('are renamed, but not over what was changed meanwhile', async () => {
    const { client, tenant_id } = await tenantOn(undefined, 'petra');
    const read = await client.get(`/v1/tenants/${tenant_id}`);
    const etag = read.headers.get('etag') ?? '';
    const [one, two] = await Promise.all(
      ['One', 'Two'].map((name) => client.patch(`/v1/tenants/${tenant_id}`, { name }, { 'if-match': etag })),
    );
    expect([one?.status, two?.status].sort()).toEqual([200, 412]);
    const now = await client.get<{ name: string }>(`/v1/tenants/${tenant_id}`);
    expect(now.body.name).toBe(one?.status === 200 ? 'One' : 'Two');
    expect(now.headers.get('etag')).not.toBe(etag);
    expect((await client.patch(`/v1/tenants/${tenant_id}`, { name: 'Three' }, { 'if-match': '"0", *' })).status).toBe(200);
  });
});

describe('a tenant that operators suspend', () => {
  const say = async (type: string, tenant_id: string) => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const bus = new EventBridgeClient({ endpoint: platform.info?.bus ?? '', region: 'us-east-1', credentials });
    const Detail = JSON.stringify({ tenant_id, why: 'a test', by: 'ops' });
    const entry = { EventBusName: platform.info?.bus_name, Source: 'vanta.ops', DetailType: type, Detail };
    expect((await bus.send(new PutEventsCommand({ Entries: [entry] }))).FailedEntryCount).toBe(0);
  };

  it('may read and pay, its followers only reduce, and both end with the suspension', async () => {
    const { client: manager } = await tenantOn(undefined, 'magda');
    const { client: guest, tenant_id } = await newTenant(api, 'client', 'greta');
    const { vault_id } = (await manager.post<{ vault_id: string }>('/v1/vaults', { label: 'P', rails: ['fiat'], public: true }))
      .body;
    const follower = { mode: 'proportional', scale: '1', webhook: { url: 'http://127.0.0.1:9/' } };
    const register = () => guest.post<{ follower_id: string }>(`/v1/vaults/${vault_id}/followers`, follower);
    const ids: string[] = [];
    for (let i = 0; i < 25; i += 1) ids.push((await register()).body.follower_id);
    const closed = async () =>
      (await Promise.all(ids.map((id) => guest.get<{ close_only: boolean }>(`/v1/followers/${id}`)))).filter(
        ({ body }) => body.close_only,
      ).length;

    await say('TenantSuspended', tenant_id);
    await until(async () => (await closed()) === 25, 'all followers to reduce only', 20_000);
    const [refused, read] = [await register(), await guest.get<{ status: string }>(`/v1/tenants/${tenant_id}`)];
    expect([refused.status, (refused.body as { code?: string }).code]).toEqual([403, 'tenant_suspended']);
    expect(read.body.status).toBe('suspended');
    expect((await guest.patch(`/v1/followers/${ids[0]}`, { kill_switch: true })).status).toBe(403);

    await say('TenantReactivated', tenant_id);
    await until(async () => (await closed()) === 0, 'all followers to be open again', 20_000);
    expect((await register()).status).toBe(201);
  });
});

describe('after all that', () => {
  it('every answer held to the contract', () => expect([...faults]).toEqual([]));
});
