import type { z } from 'zod';
import { peoplePool } from '../../shared/adapters/cognito/people.ts';
import { tokenEndpoint } from '../../shared/adapters/cognito/token-endpoint.ts';
import { idempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { findTenant } from '../../shared/adapters/dynamo/lookups.ts';
import { putTenant, replaceTenant, tenantChangeMade } from '../../shared/adapters/dynamo/tenant-store.ts';
import { changeTenant, tenantTag } from '../../shared/domain/tenants/change.ts';
import { notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { type Tenant, type tenantBody, type tenantPatch, tenantSchemas, tenantView } from '../../shared/domain/tenants/tenant.ts';
import { exchangeToken, type TokenBody } from '../../shared/domain/tenants/token.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { id } from '../../shared/kit/ids.ts';
import { Refusal } from '../../shared/kit/refusal.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { callersIn } from '../edge/admit.ts';
import { clock } from '../edge/entropy.ts';
import { httpDoor } from '../edge/http.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { callersTable } from '../edge/scope.ts';
import { members } from './members.ts';

const env = readEnv('tenants-api');
const table = callersTable('tenants-api', env);

const clientIds = env.clientIds.split(',');
const ask = tokenEndpoint(env.signInDomain, limits.issuerTimeoutMs);

async function createToken({ body }: ApiRequest<TokenBody>): Promise<ApiAnswer> {
  return { body: await exchangeToken(body, { clientIds, ask }) };
}

async function getMe({ principal }: ApiRequest): Promise<ApiAnswer> {
  const { subject, tenantId, tenant, role, followerId, scopes } = principal as Principal;
  const tenant_id = tenant === undefined ? null : tenantId;
  const entitlements = tenant === undefined ? null : { plan_id: tenant.plan, ...tenant.entitlements };
  return { body: { subject, tenant_id, role: role ?? null, follower_id: followerId ?? null, scopes: [...scopes], entitlements } };
}

async function createTenant({ principal, body, seed, requestId }: ApiRequest<z.infer<typeof tenantBody>>): Promise<ApiAnswer> {
  const { subject, machine, tenant: present } = principal as Principal;
  if (machine) throw new Refusal(403, 'person_required', 'Only a person can be the owner of a tenant.');
  if (present !== undefined) throw new Refusal(409, 'already_in_tenant', 'You already belong to a tenant.');
  const now = timestamp(clock());
  const tenant: Tenant = { tenant_id: id('ten', seed), ...body, status: 'active', created_at: now, updated_at: now, ver: 1 };
  return shown(await putTenant(table, tenant, { subject, request_id: requestId }));
}

const shown = (tenant: Tenant): ApiAnswer => ({ body: tenantView(tenant), etag: tenantTag(tenant) });

async function getTenant({ principal, params }: ApiRequest): Promise<ApiAnswer> {
  const tenant = await findTenant(table, params['tenant_id'] as string);
  permit(principal, 'getTenant', resource('tenant', tenant));
  if (tenant === undefined) throw notFound('tenant');
  return shown(tenant);
}

async function updateTenant(request: ApiRequest<z.infer<typeof tenantPatch>>): Promise<ApiAnswer> {
  const { params, body, ifMatch, seed, requestId } = request;
  const principal = request.principal as Principal;
  const event = { action: 'tenant.changed', by: principal.subject, request_id: requestId, event_id: seed };
  const change = { principal, tenantId: params['tenant_id'] as string, patch: body, seed, ifMatch };
  const tenant = await changeTenant(change, {
    clock,
    find: (tenantId) => findTenant(table, tenantId),
    made: (tenantId, madeBy) => tenantChangeMade(table, tenantId, madeBy),
    replace: (next, before) => replaceTenant(table, next, before, event),
  });
  return shown(tenant);
}

export const handler = httpDoor(
  'tenants',
  tenantSchemas,
  { ...members({ table, pool: peoplePool(env.userPool) }), getMe, createToken, createTenant, getTenant, updateTenant },
  { callers: callersIn(table, env), idempotency: idempotencyStore(table) },
);
