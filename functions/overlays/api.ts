import { endOnFollower, endOnVault, startOnFollower, startOnVault } from '../../shared/adapters/dynamo/flip-store.ts';
import { idempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { findFollower, findVault, readVault } from '../../shared/adapters/dynamo/lookups.ts';
import { listOverlays as listStored, readOverlay, saveSwitch } from '../../shared/adapters/dynamo/overlay-store.ts';
import { findVaultOfParty } from '../../shared/adapters/dynamo/party-vault.ts';
import { openQueue } from '../../shared/adapters/sqs/queue.ts';
import { type OverlayBody, overlaySchemas } from '../../shared/domain/overlays/overlay.ts';
import { endOverlay, type OverlayPorts, startOverlay } from '../../shared/domain/overlays/use.ts';
import { isSeenBy, overlayView } from '../../shared/domain/overlays/view.ts';
import { notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { callersIn } from '../edge/admit.ts';
import { backOff, clock } from '../edge/entropy.ts';
import { revertLater, stopNow } from '../edge/flip-timer.ts';
import { httpDoor } from '../edge/http.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { callersTable } from '../edge/scope.ts';

const env = readEnv('overlays-api');
const table = callersTable('overlays-api', env);
const timer = openQueue(env.overlayTimer);

const callerOf = ({ principal, params }: ApiRequest) => ({
  principal: principal as Principal,
  vaultId: params['vault_id'] as string,
  by: (principal as Principal).subject,
});

function ports({ principal, requestId }: ApiRequest): OverlayPorts {
  const who = { by: (principal as Principal).subject, request_id: requestId };
  return {
    clock,
    backOff,
    vault: (vaultId) => findVault(table, vaultId),
    vaultById: (vaultId) => findVaultOfParty(table, principal as Principal, vaultId),
    vaultAt: (vault) => readVault(table, vault),
    follower: (followerId) => findFollower(table, followerId),
    overlay: (vault, overlayId) => readOverlay(table, vault, overlayId),
    save: (vault, next, action) => saveSwitch(table, vault, next, { action, ...who }),
    stopped: (stop) => stopNow(timer, stop),
    startVault: (vault, overlay) => startOnVault(table, vault, overlay, who, clock),
    startFollower: (vault, follower, overlay) => startOnFollower(table, vault, follower, overlay, who),
    endVault: (vault, overlay) => endOnVault(table, vault, overlay, who),
    saveFollower: (_vault, follower, flip) => endOnFollower(table, follower, flip, who),
    later: (flip, at) => revertLater(timer, flip, at),
  };
}

async function createOverlay(request: ApiRequest<OverlayBody>): Promise<ApiAnswer> {
  const overlay = await startOverlay(callerOf(request), request.body, request.seed, ports(request));
  return { body: overlayView(overlay, clock()) };
}

async function deleteOverlay(request: ApiRequest): Promise<ApiAnswer> {
  const overlay = await endOverlay(callerOf(request), request.params['overlay_id'] as string, ports(request));
  return { body: overlayView(overlay, clock()) };
}

async function listOverlays({ principal, params, query }: ApiRequest): Promise<ApiAnswer> {
  const caller = principal as Principal;
  const vault = await findVaultOfParty(table, caller, params['vault_id'] as string);
  const follower = caller.followerId === undefined ? undefined : await findFollower(table, caller.followerId);
  const own = follower !== undefined && follower.vault_id === vault?.vault_id ? follower : undefined;
  const sight =
    own === undefined
      ? permit(caller, 'listOverlays', resource('vault', vault))
      : permit(caller, 'listOverlays', resource('follower', own)) && ('part' as const);
  if (vault === undefined) throw notFound('vault');
  const page = await listStored(table, vault, pageOfQuery(query));
  const items = page.items.filter((overlay) => isSeenBy(caller, overlay, sight));
  return { body: { ...page, items: items.map((overlay) => overlayView(overlay, clock(), sight === 'full')) } };
}

export const handler = httpDoor(
  'overlays',
  overlaySchemas,
  { createOverlay, deleteOverlay, listOverlays },
  { callers: callersIn(table, env), idempotency: idempotencyStore(table) },
);
