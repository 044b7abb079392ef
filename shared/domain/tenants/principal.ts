import { isId } from '../../kit/ids.ts';
import { type Scope, scopePrefix, scopes } from '../../wiring/routes.ts';
import type { Entitled } from '../entitlements/feature.ts';
import { type Role, roleScopes, roles } from './roles.ts';
import type { Tenant } from './tenant.ts';

/** Who calls, as the verified access token says it; never taken from the request (SPEC 3). */
export interface Principal {
  readonly subject: string;
  /** A client of its own credentials: no person, no member, exactly its scopes. */
  readonly machine: boolean;
  readonly tenantId?: string;
  readonly role?: Role;
  readonly followerId?: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The scopes that the token was issued with, whatever its role makes of them. */
  readonly granted?: ReadonlySet<Scope>;
  /** The tenant as it stands now: there only once the caller was found to belong to it (standing.ts). */
  readonly tenant?: { readonly kind: Tenant['kind']; readonly status: Tenant['status'] } & Entitled;
}

export type Claims = Readonly<Record<string, string | undefined>>;

/**
 * The principal of an access token's claims. A person's scopes are those of the role that the token names too; a
 * machine client (no role) has exactly the token's. An unknown role has nothing.
 */
export function principalOf(claims: Claims): Principal {
  const granted = (claims['scope'] ?? '').split(' ').map(withoutPrefix);
  const role = roles.find((r) => r === claims['role']);
  const allowed: readonly Scope[] = claims['role'] === undefined ? scopes : role ? roleScopes[role] : [];
  return {
    subject: claims['sub'] ?? claims['client_id'] ?? '',
    // A person who has no tenant yet has no role either; of a machine the subject is the client.
    machine: claims['role'] === undefined && (claims['tenant_id'] !== undefined || claims['sub'] === claims['client_id']),
    scopes: new Set(allowed.filter((s) => granted.includes(s))),
    granted: new Set(scopes.filter((s) => granted.includes(s))),
    // What has not the form of an id names no tenant.
    ...(isId('ten', claims['tenant_id'] ?? '') ? { tenantId: claims['tenant_id'] as string } : {}),
    ...(role === undefined ? {} : { role }),
    ...(role === 'follower' && claims['follower_id'] !== undefined ? { followerId: claims['follower_id'] } : {}),
  };
}

const withoutPrefix = (text: string): string => (text.startsWith(scopePrefix) ? text.slice(scopePrefix.length) : text);
