import { describe, expect, expectTypeOf, it } from 'vitest';
import type { components } from '../../client/src/index.ts';
import { clientOf, errorOf, problem } from './support/scripted.ts';
import type { Reply, Seen } from './support/server.ts';

describe('a token', () => {
  const asked: (string | undefined)[] = [];
  const token = ({ refused }: { refused: string | undefined }) => {
    asked.push(refused);
    return refused === undefined ? 'old' : 'new';
  };

  it('is asked for once more after a 401', async () => {
    asked.length = 0;
    const { vanta, seen } = await clientOf(
      ({ headers }) => (headers.authorization === 'Bearer new' ? { body: { subject: 'ann' } } : problem(401, 'unauthenticated')),
      { token },
    );
    expect(await vanta.getMe()).toMatchObject({ subject: 'ann' });
    expect(asked).toEqual([undefined, 'old']);
    expect(seen).toHaveLength(2);
  });

  it('is not asked for a third time', async () => {
    const { vanta, seen } = await clientOf([problem(401, 'unauthenticated')], { token });
    expect(await errorOf(vanta.getMe())).toMatchObject({ status: 401 });
    expect(seen).toHaveLength(2);
  });

  it('that cannot be renewed is refused at once, and goes to nothing that is public', async () => {
    const { vanta, seen } = await clientOf(({ url }) => (url === '/v1/me' ? problem(401, 'unauthenticated') : {}));
    expect(await errorOf(vanta.getMe())).toMatchObject({ status: 401 });
    await vanta.getHealth();
    expect(seen).toHaveLength(2);
    expect(seen[1]?.headers.authorization).toBeUndefined();
  });
});

describe('a list', () => {
  const pages = (request: Seen): Reply => {
    const cursor = new URL(request.url, 'http://a').searchParams.get('cursor');
    const page = cursor === null ? 0 : Number(cursor);
    return {
      body: { items: [{ vault_id: `v${page}a` }, { vault_id: `v${page}b` }], next_cursor: page < 2 ? String(page + 1) : null },
    };
  };

  it('is read page by page, as far as it is asked for', async () => {
    const { vanta, seen } = await clientOf(pages);
    const ids: string[] = [];
    for await (const vault of vanta.iterate.listVaults({ query: { limit: 2 } })) ids.push(vault.vault_id);
    expect(ids).toEqual(['v0a', 'v0b', 'v1a', 'v1b', 'v2a', 'v2b']);
    expect(seen.map(({ url }) => url)).toEqual([
      '/v1/vaults?limit=2',
      '/v1/vaults?limit=2&cursor=1',
      '/v1/vaults?limit=2&cursor=2',
    ]);
    for await (const _ of vanta.iterate.listVaults()) break;
    expect(seen).toHaveLength(4);
  });
});

it('a raw request is sent as it is said', async () => {
  const { vanta, seen } = await clientOf([problem(503, 'x')]);
  const response = await vanta.raw('POST', '/v1/vaults', { body: '{"a":', headers: { 'idempotency-key': '' } });
  expect(response.status).toBe(503);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ body: '{"a":', headers: { authorization: 'Bearer t1', 'idempotency-key': '' } });
});

it('types follow the contract', async () => {
  const { vanta } = await clientOf([{}]);
  expectTypeOf(vanta.createVault).returns.resolves.toEqualTypeOf<components['schemas']['Vault']>();
  expectTypeOf(vanta.getMe).parameter(0).toBeNullable();
  expectTypeOf(vanta.getVault).parameter(0).not.toBeNullable();
  expectTypeOf(vanta.getVault).parameter(0).toHaveProperty('path').toEqualTypeOf<{ vault_id: string }>();
  expectTypeOf(vanta.updateFollower).parameter(0).toHaveProperty('ifMatch');
  expectTypeOf(vanta.createVault).parameter(0).not.toHaveProperty('ifMatch');
  expectTypeOf(vanta.reportFill).parameter(0).toHaveProperty('secret');
  expectTypeOf(vanta.iterate).not.toHaveProperty('getVault');
});
