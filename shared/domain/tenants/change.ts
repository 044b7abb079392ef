import { type Clock, timestamp } from '../../kit/clock.ts';
import { requireMatch } from '../contract/match.ts';
import { notFound, permit, resource } from './policy.ts';
import type { Principal } from './principal.ts';
import type { Tenant } from './tenant.ts';

export interface TenantChange {
  readonly principal: Principal;
  readonly tenantId: string;
  readonly patch: { readonly name?: string | undefined };
  readonly seed: string;
  readonly ifMatch?: string | undefined;
}

export interface TenantPorts {
  readonly clock: Clock;
  readonly find: (tenantId: string) => Promise<Tenant | undefined>;
  /** Whether this request has made its change already, when it is run again. */
  readonly made: (tenantId: string, seed: string) => Promise<boolean>;
  /** Writes, with the mark that `made` finds, only if nobody else changed the tenant since it was read. */
  readonly replace: (next: Tenant, before: Tenant) => Promise<boolean>;
}

const replaceTries = 10;
export const tenantTag = ({ ver }: Tenant): string => `"${ver}"`;

/** Changes a tenant's record. Run again with its seed it changes nothing a second time. */
export async function changeTenant(change: TenantChange, ports: TenantPorts): Promise<Tenant> {
  const { principal, tenantId, patch, seed, ifMatch } = change;
  for (let attempt = 1; attempt <= replaceTries; attempt += 1) {
    const tenant = await ports.find(tenantId);
    permit(principal, 'updateTenant', resource('tenant', tenant));
    if (tenant === undefined) throw notFound('tenant');
    if (await ports.made(tenantId, seed)) return tenant;
    requireMatch(ifMatch, tenantTag(tenant), 'tenant');
    const name = patch.name ?? tenant.name;
    const next = { ...tenant, name, ver: tenant.ver + 1, updated_at: timestamp(ports.clock()) };
    if (await ports.replace(next, tenant)) return next;
  }
  throw new Error(`tenant ${tenantId} was written by others ${replaceTries} times in a row`);
}
