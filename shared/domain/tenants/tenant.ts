import { z } from 'zod';
import { scopes } from '../../wiring/routes.ts';
import { idOf, label, time } from '../contract/fields.ts';
import type { RoomSchemas } from '../contract/route-schema.ts';
import { roles } from './roles.ts';

export const tenantPatch = z.strictObject({ name: label.optional() });
export const tenantBody = z.strictObject({ name: label, kind: z.enum(['manager', 'client']) });
export const tenantRecord = z
  .strictObject({
    tenant_id: idOf('ten'),
    name: label,
    kind: z.enum(['manager', 'client']),
    status: z.enum(['active', 'suspended', 'closed']),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Tenant' });
export type TenantRecord = z.infer<typeof tenantRecord>;
/** The tenant's item: the record, and a version that grows with every write. */
export interface Tenant extends TenantRecord {
  readonly ver: number;
}
export const tenantView = ({ ver: _ver, ...record }: Tenant): TenantRecord => record;

const me = z.strictObject({
  subject: z.string(),
  tenant_id: idOf('ten').nullable(),
  role: z.enum(roles).nullable(),
  follower_id: idOf('fol').nullable(),
  scopes: z.array(z.enum(scopes)),
  /** What the tenant's plan gives; null without a tenant. */
  entitlements: z.strictObject({ plan_id: z.string(), requests_per_minute: z.int() }).nullable(),
});

export const tenantSchemas: RoomSchemas<'tenants'> = {
  getMe: { summary: 'Who the token says you are', params: {}, answer: { status: 200, schema: me }, codes: [] },
  createTenant: {
    summary: 'Create the tenant of a signed-in person without one; the caller becomes its owner',
    params: {},
    body: tenantBody,
    answer: { status: 201, schema: tenantRecord },
    codes: ['already_in_tenant'],
  },
  getTenant: {
    summary: 'Read your tenant',
    params: { tenant_id: idOf('ten') },
    answer: { status: 200, schema: tenantRecord },
    codes: ['tenant_not_found'],
  },
  updateTenant: {
    summary: 'Change your tenant',
    params: { tenant_id: idOf('ten') },
    body: tenantPatch,
    answer: { status: 200, schema: tenantRecord },
    codes: ['tenant_not_found', 'precondition_failed'],
  },
};
