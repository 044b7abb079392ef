import { id, ulidFromCause } from '../../kit/ids.ts';
import type { Effective } from '../entitlements/effective.ts';
import type { Principal } from './principal.ts';
import { type Role, roleScopes } from './roles.ts';
import type { Tenant } from './tenant.ts';

/** A member's id: the same for the same person in the same tenant, so that a token finds its row without a look-up. */
export const userIdOf = (tenantId: string, subject: string): string => id('usr', ulidFromCause(0, `${tenantId} ${subject}`));

/** What the table says of a caller at this moment. */
export interface Standing {
  readonly tenant: Pick<Tenant, 'kind' | 'status'> | undefined;
  /** Absent for who does not belong to the tenant (any more), and for machine clients, which are no members. */
  readonly member: { readonly role: Role; readonly follower_id?: string | undefined } | undefined;
  /** What its tenant's subscription gives at this moment. */
  readonly effective: Pick<Effective, 'plan_id' | 'entitlements'>;
}

/**
 * The caller as it stands now, whatever its token still says: a removed member has no tenant left, a changed role counts
 * at once (SPEC 3). A token with fewer scopes than its role gives keeps lacking those.
 */
export function present(principal: Principal, { tenant, member, effective }: Standing): Principal {
  const { role: _claimed, followerId: _own, scopes, ...who } = principal;
  if (tenant === undefined) return { ...who, scopes: new Set() };
  const { plan_id: plan, entitlements } = effective;
  const stands = { ...who, tenant: { kind: tenant.kind, status: tenant.status, plan, entitlements } };
  if (principal.machine) return { ...stands, scopes };
  if (member === undefined || principal.role === undefined) return { ...who, scopes: new Set() };
  // A token that lacks some of what its own role gives was narrowed on purpose, and stays so under any other.
  const narrowed = roleScopes[principal.role].some((scope) => !scopes.has(scope));
  return {
    ...stands,
    role: member.role,
    scopes: new Set(roleScopes[member.role].filter((scope) => !narrowed || principal.granted?.has(scope) === true)),
    ...(member.role === 'follower' && member.follower_id !== undefined ? { followerId: member.follower_id } : {}),
  };
}
