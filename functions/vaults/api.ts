import type { z } from 'zod';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { idempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { listVaultIds, putVault } from '../../shared/adapters/dynamo/vault-store.ts';
import { actingTenant, notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { newVault, redactedVaultView, vaultView } from '../../shared/domain/vaults/create.ts';
import { type Vault, type vaultBody, vaultSchemas } from '../../shared/domain/vaults/vault.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { id } from '../../shared/kit/ids.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { callersIn } from '../edge/admit.ts';
import { clock } from '../edge/entropy.ts';
import { httpDoor } from '../edge/http.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';

const env = readEnv('vaults-api');
const table = openTable(env.table);

const etag = (vault: Vault): string => `"${vault.ver}"`;

async function createVault({ principal, body, seed, requestId }: ApiRequest<z.infer<typeof vaultBody>>): Promise<ApiAnswer> {
  const { subject } = principal as Principal;
  const vault = newVault(body, actingTenant(principal as Principal), id('vlt', seed), timestamp(clock()));
  const stored = await putVault(table, vault, { subject, request_id: requestId });
  return { body: vaultView(stored, clock()), etag: etag(stored) };
}

async function getVault({ principal, params }: ApiRequest): Promise<ApiAnswer> {
  const vault = await findVault(table, params['vault_id'] as string);
  const sight = permit(principal, 'getVault', resource('vault', vault));
  if (vault === undefined) throw notFound('vault');
  return sight === 'full' ? { body: vaultView(vault, clock()), etag: etag(vault) } : { body: redactedVaultView(vault) };
}

async function listVaults({ principal, query }: ApiRequest): Promise<ApiAnswer> {
  const tenantId = actingTenant(principal as Principal);
  const page = await listVaultIds(table, tenantId, pageOfQuery(query));
  const found = await Promise.all(page.items.map((vaultId) => findVault(table, vaultId)));
  const items = found.flatMap((v) =>
    v === undefined ? [] : [v.tenant_id === tenantId ? vaultView(v, clock()) : redactedVaultView(v)],
  );
  return { body: { items, next_cursor: page.next_cursor } };
}

export const handler = httpDoor(
  'vaults',
  vaultSchemas,
  { createVault, getVault, listVaults },
  { callers: callersIn(table, env), idempotency: idempotencyStore(table) },
);
