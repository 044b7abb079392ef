import { z } from 'zod';
import { scopes } from '../../wiring/routes.ts';
import { idOf, label, listOf, pageQuery, time } from '../contract/fields.ts';
import type { RoomSchemas } from '../contract/route-schema.ts';
import { planIds } from '../entitlements/plans.ts';
import { entitlementFields } from '../entitlements/routes.ts';
import { memberBody, memberPatch, memberRecord } from './member.ts';
import { roles } from './roles.ts';
import { tokenAnswer, tokenBody, tokenCodes } from './token.ts';

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
  /** When an operator said its present status; what was said earlier and comes later no longer counts. */
  readonly status_at?: string;
  /** The event that said it: what it began in one run it goes on with in another. */
  readonly status_event?: string;
}
export const tenantView = ({ ver: _ver, status_at: _at, status_event: _event, ...record }: Tenant): TenantRecord => record;

const me = z.strictObject({
  subject: z.string(),
  tenant_id: idOf('ten').nullable(),
  role: z.enum(roles).nullable(),
  follower_id: idOf('fol').nullable(),
  scopes: z.array(z.enum(scopes)),
  /** What the tenant's plan gives; null without a tenant. */
  entitlements: z.strictObject({ plan_id: z.enum(planIds).nullable(), ...entitlementFields }).nullable(),
});

const userId = { user_id: idOf('usr') };

export const tenantSchemas: RoomSchemas<'tenants'> = {
  createToken: {
    summary: 'Exchange a code (PKCE), a refresh token or the credentials of a machine client for tokens',
    params: {},
    body: tokenBody,
    answer: { status: 200, schema: tokenAnswer, noStore: true },
    codes: tokenCodes,
  },
  listUsers: {
    summary: 'The members of your tenant',
    params: {},
    query: z.strictObject(pageQuery),
    answer: { status: 200, schema: listOf(memberRecord) },
    codes: ['cursor_invalid'],
  },
  createUser: {
    summary: 'Invite somebody to your tenant by e-mail',
    params: {},
    body: memberBody,
    answer: { status: 201, schema: memberRecord },
    codes: ['already_member', 'already_in_tenant', 'person_unconfirmed', 'follower_not_found', 'entitlement_required'],
  },
  updateUser: {
    summary: "Change a member's role; it counts from the next request on",
    params: userId,
    body: memberPatch,
    answer: { status: 200, schema: memberRecord },
    codes: ['user_not_found', 'last_owner', 'follower_not_found', 'precondition_failed', 'entitlement_required'],
  },
  deleteUser: {
    summary: 'Remove a member and end its sessions',
    params: userId,
    answer: { status: 200, schema: memberRecord },
    codes: ['user_not_found', 'last_owner'],
  },
  getMe: { summary: 'Who the token says you are', params: {}, answer: { status: 200, schema: me }, codes: [] },
  createTenant: {
    summary: 'Create the tenant of a signed-in person without one; the caller becomes its owner',
    params: {},
    body: tenantBody,
    answer: { status: 201, schema: tenantRecord },
    codes: ['already_in_tenant', 'person_required'],
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
