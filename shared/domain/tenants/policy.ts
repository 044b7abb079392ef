import { Refusal } from '../../kit/refusal.ts';
import { type ResourceKind, type Route, type RouteAccess, type RouteId, routes, type Scope } from '../../wiring/routes.ts';
import { featureRefusal, hasFeature } from '../entitlements/feature.ts';
import type { Principal } from './principal.ts';
import { userIdOf } from './standing.ts';

export interface FollowerParties {
  readonly follower_id: string;
  /** The tenant that registered the follower. */
  readonly tenant_id: string;
  /** The tenant of the vault's manager. */
  readonly vault_tenant_id: string;
}
interface Owned {
  readonly tenant_id: string;
}

/** What the decision needs to know of the things that routes act on: whose they are. */
interface Facts {
  readonly tenant: Owned;
  readonly user: Owned & { readonly user_id: string };
  readonly manager_order: Owned;
  readonly invoice: Owned;
  readonly vault: Owned & { readonly public: boolean };
  readonly follower: FollowerParties;
  readonly follower_order: FollowerParties;
}
export type Resource = { readonly [K in ResourceKind]: { readonly kind: K; readonly facts: Facts[K] } }[ResourceKind];

/** A thing that was read, as the policy takes it; what was not found stays undefined. */
export const resource = <K extends ResourceKind>(kind: K, facts: Facts[K] | undefined): Resource | undefined =>
  facts === undefined ? undefined : ({ kind, facts } as Resource);

/** How much of a thing a caller may see. */
export type Sight = 'full' | 'part';
export type Decision = { readonly allowed: true; readonly sight: Sight } | { readonly allowed: false; readonly refusal: Refusal };

/**
 * The one decision (SPEC 3): may this principal do this to that? Whatever is not allowed here is refused with a code. A
 * thing that is not there and one that the caller may not know of are the same 404. Entitlements come on top of it.
 */
export function decide(principal: Principal | undefined, action: RouteId, on?: Resource): Decision {
  const route: Route = routes[action];
  const refusal = whyNotTry(principal, route);
  if (refusal !== undefined) return { allowed: false, refusal };
  if (route.on === undefined) return { allowed: true, sight: 'full' };
  const isAbout = on !== undefined && (on.kind === route.on || on.kind === route.orOn);
  const sight = isAbout && principal?.tenant !== undefined ? sightOf(principal, on) : 'none';
  if (sight === 'full') return { allowed: true, sight };
  if (sight === 'part' && route.partly === true) return { allowed: true, sight };
  return { allowed: false, refusal: notFound(isAbout ? on.kind : route.on) };
}

/** The decision as far as it can be made before anything was read: who calls, and what the route asks for. */
export function mayTry(principal: Principal | undefined, action: RouteId): void {
  const refusal = whyNotTry(principal, routes[action]);
  if (refusal !== undefined) throw refusal;
}

/** Lets the caller in and says how much it may see, or throws the refusal. A thing that was not found is undefined. */
export function permit(principal: Principal | undefined, action: RouteId, on: Resource | undefined): Sight {
  const decision = decide(principal, action, on);
  if (!decision.allowed) throw decision.refusal;
  return decision.sight;
}

function whyNotTry(principal: Principal | undefined, route: Route): Refusal | undefined {
  const { access } = route;
  if (access.kind === 'public') return undefined;
  // Who signs is no principal: the function holds the signature against the follower's keys.
  if (access.kind === 'signature' && principal === undefined) return undefined;
  if (principal === undefined) return new Refusal(401, 'unauthenticated', 'A valid access token is needed.');
  const barred = whyNotMachine(principal);
  if (barred !== undefined || access.kind === 'signed_in') return barred;
  if (principal.tenantId === undefined) return new Refusal(403, 'tenant_required', 'The token names no tenant.');
  if (principal.tenant === undefined) return new Refusal(403, 'not_a_member', 'You do not belong to the tenant of the token.');
  if (!principal.scopes.has(access.scope) && !mayAsOneself(principal, access))
    return new Refusal(403, 'scope_required', `The scope ${access.scope} is needed.`, { extra: { scope: access.scope } });
  return whyNotTenant(principal.tenant, route, access.scope);
}

/** A machine client of a tenant whose plan has none is let in nowhere (SPEC 5). */
function whyNotMachine({ machine, tenant }: Principal): Refusal | undefined {
  if (!machine || tenant === undefined || hasFeature(tenant.entitlements, 'machine_clients')) return undefined;
  return featureRefusal(tenant, 'machine_clients');
}

/** What a person may do to its own follower, or to its own membership, without the scope. */
function mayAsOneself(principal: Principal, access: Extract<RouteAccess, { readonly scope: Scope }>): boolean {
  if ('orOneself' in access) return principal.role !== undefined;
  return access.orSelf === true && principal.followerId !== undefined;
}

/** What the tenant's own kind and state forbid. A suspended one may read and pay, nothing else (SPEC 3). */
function whyNotTenant({ kind, status }: NonNullable<Principal['tenant']>, route: Route, scope: string): Refusal | undefined {
  if (status === 'closed') return new Refusal(403, 'tenant_closed', 'The tenant is closed.');
  const readsOrPays = route.method === 'GET' || scope === 'billing:manage';
  if (status === 'suspended' && !readsOrPays) return tenantSuspended();
  if (route.tenants === 'manager' && kind !== 'manager') return new Refusal(403, 'tenant_kind', 'A client owns no vaults.');
  return undefined;
}

/**
 * A person of role follower sees its own follower and nothing of anyone else. A tenant sees its own things whole, of others'
 * public vaults what is public, and of other tenants' followers on its vaults id, mode, state and counts (SPEC 3).
 */
function sightOf(principal: Principal, { kind, facts }: Resource): Sight | 'none' {
  if (kind === 'follower' || kind === 'follower_order') return followerSight(principal, facts);
  if (kind === 'user' && !principal.scopes.has('tenant:manage'))
    return facts.user_id === userIdOf(String(principal.tenantId), principal.subject) ? 'full' : 'none';
  // A follower's person has no part in what is its tenant's as a whole.
  if (principal.role === 'follower') return 'none';
  if (facts.tenant_id === principal.tenantId) return 'full';
  return kind === 'vault' && facts.public ? 'part' : 'none';
}

function followerSight(principal: Principal, { follower_id, tenant_id, vault_tenant_id }: FollowerParties): Sight | 'none' {
  if (principal.role === 'follower' && principal.followerId !== follower_id) return 'none';
  if (tenant_id === principal.tenantId) return 'full';
  return vault_tenant_id === principal.tenantId && principal.role !== 'follower' ? 'part' : 'none';
}

export const tenantSuspended = (): Refusal =>
  new Refusal(403, 'tenant_suspended', 'The tenant is suspended: it may read and pay, nothing else.');

/** The tenant that acts; every route with a scope has one (mayTry saw to it). */
export function actingTenant(principal: Principal): string {
  if (principal.tenantId === undefined) throw new Refusal(403, 'tenant_required', 'The token names no tenant.');
  return principal.tenantId;
}

/** A resource of another tenant does not exist for the caller (SPEC 3: 404, not 403). */
export const notFound = (what: ResourceKind | 'overlay' | 'nav'): Refusal =>
  new Refusal(404, `${what}_not_found`, `There is no such ${what.replaceAll('_', ' ')}.`);
