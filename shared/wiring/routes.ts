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

export type ApiRoom = 'tenants' | 'vaults' | 'followers' | 'mirroring' | 'overlays' | 'billing' | 'entitlements' | 'contract';

/**
 * `public`: no token. `signed_in`: any valid token, also of a person without a tenant. Otherwise the scope that is
 * needed inside a tenant; with `orSelf` a person of role follower may also act on its own follower.
 */
export type RouteAccess =
  | { readonly kind: 'public' }
  /** No authorizer at the gateway: the function itself checks a follower's signature or, with this scope, a token. */
  | { readonly kind: 'signature'; readonly scope: Scope; readonly orSelf?: true }
  | { readonly kind: 'signed_in' }
  | {
      readonly kind: 'scope';
      readonly scope: Scope;
      readonly orSelf?: true;
      /** Any member may do it to itself. */
      readonly orOneself?: true;
    };

/** What a route acts on; whose it is decides who may (policy.ts). */
export type ResourceKind = 'tenant' | 'user' | 'vault' | 'manager_order' | 'follower' | 'follower_order' | 'invoice';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly room: ApiRoom;
  readonly access: RouteAccess;
  /** Absent: it acts on nothing that could be another tenant's. */
  readonly on?: ResourceKind;
  /** It may be about a follower instead, of one's own: who may do it to nothing else, does it to that. */
  readonly orOn?: 'follower';
  /** Who may see only a part of the thing is let in too, and gets that part. */
  readonly partly?: true;
  /** For tenants of this kind only. */
  readonly tenants?: 'manager';
  /** Needs no Idempotency-Key although it is no GET (SPEC 2). */
  readonly unkeyed?: true;
}

const open = { kind: 'public' } as const;
const signedIn = { kind: 'signed_in' } as const;
const needs = <S extends Scope>(scope: S) => ({ kind: 'scope', scope }) as const;
const orSelf = <S extends Scope>(scope: S) => ({ kind: 'scope', scope, orSelf: true }) as const;

const positions = '/v1/followers/{follower_id}/positions';
const reconciliation = '/v1/vaults/{vault_id}/reconciliation';

export const routes = {
  getOpenApi: { method: 'GET', path: '/v1/openapi.json', room: 'contract', access: open },
  getDocs: { method: 'GET', path: '/docs', room: 'contract', access: open },
  getDocsAsset: { method: 'GET', path: '/docs/{asset}', room: 'contract', access: open },
  getHealth: { method: 'GET', path: '/v1/health', room: 'contract', access: open },
  getMe: { method: 'GET', path: '/v1/me', room: 'tenants', access: signedIn },
  createToken: { method: 'POST', path: '/v1/auth/token', room: 'tenants', access: open, unkeyed: true },
  listUsers: { method: 'GET', path: '/v1/users', room: 'tenants', access: needs('tenant:manage') },
  createUser: { method: 'POST', path: '/v1/users', room: 'tenants', access: needs('tenant:manage') },
  updateUser: { method: 'PATCH', path: '/v1/users/{user_id}', room: 'tenants', access: needs('tenant:manage'), on: 'user' },
  deleteUser: {
    method: 'DELETE',
    path: '/v1/users/{user_id}',
    room: 'tenants',
    access: { kind: 'scope', scope: 'tenant:manage', orOneself: true },
    on: 'user',
  },
  createTenant: { method: 'POST', path: '/v1/tenants', room: 'tenants', access: signedIn },
  getTenant: { method: 'GET', path: '/v1/tenants/{tenant_id}', room: 'tenants', access: needs('tenant:manage'), on: 'tenant' },
  updateTenant: {
    method: 'PATCH',
    path: '/v1/tenants/{tenant_id}',
    room: 'tenants',
    access: needs('tenant:manage'),
    on: 'tenant',
  },
  listPlans: { method: 'GET', path: '/v1/plans', room: 'entitlements', access: open },
  getMySubscription: { method: 'GET', path: '/v1/subscriptions/me', room: 'entitlements', access: needs('billing:read') },
  createVault: { method: 'POST', path: '/v1/vaults', room: 'vaults', access: needs('mirror:manage'), tenants: 'manager' },
  listVaults: { method: 'GET', path: '/v1/vaults', room: 'vaults', access: needs('vault:read') },
  getVault: {
    method: 'GET',
    path: '/v1/vaults/{vault_id}',
    room: 'vaults',
    access: needs('vault:read'),
    on: 'vault',
    partly: true,
  },
  updateVault: {
    method: 'PATCH',
    path: '/v1/vaults/{vault_id}',
    room: 'vaults',
    access: needs('mirror:manage'),
    on: 'vault',
  },
  recordNav: {
    method: 'POST',
    path: '/v1/vaults/{vault_id}/nav',
    room: 'vaults',
    access: needs('mirror:manage'),
    on: 'vault',
  },
  listNav: { method: 'GET', path: '/v1/vaults/{vault_id}/nav', room: 'vaults', access: needs('vault:read'), on: 'vault' },
  createOverlay: {
    method: 'POST',
    path: '/v1/vaults/{vault_id}/overlay',
    room: 'overlays',
    access: orSelf('mirror:manage'),
    on: 'vault',
    orOn: 'follower',
  },
  listOverlays: {
    method: 'GET',
    path: '/v1/vaults/{vault_id}/overlays',
    room: 'overlays',
    access: orSelf('vault:read'),
    on: 'vault',
    orOn: 'follower',
  },
  deleteOverlay: {
    method: 'DELETE',
    path: '/v1/vaults/{vault_id}/overlays/{overlay_id}',
    room: 'overlays',
    access: orSelf('mirror:manage'),
    on: 'vault',
    orOn: 'follower',
  },
  createFollower: {
    method: 'POST',
    path: '/v1/vaults/{vault_id}/followers',
    room: 'followers',
    access: needs('follower:manage'),
    on: 'vault',
    partly: true,
  },
  listFollowers: {
    method: 'GET',
    path: '/v1/vaults/{vault_id}/followers',
    room: 'followers',
    access: needs('follower:manage'),
    on: 'vault',
    partly: true,
  },
  getFollower: {
    method: 'GET',
    path: '/v1/followers/{follower_id}',
    room: 'followers',
    access: orSelf('follower:manage'),
    on: 'follower',
    partly: true,
  },
  updateFollower: {
    method: 'PATCH',
    path: '/v1/followers/{follower_id}',
    room: 'followers',
    access: orSelf('follower:manage'),
    on: 'follower',
    partly: true,
  },
  deleteFollower: {
    method: 'DELETE',
    path: '/v1/followers/{follower_id}',
    room: 'followers',
    access: orSelf('follower:manage'),
    on: 'follower',
  },
  rotateFollowerKey: {
    method: 'POST',
    path: '/v1/followers/{follower_id}/rotate-key',
    room: 'followers',
    access: orSelf('follower:manage'),
    on: 'follower',
  },
  testFollower: {
    method: 'POST',
    path: '/v1/followers/{follower_id}/test-event',
    room: 'followers',
    access: orSelf('follower:manage'),
    on: 'follower',
  },
  recordFollowerNav: {
    method: 'POST',
    path: '/v1/followers/{follower_id}/nav',
    room: 'followers',
    access: orSelf('follower:manage'),
    on: 'follower',
  },
  reportPositions: { method: 'POST', path: positions, room: 'followers', access: orSelf('follower:manage'), on: 'follower' },
  listPositions: { method: 'GET', path: positions, room: 'followers', access: orSelf('orders:read'), on: 'follower' },
  previewFollower: {
    method: 'GET',
    path: '/v1/followers/{follower_id}/preview',
    room: 'mirroring',
    access: orSelf('vault:read'),
    on: 'follower',
  },
  createManagerOrder: {
    method: 'POST',
    path: '/v1/vaults/{vault_id}/manager-orders',
    room: 'mirroring',
    access: needs('mirror:manage'),
    on: 'vault',
  },
  listManagerOrders: { method: 'GET', path: '/v1/manager-orders', room: 'mirroring', access: needs('orders:read'), on: 'vault' },
  getManagerOrder: {
    method: 'GET',
    path: '/v1/manager-orders/{manager_order_id}',
    room: 'mirroring',
    access: needs('orders:read'),
    on: 'manager_order',
  },
  getServingOrder: {
    method: 'GET',
    path: '/v1/manager-orders/{manager_order_id}/serving-order',
    room: 'mirroring',
    access: needs('orders:read'),
    on: 'manager_order',
  },
  cancelManagerOrder: {
    method: 'POST',
    path: '/v1/manager-orders/{manager_order_id}/cancel',
    room: 'mirroring',
    access: needs('mirror:manage'),
    on: 'manager_order',
  },
  listFollowerOrders: {
    method: 'GET',
    path: '/v1/follower-orders',
    room: 'mirroring',
    access: orSelf('orders:read'),
    on: 'follower',
  },
  getFollowerOrder: {
    method: 'GET',
    path: '/v1/follower-orders/{follower_order_id}',
    room: 'mirroring',
    access: orSelf('orders:read'),
    on: 'follower_order',
  },
  settleFollowerOrder: {
    method: 'POST',
    path: '/v1/follower-orders/{follower_order_id}/settle',
    room: 'mirroring',
    access: orSelf('mirror:manage'),
    on: 'follower_order',
  },
  reportFill: {
    method: 'POST',
    path: '/v1/follower-orders/{follower_order_id}/fills',
    room: 'mirroring',
    access: { kind: 'signature', scope: 'follower:manage', orSelf: true },
    on: 'follower_order',
    unkeyed: true,
  },
  getReconciliation: { method: 'GET', path: reconciliation, room: 'mirroring', access: needs('orders:read'), on: 'vault' },
  reconcileVault: { method: 'POST', path: reconciliation, room: 'mirroring', access: needs('mirror:manage'), on: 'vault' },
  listDeadLetters: { method: 'GET', path: '/v1/dead-letters', room: 'mirroring', access: needs('mirror:manage') },
  redriveDeadLetter: {
    method: 'POST',
    path: '/v1/dead-letters/{follower_order_id}/redrive',
    room: 'mirroring',
    access: needs('mirror:manage'),
    on: 'follower_order',
  },
  changePlan: { method: 'POST', path: '/v1/subscriptions/change-plan', room: 'billing', access: needs('billing:manage') },
  previewChange: { method: 'GET', path: '/v1/subscriptions/change-preview', room: 'billing', access: needs('billing:read') },
  cancelSubscription: { method: 'POST', path: '/v1/subscriptions/cancel', room: 'billing', access: needs('billing:manage') },
  resumeSubscription: { method: 'POST', path: '/v1/subscriptions/resume', room: 'billing', access: needs('billing:manage') },
  openPortal: { method: 'POST', path: '/v1/subscriptions/portal', room: 'billing', access: needs('billing:manage') },
  listInvoices: { method: 'GET', path: '/v1/invoices', room: 'billing', access: needs('billing:read') },
  refundInvoice: {
    method: 'POST',
    path: '/v1/invoices/{invoice_id}/refund',
    room: 'billing',
    access: needs('billing:manage'),
    on: 'invoice',
  },
} as const satisfies Record<string, Route>;

export type RouteId = keyof typeof routes;
