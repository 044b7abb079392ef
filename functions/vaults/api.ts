import type { z } from 'zod';
import { idempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { findPublicVault, findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { listVaults as listStored, putVault } from '../../shared/adapters/dynamo/vault-store.ts';
import { actingTenant, notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { newVault, vaultView } from '../../shared/domain/vaults/create.ts';
import { type Vault, type vaultBody, vaultSchemas } from '../../shared/domain/vaults/vault.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { id } from '../../shared/kit/ids.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { callersIn } from '../edge/admit.ts';
import { clock } from '../edge/entropy.ts';
import { httpDoor } from '../edge/http.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { callersTable } from '../edge/scope.ts';

const env = readEnv('vaults-api');
const table = callersTable('vaults-api', env);

const etag = (vault: Vault): string => `"${vault.ver}"`;

async function createVault({ principal, body, seed, requestId }: ApiRequest<z.infer<typeof vaultBody>>): Promise<ApiAnswer> {
  const { subject } = principal as Principal;
  const vault = newVault(body, actingTenant(principal as Principal), id('vlt', seed), timestamp(clock()));
  const stored = await putVault(table, vault, { subject, request_id: requestId });
  return { body: vaultView(stored, clock()), etag: etag(stored) };
}

async function getVault({ principal, params }: ApiRequest): Promise<ApiAnswer> {
  const vaultId = params['vault_id'] as string;
  const vault = (await findVault(table, vaultId)) ?? (await findPublicVault(table, vaultId));
  permit(principal, 'getVault', resource('vault', vault));
  if (vault === undefined) throw notFound('vault');
  return 'view' in vault ? { body: vault.view } : { body: vaultView(vault, clock()), etag: etag(vault) };
}

async function listVaults({ principal, query }: ApiRequest): Promise<ApiAnswer> {
  const page = await listStored(table, actingTenant(principal as Principal), pageOfQuery(query));
  const items = page.items.map((vault) => ('view' in vault ? vault.view : vaultView(vault, clock())));
  return { body: { items, next_cursor: page.next_cursor } };
}

export const handler = httpDoor(
  'vaults',
  vaultSchemas,
  { createVault, getVault, listVaults },
  { callers: callersIn(table, env), idempotency: idempotencyStore(table) },
);
