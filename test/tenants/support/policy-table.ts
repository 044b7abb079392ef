import type { decide as decideNow, Resource } from '../../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../../shared/domain/tenants/principal.ts';
import { type Role, roles } from '../../../shared/domain/tenants/roles.ts';
import { userIdOf } from '../../../shared/domain/tenants/standing.ts';
import type { Refusal } from '../../../shared/kit/refusal.ts';
import { type RouteId, routes, type Scope, scopes } from '../../../shared/wiring/routes.ts';
import { on } from '../../entitlements/support/room.ts';
import { personOf } from './callers.ts';

/**
 * SPEC 3 and 4 once more, written by hand and beside the code: who may do what to whose things. A new route does not compile
 * without a row here.
 */
interface Row {
  readonly to: 'anybody' | 'signed_in' | Scope;
  /** What it acts on; `of others` says what remains of another tenant's. */
  readonly on?: Resource['kind'];
  /** Or on a follower instead. */
  readonly orOn?: 'follower';
  readonly self?: true;
  /** Of another tenant's public vault, or of another tenant's follower on one's own vault: a part. */
  readonly part?: true;
  readonly managersOnly?: true;
  /** Any member may do it to itself. */
  readonly oneself?: true;
  /** A follower's signature does instead of a token. */
  readonly signed?: true;
}

export const contract: { readonly [Id in RouteId]: Row } = {
  getOpenApi: { to: 'anybody' },
  getDocs: { to: 'anybody' },
  getDocsAsset: { to: 'anybody' },
  getHealth: { to: 'anybody' },
  getMe: { to: 'signed_in' },
  createToken: { to: 'anybody' },
  listUsers: { to: 'tenant:manage' },
  createUser: { to: 'tenant:manage' },
  updateUser: { to: 'tenant:manage', on: 'user' },
  deleteUser: { to: 'tenant:manage', on: 'user', oneself: true },
  createTenant: { to: 'signed_in' },
  getTenant: { to: 'tenant:manage', on: 'tenant' },
  updateTenant: { to: 'tenant:manage', on: 'tenant' },
  listPlans: { to: 'anybody' },
  getMySubscription: { to: 'billing:read' },
  createVault: { to: 'mirror:manage', managersOnly: true },
  listVaults: { to: 'vault:read' },
  getVault: { to: 'vault:read', on: 'vault', part: true },
  updateVault: { to: 'mirror:manage', on: 'vault' },
  recordNav: { to: 'mirror:manage', on: 'vault' },
  listNav: { to: 'vault:read', on: 'vault' },
  createOverlay: { to: 'mirror:manage', on: 'vault', orOn: 'follower', self: true },
  listOverlays: { to: 'vault:read', on: 'vault', orOn: 'follower', self: true },
  deleteOverlay: { to: 'mirror:manage', on: 'vault', orOn: 'follower', self: true },
  createFollower: { to: 'follower:manage', on: 'vault', part: true },
  listFollowers: { to: 'follower:manage', on: 'vault', part: true },
  getFollower: { to: 'follower:manage', on: 'follower', self: true, part: true },
  updateFollower: { to: 'follower:manage', on: 'follower', self: true, part: true },
  deleteFollower: { to: 'follower:manage', on: 'follower', self: true },
  rotateFollowerKey: { to: 'follower:manage', on: 'follower', self: true },
  testFollower: { to: 'follower:manage', on: 'follower', self: true },
  recordFollowerNav: { to: 'follower:manage', on: 'follower', self: true },
  reportPositions: { to: 'follower:manage', on: 'follower', self: true },
  listPositions: { to: 'orders:read', on: 'follower', self: true },
  previewFollower: { to: 'vault:read', on: 'follower', self: true },
  createManagerOrder: { to: 'mirror:manage', on: 'vault' },
  listManagerOrders: { to: 'orders:read', on: 'vault' },
  getManagerOrder: { to: 'orders:read', on: 'manager_order' },
  getServingOrder: { to: 'orders:read', on: 'manager_order' },
  cancelManagerOrder: { to: 'mirror:manage', on: 'manager_order' },
  listFollowerOrders: { to: 'orders:read', on: 'follower', self: true },
  getFollowerOrder: { to: 'orders:read', on: 'follower_order', self: true },
  settleFollowerOrder: { to: 'mirror:manage', on: 'follower_order', self: true },
  reportFill: { to: 'follower:manage', on: 'follower_order', self: true, signed: true },
  getReconciliation: { to: 'orders:read', on: 'vault' },
  reconcileVault: { to: 'mirror:manage', on: 'vault' },
  listDeadLetters: { to: 'mirror:manage' },
  redriveDeadLetter: { to: 'mirror:manage', on: 'follower_order' },
  changePlan: { to: 'billing:manage' },
  previewChange: { to: 'billing:read' },
  cancelSubscription: { to: 'billing:manage' },
  resumeSubscription: { to: 'billing:manage' },
  openPortal: { to: 'billing:manage' },
  listInvoices: { to: 'billing:read' },
  refundInvoice: { to: 'billing:manage', on: 'invoice' },
};

/** SPEC 3, the roles' table. */
const granted: Record<Role, readonly Scope[]> = {
  owner: scopes,
  ops: ['vault:read', 'mirror:manage', 'orders:read', 'follower:manage', 'audit:read'],
  auditor: ['vault:read', 'orders:read', 'billing:read', 'audit:read'],
  follower: [],
};

const [own, other, third] = ['ten_own', 'ten_other', 'ten_third'];
const self = 'fol_self';

export interface CallerCase {
  readonly name: string;
  readonly principal: Principal | undefined;
  readonly scopes: readonly Scope[];
  readonly follower?: true;
  /** The code that every route with a scope answers, whatever it is about. */
  readonly stopped?: string;
  /** As `stopped`, for what is neither reading nor paying. */
  readonly readsOnly?: true;
  readonly client?: true;
  /** The code that every route answers but the public ones. */
  readonly everywhere?: string;
}

const stands = { kind: 'manager', status: 'active', ...on('institutional') } as const;
const machine = (name: string, held: readonly Scope[]): CallerCase => ({
  name: `a machine client ${name}`,
  principal: { subject: 'm', machine: true, tenantId: own, scopes: new Set(held), tenant: stands },
  scopes: held,
});
const barred = {
  principal: { subject: 'm', machine: true, tenantId: own, scopes: new Set(scopes), tenant: { ...stands, ...on('pro') } },
  everywhere: 'entitlement_required',
} as const;
const owner = (name: string, more: Partial<Principal>, said: Partial<CallerCase> = {}): CallerCase => ({
  name,
  principal: personOf('owner', own, more),
  scopes: scopes,
  ...said,
});
const { tenant: _none, ...removed } = personOf('owner', own);

export const callers: readonly CallerCase[] = [
  ...roles.map(
    (role): CallerCase => ({
      name: role,
      principal: personOf(role, own, role === 'follower' ? { followerId: self } : {}),
      scopes: granted[role],
      ...(role === 'follower' ? { follower: true } : {}),
    }),
  ),
  machine('with every scope', scopes),
  machine('without any', []),
  { ...machine('of a plan without any', scopes), ...barred },
  {
    name: 'a machine client of a tenant that is not there',
    principal: { subject: 'm', machine: true, tenantId: own, scopes: new Set(scopes) },
    scopes,
    stopped: 'not_a_member',
  },
  owner('the owner of a tenant on pro', { tenant: { ...stands, ...on('pro') } }),
  ...scopes.map((scope) => machine(`with ${scope}`, [scope])),
  owner('the owner of a client', { tenant: { ...stands, kind: 'client' } }, { client: true }),
  owner('the owner of a suspended tenant', { tenant: { ...stands, status: 'suspended' } }, { readsOnly: true }),
  owner('the owner of a closed tenant', { tenant: { ...stands, status: 'closed' } }, { stopped: 'tenant_closed' }),
  { name: 'a removed member', principal: removed, scopes, stopped: 'not_a_member' },
  {
    name: 'a person without a tenant',
    principal: { subject: 'p', machine: false, scopes: new Set(scopes) },
    scopes,
    stopped: 'tenant_required',
  },
  { name: 'nobody', principal: undefined, scopes: [], stopped: 'unauthenticated' },
];

/** Whose the thing is, seen from the caller's tenant. */
const whoses = ['own', 'oneself', 'other', 'public', 'on own vault', 'own of another', 'missing'] as const;
type Whose = (typeof whoses)[number];

function thing(kind: Resource['kind'], whose: Whose, subject?: string): Resource | undefined {
  if (whose === 'missing') return undefined;
  if (kind === 'user') {
    const tenant_id = whose === 'own' || whose === 'oneself' ? own : other;
    return {
      kind,
      facts: { tenant_id, user_id: whose === 'oneself' && subject !== undefined ? userIdOf(own, subject) : 'usr_x' },
    };
  }
  if (kind === 'vault')
    return { kind, facts: { tenant_id: whose === 'own' || whose === 'oneself' ? own : other, public: whose === 'public' } };
  if (kind !== 'follower' && kind !== 'follower_order')
    return { kind, facts: { tenant_id: whose === 'own' || whose === 'oneself' ? own : other } };
  const tenant_id = ['own', 'oneself', 'own of another'].includes(whose) ? own : other;
  const vault_tenant_id = ['own', 'oneself', 'on own vault'].includes(whose) ? own : third;
  return { kind, facts: { follower_id: whose === 'own of another' ? 'fol_another' : self, tenant_id, vault_tenant_id } };
}

/** What SPEC says: `full`, `part`, or the code of the refusal. */
export function codeOf(id: RouteId, caller: CallerCase, whose: Whose, on = contract[id].on): string {
  const row = contract[id];
  const { method } = routes[id];
  if (row.to !== 'anybody') {
    if (caller.principal === undefined) return row.signed ? `${row.on}_not_found` : 'unauthenticated';
    if (caller.everywhere !== undefined) return caller.everywhere;
    if (row.to !== 'signed_in') {
      if (caller.stopped !== undefined && caller.stopped !== 'tenant_closed') return caller.stopped;
      const asOneself = (row.self && caller.follower) || (row.oneself && caller.principal.role !== undefined);
      if (!caller.scopes.includes(row.to) && !asOneself) return 'scope_required';
      if (caller.stopped !== undefined) return caller.stopped;
      if (caller.readsOnly && method !== 'GET' && row.to !== 'billing:manage') return 'tenant_suspended';
      if (row.managersOnly && caller.client) return 'tenant_kind';
    }
  }
  return on === undefined ? 'full' : expectedOn(row, on, caller, whose);
}

function expectedOn(row: Row, on: Resource['kind'], caller: CallerCase, whose: Whose): string {
  const none = `${on}_not_found`;
  if (caller.principal === undefined) return none;
  if (on === 'user') {
    if (whose === 'oneself') return 'full';
    return whose === 'own' && caller.scopes.includes('tenant:manage') ? 'full' : none;
  }
  const ofFollower = on === 'follower' || on === 'follower_order';
  if (!ofFollower && caller.follower) return none;
  if (ofFollower && caller.follower) return whose === 'own' || whose === 'oneself' ? 'full' : none;
  if (whose === 'own' || whose === 'oneself' || (ofFollower && whose === 'own of another')) return 'full';
  const partly = (on === 'vault' && whose === 'public') || (ofFollower && whose === 'on own vault');
  return partly && row.part ? 'part' : none;
}

type Decide = typeof decideNow;
const told = (decision: ReturnType<Decide>): string => (decision.allowed ? decision.sight : (decision.refusal as Refusal).code);

const aboutOf = (id: RouteId) => {
  const { on, orOn } = contract[id];
  return orOn === undefined ? [on] : [on, orOn];
};

/** Every route x every caller x everything it may be about: where a decision is not the contract's. */
export function faults(decide: Decide): string[] {
  return (Object.keys(contract) as RouteId[]).flatMap((id) =>
    callers.flatMap((caller) =>
      whoses.flatMap((whose) =>
        aboutOf(id).flatMap((on) => {
          const about = on === undefined ? undefined : thing(on, whose, caller.principal?.subject);
          const is = told(decide(caller.principal, id, about));
          // Of what is not there nobody knows what it would have been.
          const should = codeOf(id, caller, whose, about === undefined ? contract[id].on : on);
          return is === should ? [] : [`${id}, ${caller.name}, ${whose} ${on}: ${is}, not ${should}`];
        }),
      ),
    ),
  );
}

/** A decision about a thing of another kind than the route's is one about nothing. */
export function confusions(decide: Decide): string[] {
  const kinds: Resource['kind'][] = ['tenant', 'user', 'vault', 'manager_order', 'follower', 'follower_order', 'invoice'];
  return (Object.keys(contract) as RouteId[]).flatMap((id) => {
    const on = contract[id].on;
    const wrong = on === undefined ? [] : kinds.filter((kind) => kind !== on && kind !== contract[id].orOn);
    return wrong.flatMap((kind) =>
      decide(personOf('owner', own), id, thing(kind, 'own')).allowed ? [`${id} on a ${kind}`] : [],
    );
  });
}
