import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { DynamoDBDocumentClient, GetCommand, QueryCommand, ScanCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keyOf } from '../../local/iam/roles.ts';
import { loadStage } from '../../local/template/assembly.ts';
import { identifyWith } from '../../local/template/identify.ts';
import { interpret } from '../../local/template/interpret.ts';
import { createResolver } from '../../local/template/intrinsics.ts';
import type { Model } from '../../local/template/model.ts';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { type Scope, tagsOf } from '../../shared/domain/tenants/scope.ts';
import { type Client, newTenant } from './support/client.ts';
import { Desk, Story } from './support/desk.ts';
import { until } from './support/endpoint.ts';

/** Tenants beside each other: what they do together needs no more than they may, and nobody comes to what is another's. */
const desk = new Desk();
const broken = new Map<string, number>();
let cleo: { client: Client; tenant_id: string };
let xena: { client: Client; tenant_id: string };

beforeAll(async () => {
  await desk.open('--retry-delays', '1');
  desk.endpoints.answer = (path) => broken.get(path) ?? 200;
  const api = desk.info?.api ?? '';
  cleo = await newTenant(api, 'client', 'cleo');
  xena = await newTenant(api, 'client', 'someone whose name no tag takes: *');
});
afterAll(async () => {
  // What the second half asks for is denied, and nothing that the first half did.
  desk.platform.mayBeDenied = true;
  await desk.close();
  expect([...desk.contractFaults]).toEqual([]);
  expect(desk.endpoints.faults).toEqual([]);
});

/** A public vault of the manager, and the same vault as the client sees it, with a follower of each. */
async function shared(label: string): Promise<{ mine: Story; hers: Story }> {
  const mine = await desk.vault(label, { public: true });
  const hers = new Story(desk.as(cleo.client), label, mine.vaultId);
  expect([(await mine.join('own')).status, (await hers.join('cleo')).status]).toEqual([201, 201]);
  return { mine, hers };
}

describe("a client's follower on a manager's public vault", () => {
  it('is registered, changed, previewed and told, and the manager sees that it is there', async () => {
    const { mine, hers } = await shared('together');
    const changed = await hers.change('cleo', { scale: '0.5', label: 'half' });
    expect([changed.status, changed.body]).toEqual([200, expect.objectContaining({ scale: '0.5', label: 'half' })]);
    const placed = await mine.order('buy', 10);
    const child = await hers.reaches('cleo', placed, 'ack');
    await mine.settled();
    expect([hers.lines('cleo'), mine.lines('own')]).toEqual([['1 buy 5 -> 5'], ['1 buy 10 -> 10']]);
    const seen = await Promise.all(
      [`/v1/follower-orders/${child.follower_order_id}`, `/v1/followers/${hers.id('cleo')}/preview`].map((path) =>
        cleo.client.get(path),
      ),
    );
    expect(seen.map((reply) => [reply.status, reply.body['qty']])).toEqual(Array(2).fill([200, '5']));
    const listed = await desk.manager.get<{ items: Record<string, unknown>[] }>(`/v1/vaults/${mine.vaultId}/followers`);
    const [foreign] = listed.body.items.filter((f) => f['follower_id'] === hers.id('cleo'));
    expect([foreign?.['mode'], foreign?.['webhook'], foreign?.['label']]).toEqual(['proportional', undefined, undefined]);
    const own = await cleo.client.get<{ items: Record<string, unknown>[] }>(`/v1/vaults/${mine.vaultId}/followers`);
    expect(own.body.items.map((f) => f['follower_id'])).toEqual([hers.id('cleo')]);
  });

  it('has its positions, its test event and its new key, on a vault that shows only what its manager makes public', async () => {
    const { mine, hers } = await shared('own-desk');
    const placed = await mine.order('buy', 10);
    const { follower_order_id: childId } = await hers.reaches('cleo', placed, 'ack');
    await hers.report('cleo', childId, { qty: '10' });
    const path = `/v1/followers/${hers.id('cleo')}`;
    const positions = await cleo.client.get<{ items: Record<string, unknown>[] }>(`${path}/positions`);
    expect([positions.status, positions.body.items.map((p) => p['symbol'])]).toEqual([200, ['IBM']]);
    const tested = await cleo.client.post<Record<string, unknown>>(`${path}/test-event`, {});
    expect([tested.status, tested.body['status']]).toEqual([200, 200]);
    const rotated = await cleo.client.post<{ signing_secret: string }>(`${path}/rotate-key`, {});
    expect([rotated.status, rotated.body.signing_secret]).toEqual([200, expect.stringMatching(/^whsec_/)]);
    expect((await desk.manager.post(`${path}/rotate-key`, {})).status).toBe(404);
    const vault = `/v1/vaults/${mine.vaultId}`;
    expect((await desk.manager.patch(vault, { label: 'renamed' })).status).toBe(200);
    expect((await cleo.client.get(vault)).body['label']).toBe('renamed');
    expect((await desk.manager.patch(vault, { public: false })).status).toBe(200);
    expect((await cleo.client.get(vault)).status).toBe(404);
    // Her follower stays, on a vault that others see no more.
    expect([(await cleo.client.get(path)).status, (await hers.change('cleo', { scale: '2' })).status]).toEqual([200, 200]);
    const listed = await cleo.client.get<{ items: Record<string, unknown>[] }>(`${vault}/followers`);
    expect([listed.status, listed.body.items.map((f) => [f['follower_id'], f['scale']])]).toEqual([
      200,
      [[hers.id('cleo'), '2']],
    ]);
    const none = await xena.client.get<{ code: string }>(`${vault}/followers`);
    expect([none.status, none.body.code]).toEqual([404, 'vault_not_found']);
  });

  it('reports its fills, once each, by its signature alone', async () => {
    const { mine, hers } = await shared('filled');
    const placed = await mine.order('buy', 10);
    const { follower_order_id: childId } = await hers.reaches('cleo', placed, 'ack');
    const fill = { fill_id: 'f-1', qty: '4', status: 'canceled', ts: '2026-01-05T12:00:00.000Z' };
    const replies = [await hers.report('cleo', childId, fill), await hers.report('cleo', childId, fill)];
    expect(replies.map((r) => [r.status, r.body.state])).toEqual(Array(2).fill([200, 'canceled']));
    // Signed by somebody else's secret.
    desk.endpoints.secrets.set(hers.path('liar'), desk.endpoints.secrets.get(mine.path('own')) ?? '');
    expect((await hers.report('liar', childId, { qty: '1' })).status).toBe(401);
    await mine.order('buy', 1);
    await mine.settled();
    expect(hers.lines('cleo').at(-1)).toBe('2 buy 7 -> 11');
  });

  it('is settled and redriven by its own tenant, and is a dead letter of both until then', async () => {
    const { mine, hers } = await shared('dead');
    broken.set(hers.path('cleo'), 500);
    const first = await mine.order('buy', 6);
    const { follower_order_id: one } = await hers.reaches('cleo', first, 'dead_lettered');
    expect([await hers.deadLetters(), await mine.deadLetters()]).toEqual([[one], [one]]);
    const letter = async (by: Client) => {
      const { body } = await by.get<{ items: Record<string, unknown>[] }>('/v1/dead-letters');
      return body.items.find((l) => l['follower_order_id'] === one);
    };
    const whole = { tenant_id: cleo.tenant_id, last_error: expect.stringMatching(/./), redrivable: true };
    expect(await letter(cleo.client)).toMatchObject(whole);
    expect(await letter(desk.manager)).toMatchObject({ tenant_id: null, last_error: '', redrivable: false, attempts: 2 });
    // Nobody else's hands, not even the manager's.
    expect([(await mine.settle(one, true)).status, (await mine.redrive(one)).status]).toEqual([404, 404]);
    broken.delete(hers.path('cleo'));
    expect((await hers.redrive(one)).status).toBe(202);
    await hers.reaches('cleo', first, 'ack');
    broken.set(hers.path('cleo'), 503);
    const second = await mine.order('buy', 4);
    const { follower_order_id: two } = await hers.reaches('cleo', second, 'dead_lettered');
    const settled = await hers.settle(two, false);
    expect([settled.status, settled.body.unknown]).toEqual([200, false]);
    expect((await hers.settle(one, true)).status).toBe(409);
    broken.delete(hers.path('cleo'));
    expect(await hers.deadLetters()).toEqual([two]);
  });

  it('is stopped by the manager, who may do nothing else to it, and leaves with its positions closed', async () => {
    const { mine, hers } = await shared('leaving');
    await mine.order('buy', 10);
    await mine.settled();
    const path = `/v1/followers/${hers.id('cleo')}`;
    expect((await desk.manager.patch(path, { scale: '2' })).body['code']).toBe('manager_may_only_stop');
    const stopped = await desk.manager.patch(path, { kill_switch: true });
    expect([stopped.status, stopped.body['webhook']]).toEqual([200, undefined]);
    expect((await cleo.client.get(path)).body['kill_switch']).toBe(true);
    expect((await hers.change('cleo', { kill_switch: false })).status).toBe(200);
    expect((await hers.leave('cleo', 'flatten')).status).toBe(200);
    await until(async () => (await hers.status('cleo')) === 'left', 'left');
    expect(hers.lines('cleo').at(-1)).toBe('1 sell 10 -> 0');
    expect((await mine.cancel({ manager_order_id: (await mine.orders())[0]?.manager_order_id ?? '', seq: 1 })).seq).toBe(2);
  });
});

describe('a third tenant', () => {
  it('sees of a public vault what is public, and of all else nothing', async () => {
    const { mine, hers } = await shared('watched');
    const hidden = await desk.vault('hidden');
    const placed = await mine.order('buy', 2);
    const { follower_order_id } = await hers.reaches('cleo', placed, 'ack');
    const { client } = xena;
    const open = await client.get(`/v1/vaults/${mine.vaultId}`);
    expect(Object.keys(open.body).sort()).toEqual(['label', 'personas', 'public', 'rails', 'risk_profile', 'vault_id']);
    const listed = await client.get<{ items: { vault_id: string }[]; next_cursor: string }>('/v1/vaults');
    const { body } = await client.get<{ items: { vault_id: string }[] }>(
      `/v1/vaults?cursor=${listed.body.next_cursor}&limit=200`,
    );
    const seen = [...listed.body.items, ...body.items].map((v) => v.vault_id);
    expect([seen.includes(mine.vaultId), seen.includes(hidden.vaultId)]).toEqual([true, false]);
    const follower = { mode: 'proportional', scale: '1', webhook: { url: desk.endpoints.url('x') } };
    const answers = await Promise.all([
      client.get(`/v1/vaults/${hidden.vaultId}`),
      client.get(`/v1/vaults/${hidden.vaultId}/followers`),
      client.post(`/v1/vaults/${hidden.vaultId}/followers`, follower),
      client.get(`/v1/followers/${hers.id('cleo')}`),
      client.patch(`/v1/followers/${hers.id('cleo')}`, { kill_switch: true }),
      client.get(`/v1/followers/${hers.id('cleo')}/preview`),
      client.get(`/v1/follower-orders?follower_id=${hers.id('cleo')}`),
      client.get(`/v1/follower-orders/${follower_order_id}`),
      client.post(`/v1/follower-orders/${follower_order_id}/settle`, { happened: true }),
      client.get(`/v1/manager-orders/${placed.manager_order_id}`),
      client.get(`/v1/manager-orders?vault_id=${mine.vaultId}`),
      client.get(`/v1/vaults/${mine.vaultId}/overlays`),
    ]);
    expect(answers.map((r) => r.status)).toEqual(answers.map(() => 404));
    expect(await desk.platform.denied()).toEqual([]);
  });
});

describe('below the code', () => {
  let model: Model;
  beforeAll(() => {
    const stacks = loadStage(inject('assembly'), 'local');
    model = interpret(stacks, createResolver(stacks, identifyWith({ sqs: '', api: '' })));
  });
  const fn = (name: string) => {
    const found = model.functions.find((f) => f.name === `vanta-local-${name}`);
    if (found === undefined) throw new Error(`there is no function ${name}`);
    return found;
  };
  const own = (name: string) => ({ accessKeyId: keyOf(fn(name).role), secretAccessKey: 'local' });

  /** Credentials as a function takes them for a scope; `as` another function, or with other tags, to see that it may not. */
  const session = (name: string, scope: Scope, more: { as?: string; tags?: Record<string, string> } = {}) => {
    const known = [
      'tenant_id',
      'subject',
      ...(name === 'mirroring-api' ? ['vault_tenant_id', 'vault_id', 'look_tenant_id', 'look_vault_id'] : []),
    ];
    const all = { ...tagsOf(scope), ...more.tags };
    return fromTemporaryCredentials({
      masterCredentials: own(more.as ?? name),
      params: {
        RoleArn: fn(name).environment['TENANT_ROLE_ARN'] ?? '',
        RoleSessionName: 'test',
        Tags: Object.entries(all).flatMap(([Key, Value]) => (known.includes(Key) ? [{ Key, Value }] : [])),
      },
      clientConfig: { endpoint: desk.info?.bus ?? '', region: 'us-east-1', maxAttempts: 1 },
    });
  };
  const at = (credentials: ReturnType<typeof session> | ReturnType<typeof own>) =>
    DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: desk.info?.dynamodb_gate ?? '', region: 'us-east-1', credentials, maxAttempts: 1 }),
    );
  const TableName = () => model.tables[0]?.name ?? '';
  const read = (client: DynamoDBDocumentClient, tenantId: string) =>
    client.send(new GetCommand({ TableName: TableName(), Key: keys.tenant(tenantId) }));
  const denied = { name: 'AccessDeniedException' };

  it('credentials for one tenant read that tenant and no other, alone or among others', async () => {
    const client = at(session('vaults-api', { tenantId: cleo.tenant_id }));
    expect((await read(client, cleo.tenant_id)).Item).toMatchObject({ tenant_id: cleo.tenant_id });
    await expect(read(client, desk.tenantId)).rejects.toMatchObject(denied);
    await expect(client.send(new ScanCommand({ TableName: TableName() }))).rejects.toMatchObject(denied);
    const query = { TableName: TableName(), KeyConditionExpression: 'pk = :pk' };
    const foreign = { ':pk': keys.tenant(desk.tenantId).pk };
    await expect(client.send(new QueryCommand({ ...query, ExpressionAttributeValues: foreign }))).rejects.toMatchObject(denied);
    const put = (pk: string) => ({ Put: { TableName: TableName(), Item: { pk, sk: 'NOTE' } } });
    const both = [put(keys.tenant(cleo.tenant_id).pk), put(keys.tenant(desk.tenantId).pk)];
    await expect(client.send(new TransactWriteCommand({ TransactItems: both }))).rejects.toMatchObject(denied);
    expect(
      (await client.send(new GetCommand({ TableName: TableName(), Key: { pk: both[0]?.Put.Item.pk, sk: 'NOTE' } }))).Item,
    ).toBe(undefined);
  });

  it('a crossing opens its one vault', async () => {
    const vault = { tenant_id: desk.tenantId, vault_id: (await desk.vault('crossed')).vaultId };
    const other = { tenant_id: desk.tenantId, vault_id: (await desk.vault('beside')).vaultId };
    const client = at(session('mirroring-api', { tenantId: cleo.tenant_id, vault }));
    const get = (key: typeof vault) => client.send(new GetCommand({ TableName: TableName(), Key: keys.vault(key) }));
    expect((await get(vault)).Item).toMatchObject(vault);
    await expect(get(other)).rejects.toMatchObject(denied);
    await expect(read(client, desk.tenantId)).rejects.toMatchObject(denied);
  });

  it('a function itself, one with the wrong tags, another function and a made-up key come to nothing', async () => {
    await expect(read(at(own('vaults-api')), cleo.tenant_id)).rejects.toMatchObject(denied);
    const refused = { name: 'AccessDenied' };
    const scope = { tenantId: cleo.tenant_id };
    await expect(session('vaults-api', scope, { as: 'overlays-api' })()).rejects.toMatchObject(refused);
    await expect(session('vaults-api', scope, { tags: { tenant_id: 'ten_' } })()).rejects.toMatchObject(refused);
    await expect(session('vaults-api', scope, { tags: { tenant_id: 'ten_*' } })()).rejects.toMatchObject({
      name: 'ValidationError',
    });
    const { accessKeyId, secretAccessKey } = await session('vaults-api', scope)();
    const unknown = { name: 'UnrecognizedClientException' };
    // A session's key without its token is nobody's.
    await expect(read(at({ accessKeyId, secretAccessKey }), cleo.tenant_id)).rejects.toMatchObject(unknown);
    await expect(read(at({ accessKeyId: 'local', secretAccessKey }), cleo.tenant_id)).rejects.toMatchObject(unknown);
  });
});
