import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { Client, newTenant, signIn } from './client.ts';
import { checked } from './contract.ts';
import { type Endpoints, until } from './endpoint.ts';

/** What a table of bad requests is held against: two managers, a client, and vaults in every state. */
export interface World {
  readonly manager: Client;
  readonly stranger: Client;
  readonly carl: Client;
  readonly auditor: Client;
  readonly person: Client;
  readonly homeless: Client;
  readonly nobody: Client;
  readonly badTokens: Readonly<Record<'garbage' | 'expired' | 'forged' | 'unsigned', Client>>;
  /** The manager's: private with one webhook follower, with instruments, halted, and (public) in maintenance. */
  readonly vaults: Readonly<Record<'open' | 'listed' | 'halted' | 'upkeep', string>>;
  readonly tenantId: string;
  readonly follower: string;
  readonly carlsFollower: string;
  readonly order: { readonly manager_order_id: string; readonly seq: number };
  readonly child: string;
  readonly endedOverlay: string;
  readonly upkeepOverlay: string;
}

let sent = 0;
export const goodOrder = (external_id = `good-${++sent}`) => ({
  external_id,
  symbol: 'IBM',
  side: 'buy',
  qty: '5',
  order_type: 'market',
  time_in_force: 'day',
  ref_price: '10',
  ts: new Date().toISOString(),
});

type Made = Record<'vault_id' | 'follower_id' | 'overlay_id' | 'manager_order_id' | 'signing_secret', string> & { seq: number };
async function made(client: Client, path: string, body: unknown): Promise<Made> {
  const reply = await client.post<Made>(path, body);
  if (reply.status > 202) throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
}

async function follow(client: Client, vaultId: string, endpoints: Endpoints, name: string): Promise<string> {
  const body = { mode: 'proportional', scale: '1', webhook: { url: endpoints.url(name) } };
  const { follower_id, signing_secret } = await made(client, `/v1/vaults/${vaultId}/followers`, body);
  endpoints.secrets.set(name, signing_secret);
  return follower_id;
}

/** Tokens that the gateway must refuse: no token at all, one past its time, one by another key, one by none. */
async function badTokens(api: string, keyFile: string): Promise<World['badTokens']> {
  const jwk = JSON.parse(readFileSync(keyFile, 'utf8')) as JWK;
  const good = await new Client(api).post<{ access_token: string }>('/local/token', { sub: 'mia', role: 'owner' });
  const [, payload = ''] = good.body.access_token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp: number };
  const sign = (exp: number, key: Parameters<SignJWT['sign']>[0]) =>
    new SignJWT({ ...claims, exp }).setProtectedHeader({ alg: 'RS256', kid: jwk.kid ?? '' }).sign(key);
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
  return {
    garbage: new Client(api, 'not.a.token'),
    expired: new Client(api, await sign(Math.floor(Date.now() / 1000) - 60, await importJWK(jwk, 'RS256'))),
    forged: new Client(api, await sign(claims.exp, (await generateKeyPair('RS256')).privateKey)),
    unsigned: new Client(api, none),
  };
}

async function people(api: string, data: string, faults: Set<string>) {
  const { client: manager, tenant_id } = await newTenant(api, 'manager', 'mia');
  const as = async (claims: Record<string, unknown>) => checked(await signIn(api, claims), faults);
  return {
    tenantId: tenant_id,
    as,
    manager: checked(manager, faults),
    stranger: checked((await newTenant(api, 'manager', 'nina')).client, faults),
    carl: checked((await newTenant(api, 'client', 'carl')).client, faults),
    auditor: await as({ sub: 'ada', tenant_id, role: 'auditor' }),
    homeless: await as({ sub: 'hugo' }),
    nobody: checked(new Client(api), faults),
    badTokens: await badTokens(api, join(data, 'issuer-key.json')),
  };
}

async function vaultsOf(manager: Client): Promise<World['vaults']> {
  const vault = async (label: string, more: object = {}) =>
    (await made(manager, '/v1/vaults', { label, rails: ['fiat'], ...more })).vault_id;
  return {
    open: await vault('Open'),
    listed: await vault('Listed', { instruments: { AAPL: { increment: '1' } } }),
    halted: await vault('Halted'),
    upkeep: await vault('Upkeep', { public: true }),
  };
}

/** Builds it all, and waits until nothing moves any more. */
export async function build(where: { api: string; data: string }, endpoints: Endpoints, faults: Set<string>): Promise<World> {
  const { as, ...who } = await people(where.api, where.data, faults);
  const { manager, tenantId } = who;
  const vaults = await vaultsOf(manager);
  const follower = await follow(manager, vaults.open, endpoints, 'open');
  await follow(manager, vaults.halted, endpoints, 'halted');
  const carlsFollower = await follow(who.carl, vaults.upkeep, endpoints, 'carl');
  const order = await made(manager, `/v1/vaults/${vaults.open}/manager-orders`, goodOrder('first'));
  await made(manager, `/v1/vaults/${vaults.upkeep}/manager-orders`, goodOrder());
  await until(() => endpoints.received.length === 2, 'the first two deliveries');
  await made(manager, `/v1/vaults/${vaults.halted}/overlay`, { kind: 'halt', why: 'a test' });
  const { overlay_id: upkeepOverlay } = await made(manager, `/v1/vaults/${vaults.upkeep}/overlay`, { kind: 'maintenance' });
  const { overlay_id: endedOverlay } = await made(manager, `/v1/vaults/${vaults.open}/overlay`, { kind: 'halt' });
  await manager.call('DELETE', `/v1/vaults/${vaults.open}/overlays/${endedOverlay}`);
  for (const vault of [vaults.open, vaults.upkeep])
    await until(async () => (await state(manager, vault)) === 'completed', 'calm');
  const person = await as({ sub: 'fred', tenant_id: tenantId, role: 'follower', follower_id: follower });
  const child = endpoints.of('open')[0]?.body.follower_order_id ?? '';
  return { ...who, person, vaults, follower, carlsFollower, order, child, endedOverlay, upkeepOverlay };
}

async function state(client: Client, vaultId: string): Promise<string | undefined> {
  const page = await client.get<{ items: { state: string }[] }>(`/v1/manager-orders?vault_id=${vaultId}`);
  return page.body.items[0]?.state;
}

/** Everything that callers can see of the world, to be the same before and after. */
export async function seen({ manager, carl, stranger, vaults, tenantId, child }: World): Promise<unknown> {
  const lists = Object.values(vaults).flatMap((id) => [
    `/v1/vaults/${id}`,
    `/v1/vaults/${id}/followers?limit=200`,
    `/v1/vaults/${id}/overlays?limit=200`,
    `/v1/manager-orders?vault_id=${id}&limit=200`,
    `/v1/manager-orders?vault_id=${id}&state=refused&limit=200`,
  ]);
  const paths = [...lists, '/v1/vaults', '/v1/dead-letters', `/v1/follower-orders/${child}`, `/v1/tenants/${tenantId}`];
  const read = async (client: Client, path: string) => [path, (await client.get(path)).body];
  return [
    ...(await Promise.all(paths.map((path) => read(manager, path)))),
    ...(await Promise.all([carl, stranger].map((client) => read(client, '/v1/vaults')))),
    await read(carl, `/v1/vaults/${vaults.upkeep}/followers`),
  ];
}
