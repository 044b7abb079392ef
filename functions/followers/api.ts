import { endItems } from '../../shared/adapters/dynamo/flip-store.ts';
import {
  commitFollower,
  followerChangeMade,
  listFollowers as listStored,
  replaceFollower,
} from '../../shared/adapters/dynamo/follower-store.ts';
import { idempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { findFollower, findVault, findVaultToJoin } from '../../shared/adapters/dynamo/lookups.ts';
import { listFollowersOfTenant } from '../../shared/adapters/dynamo/own-followers.ts';
import { readRoom } from '../../shared/adapters/dynamo/usage.ts';
import { bellMessage, openQueue, sendOne } from '../../shared/adapters/sqs/queue.ts';
import type { Targets } from '../../shared/adapters/webhook/address.ts';
import { whyUrlRefused } from '../../shared/adapters/webhook/resolve.ts';
import { defaultPlanOf } from '../../shared/domain/entitlements/effective.ts';
import { changeFollower } from '../../shared/domain/followers/change.ts';
import { type Follower, type FollowerBody, type FollowerPatch, followerSchemas } from '../../shared/domain/followers/follower.ts';
import { leaveVault } from '../../shared/domain/followers/leave.ts';
import { registerFollower } from '../../shared/domain/followers/register.ts';
import { followerRecordView, redactedFollowerView } from '../../shared/domain/followers/settings.ts';
import type { Ask } from '../../shared/domain/mirroring/entry.ts';
import { flipEnd } from '../../shared/domain/overlays/ended.ts';
import { actingTenant, decide, notFound, permit, resource, type Sight } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { secretText } from '../../shared/domain/webhooks/signing.ts';
import { callersIn } from '../edge/admit.ts';
import { backOff, clock, freshUlid } from '../edge/entropy.ts';
import { revertLater } from '../edge/flip-timer.ts';
import { httpDoor } from '../edge/http.ts';
import { logger } from '../edge/observe.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { rotateFollowerKey } from './keys.ts';
import { env, etag, keys, table } from './means.ts';
import { recordFollowerNav } from './nav.ts';
import { listPositions, reportPositions } from './positions.ts';
import { testFollower } from './test-events.ts';

const shards = openQueue(env.shards);
const defaultPlan = defaultPlanOf(env.defaultPlan);
const room = (tenantId: string, vaultId: string) => readRoom(table, tenantId, vaultId, { now: clock(), defaultPlan });
const timer = openQueue(env.overlayTimer);
const checkUrl = (url: string) => whyUrlRefused(url, env.webhookTargets as Targets);

/** The shard of a follower that asks something of it; what is not rung, sweep rings. */
async function ring({ vault_tenant_id, vault_id, shard }: Follower): Promise<void> {
  const bell = { tenant_id: vault_tenant_id, vault_id, shard, seq: 0 };
  await sendOne(shards, bellMessage(bell, freshUlid())).catch((error: Error) => logger.warn('shard was not rung', { error }));
}

// Who sees a part of it may stop it, on condition of what was read: the tag is that of the whole.
const shown = (view: Sight, f: Follower) => ({
  body: view === 'full' ? followerRecordView(f) : redactedFollowerView(f),
  etag: etag(f),
});

async function createFollower({ principal, params, body, seed, requestId }: ApiRequest<FollowerBody>): Promise<ApiAnswer> {
  const { subject } = principal as Principal;
  const registration = { vaultId: params['vault_id'] as string, principal: principal as Principal, body, seed };
  const follower = await registerFollower(registration, {
    clock,
    backOff,
    vault: (vaultId) => findVaultToJoin(table, vaultId),
    follower: (followerId) => findFollower(table, followerId),
    room,
    commit: (f, vault, how) => commitFollower(table, f, vault, { ...how, subject, request_id: requestId }),
    ring,
    whyUrlRefused: checkUrl,
    shardSize: Number(env.shardSize),
  });
  const { follower_id, key_version: version } = follower;
  return { body: followerRecordView(follower), etag: etag(follower), sealed: { follower_id, version } };
}

async function getFollower({ principal, params }: ApiRequest): Promise<ApiAnswer> {
  const follower = await findFollower(table, params['follower_id'] as string);
  const sight = permit(principal, 'getFollower', resource('follower', follower));
  if (follower === undefined) throw notFound('follower');
  return shown(sight, follower);
}

async function listFollowers({ principal, params, query }: ApiRequest): Promise<ApiAnswer> {
  const tenantId = actingTenant(principal as Principal);
  const vaultId = params['vault_id'] as string;
  const vault = await findVaultToJoin(table, vaultId);
  const decision = decide(principal, 'listFollowers', resource('vault', vault));
  const page = pageOfQuery(query);
  const manages = vault !== undefined && decision.allowed && decision.sight === 'full';
  const { items, next_cursor } = manages
    ? await listStored(table, vault, page)
    : await listFollowersOfTenant(table, tenantId, { ...page, vaultId });
  // A vault that is not public any more is there for who has followers on it, as far as those go.
  if (!decision.allowed && items.length === 0) throw decision.refusal;
  const shownItems = items.map((f) => (f.tenant_id === tenantId ? followerRecordView(f) : redactedFollowerView(f)));
  return { body: { items: shownItems, next_cursor } };
}

/** A follower's settings for the audit trail; a URL may carry a secret of the receiver, and stays out. */
const auditable = (follower: Follower) => {
  const { webhook: _url, ...settings } = followerRecordView(follower);
  return settings;
};

const changeEvent = ({ principal, seed, requestId }: ApiRequest, before: Follower, after: Follower) => ({
  by: (principal as Principal).subject,
  request_id: requestId,
  before: auditable(before),
  after: auditable(after),
  event_id: seed,
});

/** A follower's row as it is to be; where that ends its flip, with what belongs to that, and whoever reverts it is told. */
async function replaced(next: Follower, before: Follower, event: Event, asks: readonly Ask[]): Promise<boolean> {
  const end = flipEnd(next, before);
  const { by, request_id } = event;
  const ends = end === undefined ? [] : await endItems(table, next, next.flip, { by, request_id });
  if (!(await replaceFollower(table, next, before.ver, { ...event, ends }, asks))) return false;
  const vault = { tenant_id: next.vault_tenant_id, vault_id: next.vault_id };
  if (end !== undefined) await revertLater(timer, { ...vault, overlay_id: end.overlay_id }, end.ended_at);
  return true;
}
type Event = ReturnType<typeof changeEvent> & { readonly action?: string };

async function updateFollower(request: ApiRequest<FollowerPatch>): Promise<ApiAnswer> {
  const { principal, params, body, seed, ifMatch } = request;
  const change = { followerId: params['follower_id'] as string, principal: principal as Principal, patch: body, seed, ifMatch };
  const follower = await changeFollower(change, {
    clock,
    find: (followerId) => findFollower(table, followerId),
    vault: (vaultId) => findVault(table, vaultId),
    made: (f, madeBy) => followerChangeMade(table, f, madeBy),
    replace: async (next, before, asks, held) => {
      // The manager stops another tenant's follower: what it did stands in that tenant's trail.
      table.cross?.({ to: 'trail', ...before });
      // A change may be what takes away the reason for close_only.
      const how = { held, recheck: before.close_only_why === 'mode_not_in_plan' };
      return replaced(next, before, { ...changeEvent(request, before, next), ...how }, asks);
    },
    entitled: ({ tenant_id, vault_id }) => room(tenant_id, vault_id),
    ring,
    whyUrlRefused: checkUrl,
  });
  return shown(permit(principal, 'updateFollower', resource('follower', follower)), follower);
}

async function deleteFollower(request: ApiRequest): Promise<ApiAnswer> {
  const { principal, params, query } = request;
  const positions = query['positions'] === 'flatten' ? ('flatten' as const) : ('keep' as const);
  const leaving = { followerId: params['follower_id'] as string, principal: principal as Principal, positions };
  const follower = await leaveVault(leaving, {
    clock,
    backOff,
    find: (followerId) => findFollower(table, followerId),
    vault: (vaultId) => findVault(table, vaultId),
    replace: (next, before, asks) => {
      const event = { ...changeEvent(request, before, next), action: 'follower.left' };
      return replaced(next, before, event, asks);
    },
    ring,
  });
  return { body: followerRecordView(follower), etag: etag(follower) };
}

export const handler = httpDoor(
  'followers',
  followerSchemas,
  {
    createFollower,
    getFollower,
    listFollowers,
    updateFollower,
    deleteFollower,
    rotateFollowerKey,
    testFollower,
    recordFollowerNav,
    listPositions,
    reportPositions,
  },
  {
    callers: callersIn(table, env),
    idempotency: idempotencyStore(table),
    unseal: async ({ follower_id, version }) => secretText(await keys.version(follower_id, version)),
  },
);
