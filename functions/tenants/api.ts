import type { z } from 'zod';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { idempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { findTenant } from '../../shared/adapters/dynamo/lookups.ts';
import { putTenant } from '../../shared/adapters/dynamo/tenant-store.ts';
import { actingTenant, notFound } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { type Tenant, type tenantBody, tenantSchemas } from '../../shared/domain/tenants/tenant.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { id } from '../../shared/kit/ids.ts';
import { Refusal } from '../../shared/kit/refusal.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { clock } from '../edge/entropy.ts';
import { httpDoor } from '../edge/http.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';

const env = readEnv('tenants-api');
const table = openTable(env.table);

async function getMe({ principal }: ApiRequest): Promise<ApiAnswer> {
  const { subject, tenantId, role, followerId, scopes } = principal as Principal;
  return {
    body: { subject, tenant_id: tenantId ?? null, role: role ?? null, follower_id: followerId ?? null, scopes: [...scopes] },
  };
}

async function createTenant({ principal, body, seed, requestId }: ApiRequest<z.infer<typeof tenantBody>>): Promise<ApiAnswer> {
  const { subject, tenantId } = principal as Principal;
  if (tenantId !== undefined) throw new Refusal(409, 'already_in_tenant', 'You already belong to a tenant.');
  const now = timestamp(clock());
  const tenant: Tenant = { tenant_id: id('ten', seed), ...body, status: 'active', created_at: now, updated_at: now };
  return { body: await putTenant(table, tenant, { subject, request_id: requestId }) };
}

async function getTenant({ principal, params }: ApiRequest): Promise<ApiAnswer> {
  const tenant =
    params['tenant_id'] === actingTenant(principal as Principal) ? await findTenant(table, params['tenant_id']) : undefined;
  if (tenant === undefined) throw notFound('tenant');
  return { body: tenant };
}

export const handler = httpDoor(
  'tenants',
  tenantSchemas,
  { getMe, createTenant, getTenant },
  { idempotency: idempotencyStore(table) },
);
