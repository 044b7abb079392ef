import type { z } from 'zod';
import { idempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { findPublicVault, findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { listNav as listStored, putNav } from '../../shared/adapters/dynamo/nav-store.ts';
import { readRoom } from '../../shared/adapters/dynamo/usage.ts';
import { saveVaultChange, vaultChangeMade } from '../../shared/adapters/dynamo/vault-change.ts';
import { listVaults as listVaultsStored, putVaultInRoom } from '../../shared/adapters/dynamo/vault-store.ts';
import { openQueue } from '../../shared/adapters/sqs/queue.ts';
import { defaultPlanOf } from '../../shared/domain/entitlements/effective.ts';
import { closeOf } from '../../shared/domain/overlays/revert.ts';
import { actingTenant, notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { changeVault } from '../../shared/domain/vaults/change.ts';
import { vaultView } from '../../shared/domain/vaults/create.ts';
import { recordNav as record } from '../../shared/domain/vaults/nav.ts';
import { openVault } from '../../shared/domain/vaults/open.ts';
import { type NavBody, type Vault, type VaultPatch, type vaultBody, vaultSchemas } from '../../shared/domain/vaults/vault.ts';
import { milliseconds, timestamp } from '../../shared/kit/clock.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { callersIn } from '../edge/admit.ts';
import { backOff, clock } from '../edge/entropy.ts';
import { stopNow } from '../edge/flip-timer.ts';
import { httpDoor } from '../edge/http.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { callersTable } from '../edge/scope.ts';

const env = readEnv('vaults-api');
const table = callersTable('vaults-api', env);
const defaultPlan = defaultPlanOf(env.defaultPlan);
const timer = openQueue(env.overlayTimer);

const etag = (vault: Vault): string => `"${vault.ver}"`;

async function createVault({ principal, body, seed, requestId }: ApiRequest<z.infer<typeof vaultBody>>): Promise<ApiAnswer> {
  const { subject } = principal as Principal;
  const vault = await openVault(
    { principal: principal as Principal, body, seed },
    {
      clock,
      backOff,
      room: (tenantId, vaultId) => readRoom(table, tenantId, vaultId, { now: clock(), defaultPlan }),
      vault: (vaultId) => findVault(table, vaultId),
      put: (fresh, room) => putVaultInRoom(table, fresh, { subject, request_id: requestId, room }),
    },
  );
  return { body: vaultView(vault, clock()), etag: etag(vault) };
}

async function getVault({ principal, params }: ApiRequest): Promise<ApiAnswer> {
  const vaultId = params['vault_id'] as string;
  const vault = (await findVault(table, vaultId)) ?? (await findPublicVault(table, vaultId));
  permit(principal, 'getVault', resource('vault', vault));
  if (vault === undefined) throw notFound('vault');
  return 'view' in vault ? { body: vault.view } : { body: vaultView(vault, clock()), etag: etag(vault) };
}

async function listVaults({ principal, query }: ApiRequest): Promise<ApiAnswer> {
  const page = await listVaultsStored(table, actingTenant(principal as Principal), pageOfQuery(query));
  const items = page.items.map((vault) => ('view' in vault ? vault.view : vaultView(vault, clock())));
  return { body: { items, next_cursor: page.next_cursor } };
}

async function updateVault(request: ApiRequest<VaultPatch>): Promise<ApiAnswer> {
  const { principal, params, body, seed, requestId, ifMatch } = request;
  const { subject } = principal as Principal;
  const change = { principal: principal as Principal, vaultId: params['vault_id'] as string, patch: body, seed, ifMatch };
  const vault = await changeVault(change, {
    clock,
    backOff,
    vault: (vaultId) => findVault(table, vaultId),
    made: (v, madeBy) => vaultChangeMade(table, v, madeBy),
    save: async (next, before) => {
      const stop = closeOf(next, before);
      if (!(await saveVaultChange(table, next, before, { by: subject, request_id: requestId, seed }))) return false;
      if (stop !== undefined) await stopNow(timer, stop);
      return true;
    },
  });
  return { body: vaultView(vault, clock()), etag: etag(vault) };
}

async function recordNav({ principal, params, body, seed, requestId }: ApiRequest<NavBody>): Promise<ApiAnswer> {
  const { subject } = principal as Principal;
  const report = { principal: principal as Principal, vaultId: params['vault_id'] as string, body };
  const snapshot = await record(report, {
    clock,
    vault: (vaultId) => findVault(table, vaultId),
    put: (vault, given) => putNav(table, vault, given, { by: subject, request_id: requestId, event_id: seed }),
  });
  return { body: snapshot };
}

async function listNav({ principal, params, query }: ApiRequest): Promise<ApiAnswer> {
  const vault = await findVault(table, params['vault_id'] as string);
  permit(principal, 'listNav', resource('vault', vault));
  if (vault === undefined) throw notFound('vault');
  const since = query['since'] === undefined ? undefined : timestamp(milliseconds(query['since']));
  return { body: await listStored(table, vault, { ...pageOfQuery(query), since }) };
}

export const handler = httpDoor(
  'vaults',
  vaultSchemas,
  { createVault, getVault, listVaults, updateVault, recordNav, listNav },
  { callers: callersIn(table, env), idempotency: idempotencyStore(table) },
);
