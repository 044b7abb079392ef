import { Refusal } from '../../kit/refusal.ts';
import type { RouteAccess } from '../../wiring/routes.ts';
import type { Principal } from './principal.ts';

/** Decides by route alone: may this principal try at all? Deny by default; the coded refusal says what is missing. */
export function authorizeRoute(principal: Principal | undefined, access: RouteAccess): void {
  if (access.kind === 'public' || access.kind === 'signature') return;
  if (principal === undefined) throw new Refusal(401, 'unauthenticated', 'A valid access token is needed.');
  if (access.kind === 'signed_in') return;
  if (principal.tenantId === undefined) throw new Refusal(403, 'tenant_required', 'The token names no tenant.');
  if (principal.scopes.has(access.scope)) return;
  if (access.orSelf === true && principal.followerId !== undefined) return;
  throw new Refusal(403, 'scope_required', `The scope ${access.scope} is needed.`, { extra: { scope: access.scope } });
}

/** The tenant that acts; every route with a scope has one (authorizeRoute saw to it). */
export function actingTenant(principal: Principal): string {
  if (principal.tenantId === undefined) throw new Refusal(403, 'tenant_required', 'The token names no tenant.');
  return principal.tenantId;
}

/** A resource of another tenant does not exist for the caller (SPEC 3: 404, not 403). */
export const notFound = (what: string): Refusal =>
  new Refusal(404, `${what}_not_found`, `There is no such ${what.replaceAll('_', ' ')}.`);

/** A person of role follower sees and changes only its own follower. */
export function requireSelf(principal: Principal, followerId: string): void {
  if (principal.role === 'follower' && principal.followerId !== followerId) throw notFound('follower');
}

export interface FollowerParties {
  readonly follower_id: string;
  /** The tenant that registered the follower. */
  readonly tenant_id: string;
  /** The tenant of the vault's manager. */
  readonly vault_tenant_id: string;
}

/**
 * What the caller may see of a follower: `full` for its own tenant or itself, `redacted` for the vault's manager
 * (id, mode, state and counts; SPEC 3); for anybody else it does not exist.
 */
export function followerView(principal: Principal, follower: FollowerParties): 'full' | 'redacted' {
  requireSelf(principal, follower.follower_id);
  if (principal.tenantId === follower.tenant_id) return 'full';
  if (principal.tenantId === follower.vault_tenant_id && principal.role !== 'follower') return 'redacted';
  throw notFound('follower');
}
