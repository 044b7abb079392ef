import { randomUUID } from 'node:crypto';
import { type RouteId, routes } from '../../../shared/wiring/routes.ts';
import { goodOrder } from './bad-input-world.ts';
import { Client, newTenant, signIn } from './client.ts';
import { eventually, payAtPage } from './till.ts';

/** Two tenants with one of everything, and a caller of every kind in the first. */
export interface Caller {
  /** As the policy's table names it. */
  readonly name: string;
  readonly client: Client;
}
export type Things = Readonly<Record<string, string>>;
export interface Estate {
  readonly callers: readonly Caller[];
  readonly things: Readonly<Record<'own' | 'other' | 'missing', Things>>;
  queryOf(id: RouteId, things: Things): string;
}

const ulid = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const missing: Things = {
  tenant_id: `ten_${ulid}`,
  user_id: `usr_${ulid}`,
  vault_id: `vlt_${ulid}`,
  follower_id: `fol_${ulid}`,
  manager_order_id: `mo_${ulid}`,
  // With the check character that its cause, shard and place have.
  follower_order_id: `fo_${ulid}00000000000`,
  overlay_id: `ovl_${ulid}`,
  invoice_id: `inv_${ulid}`,
};

let sent = 0;
const order = () => goodOrder(`estate-${++sent}`);

/** A body that the route takes; a route with a body that has none here fails the test. */
const bodies: { readonly [Id in RouteId]?: (things: Things) => unknown } = {
  createTenant: () => ({ name: 'Mine', kind: 'client' }),
  updateTenant: () => ({ name: `Name ${++sent}` }),
  createUser: () => ({ email: `estate-${randomUUID()}@example.com`, role: 'auditor' }),
  updateUser: () => ({ role: 'auditor' }),
  createVault: () => ({ label: 'V', rails: ['fiat'] }),
  updateVault: () => ({ label: `Label ${++sent}` }),
  recordNav: () => ({ nav: '1000', ts: new Date(Date.now() - ++sent).toISOString() }),
  recordFollowerNav: () => ({ nav: '1000', ts: new Date(Date.now() - ++sent).toISOString() }),
  reportPositions: () => ({ ts: new Date().toISOString(), positions: [{ symbol: 'IBM', qty: '0' }] }),
  createOverlay: () => ({ kind: 'maintenance', ttl_seconds: 5 }),
  createFollower: () => ({ mode: 'shadow', scale: '1', webhook: { url: 'http://127.0.0.1:9/' } }),
  updateFollower: () => ({ kill_switch: true }),
  createManagerOrder: order,
  cancelManagerOrder: () => ({}),
  settleFollowerOrder: () => ({ happened: true }),
  redriveDeadLetter: () => ({}),
  changePlan: () => ({ rail: 'stripe', plan_id: 'pro', interval: 'month' }),
  refundInvoice: () => ({}),
};

export function bodyOf(id: RouteId, things: Things): unknown {
  const body = bodies[id];
  if (body !== undefined) return body(things);
  return routes[id].method === 'PATCH' ? {} : undefined;
}

type Made = Record<string, string>;
async function made(client: Client, path: string, body: unknown): Promise<Made> {
  const reply = await client.post<Made>(path, body);
  if (reply.status > 202) throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
}

async function thingsOf(owner: Client, tenant_id: string): Promise<Things> {
  const { vault_id = '' } = await made(owner, '/v1/vaults', { label: 'Estate', rails: ['fiat'] });
  const follower = { mode: 'shadow', scale: '1', webhook: { url: 'http://127.0.0.1:9/' } };
  const { follower_id = '' } = await made(owner, `/v1/vaults/${vault_id}/followers`, follower);
  const { manager_order_id = '' } = await made(owner, `/v1/vaults/${vault_id}/manager-orders`, order());
  const { overlay_id = '' } = await made(owner, `/v1/vaults/${vault_id}/overlay`, { kind: 'maintenance', ttl_seconds: 5 });
  const user_id = await userOf(owner);
  const invoice_id = await invoiceOf(owner);
  const follower_order_id = await childOf(owner, follower_id);
  return { tenant_id, vault_id, follower_id, manager_order_id, overlay_id, follower_order_id, user_id, invoice_id };
}

/** What a subscription costs, paid at the page: with it the first invoice is there. */
async function invoiceOf(owner: Client): Promise<string> {
  const wanted = { rail: 'stripe', plan_id: 'institutional', interval: 'month' };
  const { checkout_url = '' } = await made(owner, '/v1/subscriptions/change-plan', wanted);
  await payAtPage(checkout_url);
  const list = async () => (await owner.get<{ items: { invoice_id: string }[] }>('/v1/invoices')).body.items;
  const [invoice] = await eventually(list, (items) => items.length > 0);
  return invoice?.invoice_id ?? '';
}

async function childOf(owner: Client, followerId: string): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { body } = await owner.get<{ items: { follower_order_id: string }[] }>(`/v1/follower-orders?follower_id=${followerId}`);
    const child = body.items[0];
    if (child !== undefined) return child.follower_order_id;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error('the order was not expanded');
}

/** A member that may be changed and removed: not the owner itself. */
async function userOf(owner: Client): Promise<string> {
  const { body } = await owner.get<{ items?: { user_id: string; role: string }[] }>('/v1/users');
  return body.items?.find(({ role }) => role === 'auditor')?.user_id ?? '';
}

/** Builds it over HTTP, as callers would. */
export async function build(api: string): Promise<Estate> {
  const [mine, theirs] = [await newTenant(api, 'manager', 'olivia'), await newTenant(api, 'manager', 'theo')];
  const { tenant_id } = mine;
  const as = (claims: Record<string, unknown>) => signIn(api, { tenant_id, ...claims });
  await as({ sub: 'somebody', role: 'auditor' });
  await signIn(api, { sub: 'theirs', tenant_id: theirs.tenant_id, role: 'auditor' });
  const things = { own: await thingsOf(mine.client, tenant_id), other: await thingsOf(theirs.client, theirs.tenant_id), missing };
  const machine = async (name: string, scopes: readonly string[]): Promise<Caller> => ({
    name: `a machine client ${name}`,
    client: await as({ sub: `machine ${name}`, scopes }),
  });
  const callers: Caller[] = [
    { name: 'owner', client: mine.client },
    { name: 'ops', client: await as({ sub: 'otto', role: 'ops' }) },
    { name: 'auditor', client: await as({ sub: 'ada', role: 'auditor' }) },
    { name: 'follower', client: await as({ sub: 'fred', role: 'follower', follower_id: things.own['follower_id'] }) },
    await machine('with mirror:manage', ['mirror:manage']),
    await machine('without any', []),
    { name: 'a person without a tenant', client: await signIn(api, { sub: 'hugo' }) },
    { name: 'nobody', client: new Client(api) },
  ];
  return { callers, things, queryOf };
}

/** What a list hangs on stands in its query. */
function queryOf(id: RouteId, things: Things): string {
  if (id === 'listManagerOrders') return `?vault_id=${things['vault_id']}`;
  if (id === 'previewChange') return '?plan_id=pro&interval=month';
  return id === 'listFollowerOrders' ? `?follower_id=${things['follower_id']}` : '';
}
