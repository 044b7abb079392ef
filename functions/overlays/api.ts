import { idempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { listOverlays as listStored, readOverlay, saveSwitch } from '../../shared/adapters/dynamo/overlay-store.ts';
import { type OverlayBody, overlaySchemas } from '../../shared/domain/overlays/overlay.ts';
import { endSwitch, overlayView, type SwitchPorts, switchVault } from '../../shared/domain/overlays/switch.ts';
import { notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { callersIn } from '../edge/admit.ts';
import { backOff, clock } from '../edge/entropy.ts';
import { httpDoor } from '../edge/http.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { callersTable } from '../edge/scope.ts';

const env = readEnv('overlays-api');
const table = callersTable('overlays-api', env);

const callerOf = ({ principal, params }: ApiRequest) => ({
  principal: principal as Principal,
  vaultId: params['vault_id'] as string,
  by: (principal as Principal).subject,
});

const ports = ({ principal, requestId }: ApiRequest): SwitchPorts => ({
  clock,
  backOff,
  vault: (vaultId) => findVault(table, vaultId),
  overlay: (vault, overlayId) => readOverlay(table, vault, overlayId),
  save: (vault, next, action) =>
    saveSwitch(table, vault, next, { action, by: (principal as Principal).subject, request_id: requestId }),
});

async function createOverlay(request: ApiRequest<OverlayBody>): Promise<ApiAnswer> {
  return { body: overlayView(await switchVault(callerOf(request), request.body, request.seed, ports(request)), clock()) };
}

async function deleteOverlay(request: ApiRequest): Promise<ApiAnswer> {
  return {
    body: overlayView(await endSwitch(callerOf(request), request.params['overlay_id'] as string, ports(request)), clock()),
  };
}

async function listOverlays(request: ApiRequest): Promise<ApiAnswer> {
  const vault = await findVault(table, request.params['vault_id'] as string);
  permit(request.principal, 'listOverlays', resource('vault', vault));
  if (vault === undefined) throw notFound('vault');
  const page = await listStored(table, vault, pageOfQuery(request.query));
  return { body: { ...page, items: page.items.map((overlay) => overlayView(overlay, clock())) } };
}

export const handler = httpDoor(
  'overlays',
  overlaySchemas,
  { createOverlay, deleteOverlay, listOverlays },
  { callers: callersIn(table, env), idempotency: idempotencyStore(table) },
);
