import type { Member } from '../../domain/tenants/member.ts';
import { userIdOf } from '../../domain/tenants/standing.ts';
import { type Tenant, tenantView } from '../../domain/tenants/tenant.ts';
import { ulidOf } from '../../kit/ids.ts';
import { Refusal } from '../../kit/refusal.ts';
import { type Table, transacted } from './client.ts';
import { keys } from './keys.ts';
import { findTenant, getItem } from './lookups.ts';
import { memberItem } from './members.ts';
import { isMarked, requestMark } from './request-mark.ts';

/**
 * Stores a new tenant with its first owner. Saying it again with the same id gives what is there; a person who already
 * belongs to a tenant is refused.
 */
export async function putTenant(table: Table, tenant: Tenant, owner: { subject: string; request_id: string }): Promise<Tenant> {
  const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
  const put = (Item: Record<string, unknown>) => ({ Put: { TableName: table.name, Item, ...condition } });
  const { tenant_id } = tenant;
  if (table.cross?.({ to: 'new tenant', tenant_id }) === false) refuseSecond();
  const event = {
    ...keys.audit(tenant_id, tenant_id, tenant.created_at, ulidOf(tenant_id)),
    action: 'tenant.created',
    by: owner.subject,
    request_id: owner.request_id,
    after: tenantView(tenant),
  };
  const items = [
    { ...keys.subject(owner.subject), tenant_id },
    { ...keys.tenant(tenant_id), ...tenant },
    memberItem(founderOf(tenant, owner.subject)),
    event,
  ];
  if (await transacted(table, items.map(put))) return tenant;
  return (await existing(table, tenant_id, owner.subject)) ?? refuseSecond();
}

/** Its address is not in an access token: the next token brings it (domain/tenants/claims.ts). */
const founderOf = ({ tenant_id, created_at }: Tenant, subject: string): Member => ({
  tenant_id,
  user_id: userIdOf(tenant_id, subject),
  subject,
  role: 'owner',
  status: 'active',
  created_at,
  updated_at: created_at,
  ver: 1,
});

async function existing(table: Table, tenantId: string, subject: string): Promise<Tenant | undefined> {
  const membership = await getItem(table, keys.subject(subject));
  return membership?.['tenant_id'] === tenantId ? findTenant(table, tenantId) : undefined;
}

function refuseSecond(): never {
  throw new Refusal(409, 'already_in_tenant', 'You already belong to a tenant.');
}

/** Whether a request has changed the tenant's record, or one of its members, already. */
export const tenantChangeMade = (table: Table, tenantId: string, seed: string): Promise<boolean> =>
  isMarked(table, keys.tenantChanged(tenantId, seed));

/**
 * Writes a tenant's record with its audit event and the request's mark, if nobody else changed it since it was read: before the
 * mark was asked for. `event_id` is the request's seed.
 */
export async function replaceTenant(
  table: Table,
  next: Tenant,
  before: Tenant,
  event: { action: string; by: string; request_id: string; event_id: string; why?: string },
): Promise<boolean> {
  const { event_id, ...what } = event;
  const Item = {
    ...keys.audit(next.tenant_id, next.tenant_id, next.updated_at, event_id),
    ...what,
    before: tenantView(before),
    after: tenantView(next),
  };
  const Put = {
    TableName: table.name,
    Item: { ...keys.tenant(next.tenant_id), ...next },
    ConditionExpression: 'ver = :read',
    ExpressionAttributeValues: { ':read': before.ver },
  };
  const mark = requestMark(keys.tenantChanged(next.tenant_id, event_id), next.updated_at);
  return transacted(table, [{ Put }, ...[Item, mark].map((it) => ({ Put: { TableName: table.name, Item: it } }))]);
}
