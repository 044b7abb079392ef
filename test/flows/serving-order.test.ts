import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseChildId } from '../../shared/kit/ids.ts';
import { recomputed, upTo } from '../mirroring/support/draws.ts';
import { type Client, newTenant, signIn } from './support/client.ts';
import { checked } from './support/contract.ts';
import { Endpoints, until } from './support/endpoint.ts';
import { type LocalInfo, Platform } from './support/platform.ts';

/** A vault of more shards than accept rings itself: 402 followers, two to a shard; and who was served when. */
const platform = new Platform();
const endpoints = new Endpoints();
const faults = new Set<string>();
const followers = 402;
const shards = 201;

let info: LocalInfo;
let manager: Client;
let tenantId: string;
let vaultId: string;
let orderId: string;
const ids: string[] = [];

const order = (externalId: string, symbol = 'IBM') => ({
  external_id: externalId,
  symbol,
  side: 'buy',
  qty: '10',
  order_type: 'market',
  time_in_force: 'day',
  ref_price: '10',
  ts: new Date().toISOString(),
});

beforeAll(async () => {
  await endpoints.listen();
  info = await platform.start('--no-rate-limit', '--shard-size', '2');
  const made = await newTenant(info.api, 'manager', 'mia');
  [manager, tenantId] = [checked(made.client, faults), made.tenant_id];
  vaultId = (await manager.post<{ vault_id: string }>('/v1/vaults', { label: 'Large', rails: ['fiat'] })).body.vault_id;
  for (let i = 0; i < followers; i += 1) {
    const follower = { mode: 'proportional', scale: '1', webhook: { url: endpoints.url(`f${i}`) } };
    const { body } = await manager.post<{ follower_id: string; signing_secret: string }>(
      `/v1/vaults/${vaultId}/followers`,
      follower,
    );
    endpoints.secrets.set(`f${i}`, body.signing_secret);
    ids.push(body.follower_id);
  }
});

afterAll(async () => {
  await platform.stop();
  await endpoints.close();
});

interface Served {
  readonly manager_order_id: string;
  readonly shards: number[];
  readonly shard?: number;
  readonly followers?: { follower_id: string; place: number }[];
}
const served = (client: Client, id: string, query = '') =>
  client.get<Served & { code: string; errors: { pointer: string }[] }>(`/v1/manager-orders/${id}/serving-order${query}`);

describe('an order of a vault with 201 shards', () => {
  it('reaches every follower once, through three nodes', async () => {
    const accepted = await manager.post<{ manager_order_id: string }>(`/v1/vaults/${vaultId}/manager-orders`, order('large-1'));
    orderId = accepted.body.manager_order_id;
    await until(() => endpoints.received.length >= followers, `${followers} deliveries`, 60_000);
    expect(endpoints.faults).toEqual([]);
    expect(new Set(endpoints.received.map((r) => r.follower)).size).toBe(followers);
    expect(endpoints.received).toHaveLength(followers);
    const log = readFileSync(join(platform.data, 'logs', 'vanta-local-fan-out.log'), 'utf8');
    const rang = [...log.matchAll(/"message":"rang".*?"shards":(\d+)/g)].map(([, count]) => Number(count));
    expect(rang.toSorted((x, y) => y - x)).toEqual([100, 100, 1]);
  });

  it('ends completed', async () => {
    const path = `/v1/manager-orders/${orderId}`;
    await until(async () => (await manager.get<{ state: string }>(path)).body.state === 'completed', 'completed');
    expect((await manager.get(path)).body).toMatchObject({ shards, shards_done: shards, progress: { ack: followers } });
  });
});

describe('the serving order of a past order', () => {
  it('of its shards is what a hash tool gives, and what the command prints', async () => {
    const { status, body } = await served(manager, orderId);
    expect([status, body.manager_order_id]).toEqual([200, orderId]);
    expect(body.shards).toEqual(recomputed(orderId, 'shards', upTo(shards)));
    expect([body.shard, body.followers]).toEqual([undefined, undefined]);
    const { stdout } = spawnSync(process.execPath, ['local/serving-order.ts', orderId, '--shards', `${shards}`], {
      encoding: 'utf8',
    });
    expect(stdout).toContain(`\nshards: ${body.shards.join(' ')}\n`);
  });

  it.each([0, 77, 200])('of the followers of shard %i is too', async (shard) => {
    const { body } = await served(manager, orderId, `?shard=${shard}`);
    const places = recomputed(orderId, `shard/${shard}`, [0, 1]);
    expect(body.shard).toBe(shard);
    expect(body.followers).toEqual(places.map((place) => ({ place, follower_id: ids[shard * 2 + place] })));
    const child = endpoints.of(`f${shard * 2}`)[0]?.body.follower_order_id ?? '';
    expect(parseChildId(child)).toMatchObject({ shard, place: 0 });
    const { stdout } = spawnSync(process.execPath, ['local/serving-order.ts', child, '--places', '2'], { encoding: 'utf8' });
    expect(stdout).toContain(`\nplaces of shard ${shard}: ${places.join(' ')}\nplace 0: ${places.indexOf(0) + 1} of 2\n`);
  });

  // Where coreutils are missing the line cannot be run at all; that route and command agree is tested on every machine.
  it.runIf(spawnSync('sha256sum', ['--version']).status === 0)('is what the line in docs/decisions/0015 gives', async () => {
    const line = `for n in $(seq 0 ${shards - 1}); do echo "$(printf '%s' "${orderId}/shards/$n" | sha256sum | cut -c1-64) $n"; done | LC_ALL=C sort | cut -d' ' -f2`;
    const said = execFileSync('bash', ['-c', line], { encoding: 'utf8' }).trim().split('\n').map(Number);
    expect(said).toEqual((await served(manager, orderId)).body.shards);
  });
});

describe('the serving order is refused', () => {
  it.each(['?shard=201', '?shard=x', '?shard=-1', '?shard='])('for %s', async (query) => {
    const { status, body } = await served(manager, orderId, query);
    expect([status, body.code, body.errors[0]?.pointer]).toEqual([400, 'validation_failed', '/shard']);
  });

  it('for an order that is not there, or another tenant’s', async () => {
    const other = checked((await newTenant(info.api, 'client', 'carl')).client, faults);
    for (const [client, id] of [
      [manager, 'mo_01HF7YAT00000000000000000A'],
      [other, orderId],
      [manager, 'mo_1'],
    ] as const) {
      const { status, body } = await served(client, id);
      expect([status, body.code]).toEqual([404, 'manager_order_not_found']);
    }
  });

  it('to a follower, who may see nobody else; an auditor may see it', async () => {
    const claims = { tenant_id: tenantId };
    const follower = await signIn(info.api, { ...claims, sub: 'fay', role: 'follower', follower_id: ids[0] });
    const refused = await served(checked(follower, faults), orderId, '?shard=0');
    expect([refused.status, refused.body.code]).toEqual([403, 'scope_required']);
    const auditor = await signIn(info.api, { ...claims, sub: 'ada', role: 'auditor' });
    expect((await served(checked(auditor, faults), orderId)).status).toBe(200);
  });

  it('in no shard of an order that was refused itself: it went to nobody', async () => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const bus = new EventBridgeClient({ endpoint: info.bus, region: 'us-east-1', credentials });
    const Detail = JSON.stringify({ vault_id: vaultId, ...order('refused-1', 'BTC/USD') });
    const entry = { EventBusName: info.bus_name, Source: 'vanta.os', DetailType: 'ManagerOrder', Detail };
    await bus.send(new PutEventsCommand({ Entries: [entry] }));
    const list = `/v1/manager-orders?vault_id=${vaultId}&state=refused`;
    const items = async () => (await manager.get<{ items: { manager_order_id: string }[] }>(list)).body.items;
    await until(async () => (await items()).length === 1, 'the refused order');
    const refused = (await items())[0]?.manager_order_id ?? '';
    expect((await served(manager, refused)).body.shards).toEqual([]);
    expect((await served(manager, refused, '?shard=0')).status).toBe(400);
  });

  it('and every answer was as the contract says', () => expect([...faults]).toEqual([]));
});
