import { z } from 'zod';
import { scopes } from '../../wiring/routes.ts';
import { idOf, label, time } from '../contract/fields.ts';
import type { RoomSchemas } from '../contract/route-schema.ts';
import { roles } from './roles.ts';

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
export type Tenant = z.infer<typeof tenantRecord>;

const me = z.strictObject({
  subject: z.string(),
  tenant_id: idOf('ten').nullable(),
  role: z.enum(roles).nullable(),
  follower_id: idOf('fol').nullable(),
  scopes: z.array(z.enum(scopes)),
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
};
