/**
 * Every HTTP route, once. API Gateway, the router, the policy table and the OpenAPI document all come from this list;
 * its schemas hang on the route's id in `shared/domain/<room>/routes.ts`.
 */
export const scopes = [
  'vault:read',
  'mirror:manage',
  'orders:read',
  'follower:manage',
  'billing:read',
  'billing:manage',
  'tenant:manage',
  'audit:read',
] as const;
export type Scope = (typeof scopes)[number];

/** The resource server's identifier; in a real token a scope stands as `vanta/<scope>`. */
export const scopePrefix = 'vanta/';

export type ApiRoom = 'tenants' | 'vaults' | 'followers' | 'mirroring' | 'overlays' | 'contract';

/**
 * `public`: no token. `signed_in`: any valid token, also of a person without a tenant. Otherwise the scope that is
 * needed inside a tenant; with `orSelf` a person of role follower may also act on its own follower.
 */
export type RouteAccess =
  | { readonly kind: 'public' }
  /** No authorizer at the gateway: the function checks a follower's signature itself. Needs no Idempotency-Key. */
  | { readonly kind: 'signature' }
  | { readonly kind: 'signed_in' }
  | { readonly kind: 'scope'; readonly scope: Scope; readonly orSelf?: true };

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly room: ApiRoom;
  readonly access: RouteAccess;
}

const open = { kind: 'public' } as const;
const signedIn = { kind: 'signed_in' } as const;
const needs = <S extends Scope>(scope: S) => ({ kind: 'scope', scope }) as const;
const orSelf = <S extends Scope>(scope: S) => ({ kind: 'scope', scope, orSelf: true }) as const;

export const routes = {
  getOpenApi: { method: 'GET', path: '/v1/openapi.json', room: 'contract', access: open },
  getHealth: { method: 'GET', path: '/v1/health', room: 'contract', access: open },
  getMe: { method: 'GET', path: '/v1/me', room: 'tenants', access: signedIn },
  createTenant: { method: 'POST', path: '/v1/tenants', room: 'tenants', access: signedIn },
  getTenant: { method: 'GET', path: '/v1/tenants/{tenant_id}', room: 'tenants', access: needs('tenant:manage') },
  createVault: { method: 'POST', path: '/v1/vaults', room: 'vaults', access: needs('mirror:manage') },
  listVaults: { method: 'GET', path: '/v1/vaults', room: 'vaults', access: needs('vault:read') },
  getVault: { method: 'GET', path: '/v1/vaults/{vault_id}', room: 'vaults', access: needs('vault:read') },
  updateVault: { method: 'PATCH', path: '/v1/vaults/{vault_id}', room: 'vaults', access: needs('mirror:manage') },
  recordNav: { method: 'POST', path: '/v1/vaults/{vault_id}/nav', room: 'vaults', access: needs('mirror:manage') },
  listNav: { method: 'GET', path: '/v1/vaults/{vault_id}/nav', room: 'vaults', access: needs('vault:read') },
  createOverlay: { method: 'POST', path: '/v1/vaults/{vault_id}/overlay', room: 'overlays', access: needs('mirror:manage') },
  listOverlays: { method: 'GET', path: '/v1/vaults/{vault_id}/overlays', room: 'overlays', access: needs('vault:read') },
  deleteOverlay: {
    method: 'DELETE',
    path: '/v1/vaults/{vault_id}/overlays/{overlay_id}',
    room: 'overlays',
    access: needs('mirror:manage'),
  },
  createFollower: {
    method: 'POST',
    path: '/v1/vaults/{vault_id}/followers',
    room: 'followers',
    access: needs('follower:manage'),
  },
  listFollowers: { method: 'GET', path: '/v1/vaults/{vault_id}/followers', room: 'followers', access: needs('follower:manage') },
  getFollower: { method: 'GET', path: '/v1/followers/{follower_id}', room: 'followers', access: orSelf('follower:manage') },
  updateFollower: { method: 'PATCH', path: '/v1/followers/{follower_id}', room: 'followers', access: orSelf('follower:manage') },
  deleteFollower: {
    method: 'DELETE',
    path: '/v1/followers/{follower_id}',
    room: 'followers',
    access: orSelf('follower:manage'),
  },
  rotateFollowerKey: {
    method: 'POST',
    path: '/v1/followers/{follower_id}/rotate-key',
    room: 'followers',
    access: orSelf('follower:manage'),
  },
  testFollower: {
    method: 'POST',
    path: '/v1/followers/{follower_id}/test-event',
    room: 'followers',
    access: orSelf('follower:manage'),
  },
  listPositions: {
    method: 'GET',
    path: '/v1/followers/{follower_id}/positions',
    room: 'followers',
    access: orSelf('orders:read'),
  },
  previewFollower: {
    method: 'GET',
    path: '/v1/followers/{follower_id}/preview',
    room: 'mirroring',
    access: orSelf('vault:read'),
  },
  createManagerOrder: {
    method: 'POST',
    path: '/v1/vaults/{vault_id}/manager-orders',
    room: 'mirroring',
    access: needs('mirror:manage'),
  },
  listManagerOrders: { method: 'GET', path: '/v1/manager-orders', room: 'mirroring', access: needs('orders:read') },
  getManagerOrder: {
    method: 'GET',
    path: '/v1/manager-orders/{manager_order_id}',
    room: 'mirroring',
    access: needs('orders:read'),
  },
  getServingOrder: {
    method: 'GET',
    path: '/v1/manager-orders/{manager_order_id}/serving-order',
    room: 'mirroring',
    access: needs('orders:read'),
  },
  cancelManagerOrder: {
    method: 'POST',
    path: '/v1/manager-orders/{manager_order_id}/cancel',
    room: 'mirroring',
    access: needs('mirror:manage'),
  },
  listFollowerOrders: { method: 'GET', path: '/v1/follower-orders', room: 'mirroring', access: orSelf('orders:read') },
  getFollowerOrder: {
    method: 'GET',
    path: '/v1/follower-orders/{follower_order_id}',
    room: 'mirroring',
    access: orSelf('orders:read'),
  },
  settleFollowerOrder: {
    method: 'POST',
    path: '/v1/follower-orders/{follower_order_id}/settle',
    room: 'mirroring',
    access: orSelf('mirror:manage'),
  },
  reportFill: {
    method: 'POST',
    path: '/v1/follower-orders/{follower_order_id}/fills',
    room: 'mirroring',
    access: { kind: 'signature' },
  },
  listDeadLetters: { method: 'GET', path: '/v1/dead-letters', room: 'mirroring', access: needs('mirror:manage') },
  redriveDeadLetter: {
    method: 'POST',
    path: '/v1/dead-letters/{follower_order_id}/redrive',
    room: 'mirroring',
    access: needs('mirror:manage'),
  },
} as const satisfies Record<string, Route>;

export type RouteId = keyof typeof routes;
export type RouteIdOf<R extends ApiRoom> = {
  [K in RouteId]: (typeof routes)[K]['room'] extends R ? K : never;
}[RouteId];
/** The names in braces of a route's path: `'/v1/vaults/{vault_id}'` gives `'vault_id'`. */
export type PathNames<P extends string> = P extends `${string}{${infer N}}${infer Rest}` ? N | PathNames<Rest> : never;
