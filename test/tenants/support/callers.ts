import type { Principal } from '../../../shared/domain/tenants/principal.ts';
import { type Role, roleScopes } from '../../../shared/domain/tenants/roles.ts';
import { on } from '../../entitlements/support/room.ts';

/** A person of a role in a tenant, as the door admits one. */
export const personOf = (role: Role, tenantId: string, more: Partial<Principal> = {}): Principal => ({
  subject: `${role} of ${tenantId}`,
  machine: false,
  tenantId,
  role,
  scopes: new Set(roleScopes[role]),
  tenant: { kind: 'manager', status: 'active', ...on('institutional') },
  ...more,
});

export const ownerOf = (tenantId: string, more: Partial<Principal> = {}): Principal => personOf('owner', tenantId, more);
