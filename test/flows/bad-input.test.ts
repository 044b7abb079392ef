import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Case } from './support/bad-input-ask.ts';
import { badOrders, callers } from './support/bad-input-cases.ts';
import { forms, records } from './support/bad-input-forms.ts';
import { build, goodOrder, seen, type World } from './support/bad-input-world.ts';
import { Endpoints, until } from './support/endpoint.ts';
import { Platform } from './support/platform.ts';

/** Everything that callers get wrong: each gets the status and code of SPEC, and none of it changes anything. */
const platform = new Platform();
const endpoints = new Endpoints();
const faults = new Set<string>();
let world: World;
let before: unknown;

beforeAll(async () => {
  await endpoints.listen();
  const { api } = await platform.start('--no-rate-limit');
  world = await build({ api, data: platform.data }, endpoints, faults);
  before = await seen(world);
});

afterAll(async () => {
  await platform.stop();
  await endpoints.close();
});

interface Problem {
  readonly code: string;
  readonly errors?: readonly { readonly pointer: string }[];
}

function refuses(cases: readonly Case[]): void {
  for (const [what, ask, status, code, ...pointers] of cases) {
    it(what, async () => {
      const { by, method, path, body, headers } = ask(world);
      const reply = await by.call<Problem>(method, path, body, headers);
      const told = {
        status: reply.status,
        type: reply.headers.get('content-type'),
        code: reply.body.code,
        pointers: [...new Set(reply.body.errors?.map((e) => e.pointer))],
      };
      expect(told).toEqual({ status, type: 'application/problem+json', code, pointers });
    });
  }
}

describe('the gateway refuses', () => {
  const route = '/v1/vaults';
  it.each(['garbage', 'expired', 'forged', 'unsigned'] as const)('a token that is %s', async (kind) => {
    const reply = await world.badTokens[kind].post(route, {});
    expect([reply.status, reply.body]).toEqual([401, { message: 'Unauthorized' }]);
  });

  it('a request without a token', async () => {
    const reply = await world.nobody.get(route);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([401, 'application/json']);
  });
});

describe('callers who may not', () => refuses(callers));
describe('orders', () => refuses(badOrders));
describe('forms', () => refuses(forms));
describe('records', () => refuses(records));

describe('after all that', () => {
  it('a 405 names the methods that the path has (RFC 9110, 15.5.6)', async () => {
    const reply = await world.manager.call('PUT', '/v1/vaults', {});
    expect(reply.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'POST']);
  });

  it('an external_id that came before gets the order that it has', async () => {
    const again = await world.manager.post(`/v1/vaults/${world.vaults.open}/manager-orders`, { ...goodOrder('first'), qty: '7' });
    const { manager_order_id, seq } = world.order;
    expect([again.status, again.body]).toEqual([202, { manager_order_id, seq }]);
  });

  it('everything that can be seen is as it was', async () => {
    expect(await seen(world)).toEqual(before);
  });

  it("the vault's next order gets the next number, and the followers have received nothing but theirs", async () => {
    const next = await world.manager.post<{ seq: number }>(`/v1/vaults/${world.vaults.open}/manager-orders`, goodOrder());
    expect([next.status, next.body.seq]).toEqual([202, world.order.seq + 1]);
    await until(() => endpoints.of('open').length >= 2, 'the delivery of the next order');
    expect(endpoints.received.map((r) => [r.follower, r.body.seq, r.attempt]).sort()).toEqual([
      ['carl', 1, 1],
      ['open', 1, 1],
      ['open', 2, 1],
    ]);
    expect(endpoints.faults).toEqual([]);
  });

  it('records carry an ETag', async () => {
    const { tenantId, vaults, follower, order, child } = world;
    const paths = [
      `/v1/tenants/${tenantId}`,
      `/v1/vaults/${vaults.open}`,
      `/v1/followers/${follower}`,
      `/v1/manager-orders/${order.manager_order_id}`,
      `/v1/follower-orders/${child}`,
    ];
    const without: string[] = [];
    for (const path of paths) if ((await world.manager.get(path)).headers.get('etag') === null) without.push(path);
    expect(without).toEqual([]);
  });

  it('every answer held to the contract: schemas, problem documents, listed codes, request ids', () => {
    expect([...faults]).toEqual([]);
  });
});
