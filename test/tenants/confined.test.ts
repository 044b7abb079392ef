import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { confinedTable, type Standpoint } from '../../shared/adapters/dynamo/confined.ts';
import type { Scope } from '../../shared/domain/tenants/scope.ts';

/** An STS that hands out keys one after the other, and a table that notes whose key came with which partition. */
const minute = 60_000;
let sts: Server;
let dynamo: Server;
let asked: URLSearchParams[] = [];
let seen: { key: string; pk: string }[] = [];
let sockets = 0;
let down = false;

const address = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const listen = (server: Server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
const field = (name: string, value: string) => `<${name}>${value}</${name}>`;

beforeAll(async () => {
  sts = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    if (down) return void response.writeHead(403).end('<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>');
    asked.push(form);
    const tenant = [...form].find(([, value]) => value === 'tenant_id')?.[0].replace('Key', 'Value') ?? '';
    const credentials =
      field('AccessKeyId', `KEY${form.get(tenant)?.replace('_', '')}N${asked.length}`) +
      field('SecretAccessKey', 's') +
      field('SessionToken', 't') +
      field('Expiration', new Date(Date.now() + 60 * minute).toISOString());
    const result = field('AssumeRoleResult', field('Credentials', credentials));
    response.writeHead(200, { 'content-type': 'text/xml' }).end(field('AssumeRoleResponse', result));
  });
  dynamo = createServer(async (request, response) => {
    const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const { Key } = JSON.parse(await text(request)) as { Key: { pk: { S: string } } };
    seen.push({ key, pk: Key.pk.S });
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  });
  dynamo.on('connection', () => {
    sockets += 1;
  });
  await Promise.all([listen(sts), listen(dynamo)]);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'OWN');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'own');
  vi.stubEnv('AWS_ENDPOINT_URL_STS', address(sts));
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', address(dynamo));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const server of [sts, dynamo]) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});
beforeEach(() => {
  [asked, seen, down, sockets] = [[], [], false, 0];
});
afterEach(() => vi.useRealTimers());

/** A table whose requests are under way one after the other; `as` says whose the next one is. */
function opened(): { as(scope: Scope | undefined): Promise<unknown>; table: Table; now: Standpoint } {
  const now: Standpoint = { scope: undefined };
  const table = confinedTable({
    name: 'vanta',
    roleArn: 'arn:aws:iam::000000000000:role/tenant',
    tags: ['tenant_id', 'subject', 'vault_tenant_id', 'vault_id'],
    clock: () => Date.now(),
    current: () => now,
  });
  const as = (scope: Scope | undefined) => {
    now.scope = scope;
    const Key = { pk: scope?.tenantId ?? 'nobody', sk: 'x' };
    return table.client.send(new GetCommand({ TableName: 'vanta', Key }));
  };
  return { as, table, now };
}

const tenant = (n: number): Scope => ({ tenantId: `ten_${n}` });

describe('the credentials of a scope', () => {
  it('are asked for once by all that wait together, with all tags and a name', async () => {
    const { as } = opened();
    await Promise.all(Array.from({ length: 20 }, () => as(tenant(1))));
    expect(asked).toHaveLength(1);
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: 'arn:aws:iam::000000000000:role/tenant',
      RoleSessionName: 'ten_1',
      'Tags.member.1.Key': 'tenant_id',
      'Tags.member.1.Value': 'ten_1',
      'Tags.member.4.Key': 'vault_id',
      'Tags.member.4.Value': '=none',
    });
    expect(new Set(seen.map((s) => s.key))).toEqual(new Set(['KEYten1N1']));
  });

  it('never serve another scope, however requests are mixed', async () => {
    const { as } = opened();
    const crossing = { ...tenant(1), vault: { tenant_id: 'ten_9', vault_id: 'vlt_9' } };
    await Promise.all(Array.from({ length: 60 }, (_, n) => as(n % 4 === 3 ? crossing : tenant(n % 4))));
    expect(asked).toHaveLength(4);
    for (const { key, pk } of seen) expect(key).toContain(`KEY${pk.replace('_', '')}N`);
    expect(new Set(seen.map((s) => s.key)).size).toBe(4);
  });

  it('are those of the function itself where nobody is known, and only there', async () => {
    const { as } = opened();
    await as(undefined);
    await as({});
    expect(seen.map((s) => s.key)).toEqual(['OWN', expect.stringMatching(/^KEY/)]);
  });

  it('are renewed five minutes before they end', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { as } = opened();
    const at = async (minutes: number) => {
      vi.setSystemTime(minutes * minute);
      await as(tenant(1));
      return asked.length;
    };
    expect([await at(0), await at(54), await at(56), await at(57), await at(110), await at(112)]).toEqual([1, 1, 2, 2, 2, 3]);
  });

  it('hold on while STS is away, until they end; then requests fail, and none goes out with others', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { as } = opened();
    vi.setSystemTime(0);
    await as(tenant(1));
    down = true;
    vi.setSystemTime(58 * minute);
    await as(tenant(1));
    vi.setSystemTime(60 * minute);
    await expect(as(tenant(1))).rejects.toThrow();
    await expect(as(tenant(2))).rejects.toThrow();
    expect(seen.map((s) => s.key)).toEqual(['KEYten1N1', 'KEYten1N1']);
    down = false;
    await as(tenant(2));
    expect(seen.at(-1)?.key).toBe('KEYten2N2');
  });

  it('share connections: a new tenant costs no new one', async () => {
    const { as } = opened();
    for (let n = 0; n < 10; n += 1) await as(tenant(n));
    expect([asked.length, sockets]).toEqual([10, 1]);
  });

  it('are kept for so many scopes, those used last', async () => {
    const { as } = opened();
    for (let n = 0; n < 200; n += 1) await as(tenant(n));
    await as(tenant(0));
    await as(tenant(200));
    expect(asked).toHaveLength(201);
    await as(tenant(0));
    expect(asked).toHaveLength(201);
    await as(tenant(1));
    expect(asked).toHaveLength(202);
  });
});

describe('a crossing', () => {
  it('changes whose the rest of the request is, or nothing when the caller is no party', () => {
    const { table, now } = opened();
    now.scope = tenant(1);
    expect(table.cross?.({ to: 'vault', tenant_id: 'ten_2', vault_id: 'vlt_2' })).toBe(false);
    expect(now.scope).toEqual(tenant(1));
    expect(table.cross?.({ to: 'public vault', tenant_id: 'ten_2', vault_id: 'vlt_2' })).toBe(true);
    expect(now.scope).toEqual({ ...tenant(1), vault: { tenant_id: 'ten_2', vault_id: 'vlt_2' } });
  });

  it('needs a request', () => {
    const lost = confinedTable({ name: 'vanta', roleArn: 'r', tags: [], clock: () => 0, current: () => undefined });
    expect(() => lost.cross?.({ to: 'tenant', tenant_id: 'ten_1' })).toThrow('a crossing needs a request');
  });
});
