import { describe, expect, it } from 'vitest';
import { createRouter } from '../../local/servers/routes.ts';

const route = (key: string) => ({ key, functionName: 'f', timeoutMs: 1 });
const keys = [
  '$default',
  'GET /v1/{proxy+}',
  'ANY /v1/vaults/{id}',
  'GET /v1/vaults/{id}',
  'GET /v1/vaults/mine',
  'POST /v1/vaults',
];
const match = createRouter(keys.map(route));

describe('routes', () => {
  it.each([
    ['GET', '/v1/vaults/mine', 'GET /v1/vaults/mine', {}],
    ['GET', '/v1/vaults/7', 'GET /v1/vaults/{id}', { id: '7' }],
    ['PUT', '/v1/vaults/7', 'ANY /v1/vaults/{id}', { id: '7' }],
    ['GET', '/v1/vaults/a%20b%2Fc', 'GET /v1/vaults/{id}', { id: 'a b/c' }],
    ['GET', '/v1/vaults/%E0', 'GET /v1/vaults/{id}', { id: '%E0' }],
    ['GET', '/v1/a/b', 'GET /v1/{proxy+}', { proxy: 'a/b' }],
    ['GET', '/v1/vaults/7/x', 'GET /v1/{proxy+}', { proxy: 'vaults/7/x' }],
    ['POST', '/v1/vaults', 'POST /v1/vaults', {}],
    ['POST', '/v1/vaults/', '$default', {}],
    ['DELETE', '/nothing', '$default', {}],
  ])('%s %s takes %s', (method, path, key, pathParameters) => {
    expect(match(method, path)).toEqual({ route: route(key), pathParameters });
  });

  it('has nothing for a path without a route when there is no $default', () => {
    expect(createRouter([route('GET /a')])('POST', '/a')).toBeUndefined();
  });
});
