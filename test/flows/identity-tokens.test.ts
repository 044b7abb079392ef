import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, newTenant, type Reply, signIn } from './support/client.ts';
import { Endpoints, until } from './support/endpoint.ts';
import { type LocalInfo, Platform } from './support/platform.ts';
import { App, claimsIn, newVerifier } from './support/sign-in.ts';

/** Tokens over HTTP: machines' credentials, what is wrong with a request, an issuer that is down, fills reported with a token. */
const platform = new Platform();
const endpoints = new Endpoints();
let info: LocalInfo;
let app: App;
const codeOf = (reply: Reply<unknown>) => [reply.status, (reply.body as { code?: string }).code];

beforeAll(async () => {
  await endpoints.listen();
  info = await platform.share('plain');
  app = new App(info);
});
afterAll(async () => {
  await platform.stop();
  await endpoints.close();
});

describe('a machine client', () => {
  // As lib/stages.ts has it.
  const tenant_id = 'ten_0000000000000000000PARTNER';
  let credentials: { client_id: string; client_secret: string };
  beforeAll(async () => {
    const { ClientId = '', ClientSecret = '' } = await app.machine('local-partner');
    credentials = { client_id: ClientId, client_secret: ClientSecret };
    // Its tenant's id stands in the settings, so that the tenant cannot be one that the API makes here.
    const aws = { endpoint: info.dynamodb, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
    const table = DynamoDBDocumentClient.from(new DynamoDBClient(aws));
    const tenant = { tenant_id, name: 'Partner', kind: 'client', status: 'active', ver: 1 };
    const times = { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' };
    const Item = { pk: `T#${tenant_id}`, sk: 'TENANT', ...tenant, ...times };
    const { TableNames = [] } = await new DynamoDBClient(aws).send(new ListTablesCommand({}));
    await table.send(new PutCommand({ TableName: TableNames[0], Item }));
  });

  it('gets tokens of its tenant, with its scopes and no others', async () => {
    const { status, body } = await app.ask({ grant_type: 'client_credentials', ...credentials });
    expect([status, body.refresh_token, body.id_token]).toEqual([200, undefined, undefined]);
    expect(claimsIn(body.access_token)).toMatchObject({ tenant_id, scope: 'vanta/vault:read vanta/orders:read' });
    const partner = app.client(body);
    expect((await partner.get('/v1/vaults')).status).toBe(200);
    expect((await partner.get('/v1/me')).body).toMatchObject({ tenant_id, role: null });
    expect(codeOf(await partner.get('/v1/users'))).toEqual([403, 'scope_required']);
    const less = await app.ask({ grant_type: 'client_credentials', ...credentials, scope: 'vanta/orders:read' });
    expect(codeOf(await app.client(less.body).get('/v1/vaults'))).toEqual([403, 'scope_required']);
  });

  it('is refused with a wrong secret, another scope, or another grant', async () => {
    const asked = { grant_type: 'client_credentials', ...credentials };
    expect(codeOf(await app.ask({ ...asked, client_secret: 'guess' }))).toEqual([401, 'invalid_client']);
    expect(codeOf(await app.ask({ ...asked, scope: 'vanta/mirror:manage' }))).toEqual([400, 'invalid_scope']);
    const person = { ...asked, client_id: info.user_pool.client_id };
    expect(codeOf(await app.ask(person))).toEqual([400, 'unauthorized_client']);
  });
});

describe('what is wrong with a token request', () => {
  it('is told by code: verifier, second use, address, client, code, refresh token', async () => {
    const verifier = newVerifier();
    const code = () => app.code('ann@example.com', verifier);
    expect(codeOf(await app.exchange(await code(), newVerifier()))).toEqual([400, 'invalid_grant']);
    const used = await code();
    expect((await app.exchange(used, verifier)).status).toBe(200);
    expect(codeOf(await app.exchange(used, verifier))).toEqual([400, 'invalid_grant']);
    expect(codeOf(await app.exchange(await code(), verifier, { redirect_uri: 'http://localhost:3000/' }))).toEqual([
      400,
      'invalid_grant',
    ]);
    expect(codeOf(await app.exchange(await code(), verifier, { client_id: 'nobody' }))).toEqual([401, 'invalid_client']);
    expect(codeOf(await app.exchange('no-such-code', verifier))).toEqual([400, 'invalid_grant']);
    expect(codeOf(await app.refresh('no-such-token'))).toEqual([400, 'invalid_grant']);
  });

  it('is a 400 that names every field', async () => {
    const reply = await app.ask({ grant_type: 'refresh_token', refresh_token: '', more: 1 });
    expect(codeOf(reply)).toEqual([400, 'validation_failed']);
    // A refusal's body, where the client has the answer's type.
    const { errors } = reply.body as unknown as { errors: { pointer: string }[] };
    expect(errors.map((e) => e.pointer)).toEqual(['/refresh_token', '/more']);
  });

  it.each([
    [{ redirect_uri: 'https://evil.example/callback' }, 400, ''],
    [{ client_id: 'nobody' }, 400, ''],
    [{ response_type: 'token' }, 302, 'unsupported_response_type'],
    [{ code_challenge: undefined }, 302, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 302, 'invalid_request'],
    [{ scope: 'vanta/everything' }, 302, 'invalid_scope'],
  ])('the sign-in page sends nobody on with %j', async (changed, status, error) => {
    const answer = await app.submit('ann@example.com', newVerifier(), changed);
    const location = answer.headers.get('location');
    expect(answer.status).toBe(status);
    expect(location === null ? '' : new URL(location).searchParams.get('error')).toBe(error);
    expect(location ?? '').not.toContain('evil');
  });
});

describe('an issuer that does not answer', () => {
  const outage = (kind: string) => fetch(`${info.issuer}/outage`, { method: 'POST', body: new URLSearchParams({ kind }) });

  it.each([
    ['down', 4000],
    ['slow', 8000],
  ])('%s is a 503 in time, and everything as before after it', async (kind, within) => {
    const tokens = await app.signIn('ann@example.com');
    await outage(kind);
    const asked = Date.now();
    const reply = await app.refresh(tokens.refresh_token);
    expect(codeOf(reply)).toEqual([503, 'issuer_unavailable']);
    expect(reply.headers.get('retry-after')).toBe('5');
    expect(Date.now() - asked).toBeLessThan(within);
    await outage('none');
    expect((await app.refresh(tokens.refresh_token)).status).toBe(200);
  });
});

describe('a fill that is reported with a token', () => {
  let child: string;
  let tenantId: string;
  let followerId: string;
  let managerTenant: string;

  beforeAll(async () => {
    const manager = await newTenant(info.api, 'manager', 'mia');
    managerTenant = manager.tenant_id;
    const vault = await manager.client.post<{ vault_id: string }>('/v1/vaults', { label: 'V', rails: ['fiat'], public: true });
    const carl = await newTenant(info.api, 'client', 'carl');
    tenantId = carl.tenant_id;
    const body = { mode: 'proportional', scale: '1', webhook: { url: endpoints.url('f') } };
    const made = await carl.client.post<{ follower_id: string; signing_secret: string }>(
      `/v1/vaults/${vault.body.vault_id}/followers`,
      body,
    );
    followerId = made.body.follower_id;
    endpoints.secrets.set('f', made.body.signing_secret);
    const order = { external_id: 'o', symbol: 'IBM', side: 'buy', qty: '10', order_type: 'market', time_in_force: 'day' };
    const sent = { ...order, ref_price: '10', ts: new Date().toISOString() };
    await manager.client.post(`/v1/vaults/${vault.body.vault_id}/manager-orders`, sent);
    await until(() => endpoints.of('f').length === 1, 'the delivery');
    child = endpoints.of('f')[0]?.delivery ?? '';
    await until(
      async () => (await carl.client.get<{ state: string }>(`/v1/follower-orders/${child}`)).body.state === 'ack',
      'ack',
    );
  });

  const report = (client: Client, fill_id: string) => {
    const fill = { fill_id, qty: '1', price: '10', ts: '2026-01-05T12:00:00.000Z' };
    return client.call('POST', `/v1/follower-orders/${child}/fills`, fill, { 'idempotency-key': undefined });
  };
  const as = (claims: Record<string, unknown>) => signIn(info.api, { sub: `${JSON.stringify(claims)}`.slice(0, 100), ...claims });

  it("counts from the follower's own person, and from its tenant's owner, ops and partner", async () => {
    const callers = [
      await as({ tenant_id: tenantId, role: 'follower', follower_id: followerId }),
      await as({ tenant_id: tenantId, role: 'owner' }),
      await as({ tenant_id: tenantId, role: 'ops' }),
      await as({ tenant_id: tenantId, scopes: ['follower:manage'] }),
    ];
    for (const [i, caller] of callers.entries()) {
      const reply = await report(caller, `fill-${i}`);
      expect([reply.status, reply.headers.get('ratelimit')?.startsWith('"requests"')]).toEqual([200, true]);
    }
    expect((await report(callers[1] as Client, 'fill-0')).status).toBe(200);
  });

  it.each([
    ['an auditor', () => ({ tenant_id: tenantId, role: 'auditor' }), [403, 'scope_required']],
    [
      "another follower's person",
      () => ({ tenant_id: tenantId, role: 'follower', follower_id: 'fol_01HF7YAT00000000000000000A' }),
      [404, 'follower_order_not_found'],
    ],
    ["the vault's manager", () => ({ tenant_id: managerTenant, role: 'owner' }), [404, 'follower_order_not_found']],
    ['a partner without the scope', () => ({ tenant_id: tenantId, scopes: ['orders:read'] }), [403, 'scope_required']],
    ['a person without a tenant', () => ({}), [403, 'tenant_required']],
  ])('is refused from %s', async (_, claims, refused) => {
    expect(codeOf(await report(await as(claims()), 'refused'))).toEqual(refused);
  });

  it('is refused with a token that is not ours, with no token and no signature, and from who was removed', async () => {
    expect(codeOf(await report(new Client(info.api, 'no.token.this'), 'r'))).toEqual([401, 'unauthenticated']);
    const { id_token } = await app.signIn('ann@example.com');
    expect(codeOf(await report(new Client(info.api, id_token), 'r'))).toEqual([401, 'unauthenticated']);
    expect(codeOf(await report(new Client(info.api), 'r'))).toEqual([401, 'signature_invalid']);
    const owner = await as({ tenant_id: tenantId, role: 'owner' });
    const rita = await signIn(info.api, { sub: 'rita', tenant_id: tenantId, role: 'ops', email: 'rita@example.com' });
    const { body } = await owner.get<{ items: { user_id: string; email: string | null }[] }>('/v1/users');
    await owner.call('DELETE', `/v1/users/${body.items.find((m) => m.email === 'rita@example.com')?.user_id}`);
    expect(codeOf(await report(rita, 'r'))).toEqual([403, 'not_a_member']);
  });
});

it('got no answer that is not in the contract', () => expect([...app.faults]).toEqual([]));
