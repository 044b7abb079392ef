import { type Clock, timestamp } from '../../kit/clock.ts';
import { Refusal } from '../../kit/refusal.ts';
import { requireMatch } from '../contract/match.ts';
import type { Room } from '../entitlements/usage.ts';
import { newAsk, requireSync, syncCause } from '../mirroring/asks.ts';
import type { Ask } from '../mirroring/entry.ts';
import { withoutFlip } from '../overlays/ended.ts';
import { notFound, permit, resource } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import type { Vault } from '../vaults/vault.ts';
import type { Follower, FollowerPatch } from './follower.ts';
import { urlRefusal } from './register.ts';
import { patched, requireMode } from './settings.ts';

/** What a tenant was found to have; what follows from it is written only while that is so. */
export type Held = Pick<Room, 'plan' | 'entitlements' | 'subscription_ver'>;

export interface ChangePorts {
  readonly clock: Clock;
  readonly find: (followerId: string) => Promise<Follower | undefined>;
  readonly vault: (vaultId: string) => Promise<Vault | undefined>;
  /** Whether this request has made its change already, when it is run again. */
  readonly made: (follower: Follower, seed: string) => Promise<boolean>;
  /** Writes, with the mark that `made` finds, only if nobody else changed the follower since it was read. */
  readonly replace: (next: Follower, before: Follower, asks: readonly Ask[], held?: Held) => Promise<boolean>;
  /** What its tenant has now. */
  readonly entitled: (follower: Follower) => Promise<Held>;
  /** Rings the follower's shard; best effort, sweep rings what this does not. */
  readonly ring: (follower: Follower) => Promise<void>;
  readonly whyUrlRefused: (url: string) => Promise<string | undefined>;
}

export interface Change {
  readonly followerId: string;
  readonly principal: Principal;
  readonly patch: FollowerPatch;
  readonly seed: string;
  readonly ifMatch?: string | undefined;
}

const replaceTries = 10;

/**
 * Changes a follower's settings (SPEC 4). They count for increases claimed after it and move nothing by themselves.
 * The vault's manager may only stop another tenant's follower. Run again with its seed it changes nothing a second time, and
 * undoes nothing that was changed since.
 */
export async function changeFollower(change: Change, ports: ChangePorts): Promise<Follower> {
  for (let attempt = 1; attempt <= replaceTries; attempt += 1) {
    const follower = await ports.find(change.followerId);
    if (follower === undefined) throw notFound('follower');
    requireRight(change, follower);
    if (await ports.made(follower, change.seed)) return follower;
    if (attempt === 1) await requireUrl(change.patch, ports);
    requireMatch(change.ifMatch, `"${follower.ver}"`, 'follower');
    requireHere(follower, change.patch);
    const stopped = await unflipped(follower, patched(follower, change.patch, timestamp(ports.clock())), ports);
    const next = await rejoined(follower, stopped, ports);
    const asks = askedBy(change, next, ports.clock());
    const held = await heldForMode(follower, next, ports);
    if (!(await ports.replace(next, follower, asks, held))) continue;
    if (asks.length > 0) await ports.ring(next);
    return next;
  }
  throw new Error(`follower ${change.followerId} was written by others ${replaceTries} times in a row`);
}

/** Another mode than before must be in the plan. */
async function heldForMode(before: Follower, next: Follower, ports: ChangePorts): Promise<Held | undefined> {
  if (next.mode === before.mode || next.mode === 'proportional') return undefined;
  const held = await ports.entitled(before);
  requireMode({ tenant: held }, next.mode);
  return held;
}

/** Who is leaving or has left changes nothing any more, but may still be stopped: closing children may be on their way. */
function requireHere({ status }: Follower, patch: FollowerPatch): void {
  if (stops(patch)) return;
  if (status === 'leaving' || status === 'left') throw new Refusal(409, 'follower_left', 'The follower has left the vault.');
}

const stops = (patch: FollowerPatch): boolean =>
  Object.keys(patch).every((field) => field === 'kill_switch') && patch.kill_switch === true;

/** `join: "sync"` re-targets at once (SPEC 6.2). */
function askedBy({ patch, principal }: Change, next: Follower, now: number): Ask[] {
  if (patch.join !== 'sync') return [];
  requireSync(next);
  return [newAsk('sync', syncCause(next.follower_id, next.ver), next, now, principal.subject)];
}

async function requireUrl({ webhook }: FollowerPatch, ports: ChangePorts): Promise<void> {
  const refused = webhook === undefined ? undefined : await ports.whyUrlRefused(webhook.url);
  if (refused !== undefined) throw urlRefusal(refused);
}

function requireRight({ principal, patch }: Change, follower: Follower): void {
  if (permit(principal, 'updateFollower', resource('follower', follower)) === 'full') return;
  if (!stops(patch))
    throw new Refusal(403, 'manager_may_only_stop', "A vault's manager may only stop another tenant's follower.");
}

/** Whoever is stopped is not flipped any more: what the flip added is not held on. */
async function unflipped(before: Follower, after: Follower, ports: ChangePorts): Promise<Follower> {
  if (before.flip === undefined || !after.kill_switch || before.kill_switch) return after;
  const vault = await ports.vault(after.vault_id);
  const flip = vault === undefined ? undefined : withoutFlip(before, vault, ports.clock(), 'kill_switch');
  return flip === undefined ? after : { ...after, flip };
}

/** Leaving shadow is joining again (SPEC 6.2): what counts for it begins after the vault's present entry. */
async function rejoined(before: Follower, after: Follower, ports: ChangePorts): Promise<Follower> {
  if (before.mode !== 'shadow' || after.mode === 'shadow') return after;
  const vault = await ports.vault(after.vault_id);
  return vault === undefined ? after : { ...after, joined_seq: vault.seq };
}
