import { type Clock, timestamp } from '../../kit/clock.ts';
import { id } from '../../kit/ids.ts';
import { Refusal } from '../../kit/refusal.ts';
import { limits } from '../../wiring/limits.ts';
import { requireRoom } from '../entitlements/feature.ts';
import { allowedBy, type Room } from '../entitlements/usage.ts';
import { newAsk, requireSync, syncCause } from '../mirroring/asks.ts';
import type { Ask } from '../mirroring/entry.ts';
import { actingTenant, notFound, permit, resource, tenantSuspended } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import type { Vault } from '../vaults/vault.ts';
import type { Follower, FollowerBody } from './follower.ts';
import { newFollower, requireMode, webhookOf } from './settings.ts';

export interface RegisterPorts {
  readonly clock: Clock;
  readonly vault: (vaultId: string) => Promise<Vault | undefined>;
  readonly follower: (followerId: string) => Promise<Follower | undefined>;
  /** What the tenant has and uses now, with this vault in view. */
  readonly room: (tenantId: string, vaultId: string) => Promise<Room>;
  /** One transaction with the vault and the room as they were read; `conflict` when it changed meanwhile. */
  readonly commit: (follower: Follower, vault: Vault, how: Seating) => Promise<'committed' | 'conflict' | 'suspended'>;
  /** Rings the follower's shard; best effort, sweep rings what this does not. */
  readonly ring: (follower: Follower) => Promise<void>;
  readonly whyUrlRefused: (url: string) => Promise<string | undefined>;
  readonly backOff: (attempt: number) => Promise<void>;
  readonly shardSize: number;
}

export interface Seating {
  readonly opensShard: boolean;
  /** What the follower asks of its shard's line with it. */
  readonly asks: readonly Ask[];
  readonly room: Room;
}

export interface Registration {
  readonly vaultId: string;
  readonly principal: Principal;
  readonly body: FollowerBody;
  readonly seed: string;
}

const commitTries = 40;

/**
 * Registers a follower: a place in the vault's newest shard, for good, or in a new one when that is full. Repeating it
 * with the same seed gives the same follower.
 */
export async function registerFollower(request: Registration, ports: RegisterPorts): Promise<Follower> {
  const followerId = id('fol', request.seed);
  const refused = await ports.whyUrlRefused(webhookOf(request.body));
  if (refused !== undefined) throw urlRefusal(refused);
  for (let attempt = 1; attempt <= commitTries; attempt += 1) {
    const vault = await ports.vault(request.vaultId);
    permit(request.principal, 'createFollower', resource('vault', vault));
    if (vault === undefined) throw notFound('vault');
    if (vault.status === 'closed') throw new Refusal(409, 'vault_closed', 'The vault is closed.');
    const tenantId = actingTenant(request.principal);
    const room = await ports.room(tenantId, vault.vault_id);
    const without = whyNoRoom(request.body, room);
    if (without !== undefined) return registeredOr(without, followerId, ports);
    const opensShard = vault.shards === 0 || vault.last_shard_followers >= ports.shardSize;
    if (opensShard && vault.shards >= limits.shardsPerVault) return registeredOr(vaultFull(), followerId, ports);
    const follower = newFollower(request.body, {
      followerId,
      tenantId,
      vault,
      shard: opensShard ? vault.shards : vault.shards - 1,
      place: opensShard ? 0 : vault.last_shard_followers,
      now: timestamp(ports.clock()),
      allowed: allowedBy(room.entitlements),
    });
    const asks = askedBy(request, follower, ports.clock());
    const outcome = await ports.commit(follower, vault, { opensShard, asks, room });
    if (outcome === 'suspended') throw tenantSuspended();
    if (outcome === 'committed') {
      if (asks.length > 0) await ports.ring(follower);
      return follower;
    }
    const earlier = await ports.follower(followerId);
    if (earlier !== undefined) return earlier;
    await ports.backOff(attempt);
  }
  throw new Error(`vault ${request.vaultId} was written by others ${commitTries} times in a row`);
}

/** What the plan lacks for one more follower of this mode on this vault (SPEC 5). */
function whyNoRoom({ mode }: FollowerBody, { plan, entitlements, usage, here }: Room): Refusal | undefined {
  const who = { tenant: { plan, entitlements } };
  try {
    if (here === 0) requireRoom(who, 'vaults', usage.vaults);
    requireRoom(who, 'followers', usage.followers);
    requireMode(who, mode);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** A repetition of the one that took the last place still gets its follower. */
async function registeredOr(refusal: Refusal, followerId: string, ports: RegisterPorts): Promise<Follower> {
  const earlier = await ports.follower(followerId);
  if (earlier === undefined) throw refusal;
  return earlier;
}

const vaultFull = (): Refusal =>
  new Refusal(409, 'vault_full', `The vault has its ${limits.shardsPerVault} shards of followers: it takes no more.`);

/** Who joins by sync asks its shard for children up to the present target (SPEC 4). */
function askedBy({ body, principal }: Registration, follower: Follower, now: number): Ask[] {
  if (body.join !== 'sync') return [];
  requireSync(follower);
  return [newAsk('sync', syncCause(follower.follower_id, follower.ver), follower, now, principal.subject)];
}

export const urlRefusal = (why: string): Refusal =>
  new Refusal(400, 'webhook_url_refused', `The webhook's URL ${why}.`, { errors: [{ pointer: '/webhook/url', detail: why }] });
