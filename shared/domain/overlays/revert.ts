/**
 * Taking a flip's extra back when it is over (SPEC 6.3). Whoever comes asks the shards: the timer, the stream of what TTL deleted, the
 * sweep. The revert is an entry in each shard's line, claimed once, and recorded once when all have done it.
 */
import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import type { Bell } from '../mirroring/bell.ts';
import { type Ask, byPlatform } from '../mirroring/entry.ts';
import { revertCause } from '../mirroring/flips.ts';
import type { Vault } from '../vaults/vault.ts';
import { endOf, type VaultOverlay } from './counted.ts';
import { type EndPorts, endFlipsOf, endVaultOverlay } from './end.ts';
import type { FlipKey } from './ended.ts';
import type { EndCause, FlippedFollower, Overlay } from './overlay.ts';

export interface RevertPorts {
  readonly clock: Clock;
  readonly backOff: (attempt: number) => Promise<void>;
  readonly overlay: (flip: FlipKey) => Promise<Overlay | undefined>;
  readonly vault: (flip: FlipKey) => Promise<Vault | undefined>;
  /** The follower's row with the vault's last entry on it, and what asks its shard: once, whoever comes. */
  readonly askFollower: (flip: FlipKey, follower: FlippedFollower, asked: { ask: Ask; last_seq: number }) => Promise<void>;
  /** From then on no order pins it. False when the vault is not as it was read. */
  readonly stopPinning: (vault: Vault, flip: FlipKey) => Promise<boolean>;
  /** Puts the ask beside each shard's roster, where it does not stand. */
  readonly askShards: (flip: FlipKey, shards: readonly number[], ask: Ask) => Promise<void>;
  /** Shards that have reverted it. */
  readonly done: (flip: FlipKey) => Promise<ReadonlySet<number>>;
  /** Records, once, that all have. */
  readonly finish: (flip: FlipKey) => Promise<void>;
  readonly ring: (bells: readonly Bell[]) => Promise<void>;
}

/** `later`: it is not over yet, for so many ms. `asked`: its shards know. `done`: there is nothing to revert any more. */
export type RevertRun = { readonly kind: 'done' | 'asked' } | { readonly kind: 'later'; readonly ms: number };

const saveTries = 40;

/** Asks for a flip's revert when it is over. Saying it again, at the same time or days later, changes nothing. */
export async function revertFlip(flip: FlipKey, ports: RevertPorts): Promise<RevertRun> {
  const overlay = await ports.overlay(flip);
  if (overlay === undefined || overlay.kind !== 'flip' || overlay.reverted_at !== undefined) return { kind: 'done' };
  const ms = milliseconds(endOf(overlay) ?? overlay.starts_at) - ports.clock();
  if (ms > 0) return { kind: 'later', ms };
  return overlay.follower === undefined ? revertVault(flip, ports) : revertFollower(flip, overlay.follower, ports);
}

const askOf = ({ overlay_id }: FlipKey, now: number, one?: FlippedFollower): Ask => ({
  kind: 'revert',
  cause: revertCause(overlay_id),
  overlay_id,
  ...(one === undefined ? {} : { follower_id: one.follower_id, place: one.place }),
  asked_at: timestamp(now),
  by: byFlip,
});
/** Not `platform`: what the platform asks by itself may be forgotten after some days, a revert never. */
const byFlip = `${byPlatform}/flip`;

const bellOf = ({ tenant_id, vault_id }: FlipKey, shard: number): Bell => ({ tenant_id, vault_id, shard, seq: 0 });

async function revertFollower(flip: FlipKey, follower: FlippedFollower, ports: RevertPorts): Promise<RevertRun> {
  const vault = await ports.vault(flip);
  if (vault === undefined) return { kind: 'done' };
  await ports.askFollower(flip, follower, { ask: askOf(flip, ports.clock(), follower), last_seq: vault.seq });
  await ports.ring([bellOf(flip, follower.shard)]);
  return { kind: 'asked' };
}

async function revertVault(flip: FlipKey, ports: RevertPorts): Promise<RevertRun> {
  const shards = await stopped(flip, ports);
  const done = await ports.done(flip);
  const left = Array.from({ length: shards }, (_, shard) => shard).filter((shard) => !done.has(shard));
  if (left.length === 0) {
    await ports.finish(flip);
    return { kind: 'done' };
  }
  await ports.askShards(flip, left, askOf(flip, ports.clock()));
  await ports.ring(left.map((shard) => bellOf(flip, shard)));
  return { kind: 'asked' };
}

/** How many shards can have counted it: those that there were when orders ceased to pin it. */
async function stopped(flip: FlipKey, ports: RevertPorts): Promise<number> {
  for (let attempt = 1; attempt <= saveTries; attempt += 1) {
    const { shards } = (await ports.overlay(flip)) ?? {};
    if (shards !== undefined) return shards;
    const vault = await ports.vault(flip);
    if (vault === undefined || (await ports.stopPinning(vault, flip))) return vault?.shards ?? 0;
    await ports.backOff(attempt);
  }
  throw new Error(`vault ${flip.vault_id} was written by others ${saveTries} times in a row`);
}

/** The vault's overlays once its flip reverts. */
export const revertingOverlays = (vault: Vault, { overlay_id }: FlipKey): VaultOverlay[] =>
  (vault.overlays ?? []).map((o) => (o.overlay_id === overlay_id ? { ...o, reverting: true } : o));

/** A vault was halted or closed: what was flipped on it before that ends. */
export interface VaultStop {
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly cause: Extract<EndCause, 'vault_halted' | 'vault_closed'>;
  readonly at: string;
}

/** A vault that is closed by a change. */
export function closeOf({ tenant_id, vault_id, status, updated_at }: Vault, before: Vault): VaultStop | undefined {
  if (status !== 'closed' || before.status === 'closed') return undefined;
  return { tenant_id, vault_id, cause: 'vault_closed', at: updated_at };
}

export interface StopPorts extends EndPorts {
  /** The vault's flips that are not reverted. */
  readonly live: (vault: VaultStop) => Promise<readonly Overlay[]>;
}

export async function endFlipsOfVault(stop: VaultStop, ports: StopPorts): Promise<void> {
  for (const overlay of await ports.live(stop)) {
    if (overlay.ended_at !== undefined || overlay.starts_at > stop.at) continue;
    const key = { tenant_id: stop.tenant_id, vault_id: stop.vault_id, overlay_id: overlay.overlay_id };
    if (overlay.follower === undefined) await endVaultOverlay(key, overlay, stop.cause, ports);
    else await endFlipsOf(overlay.follower.follower_id, stop.cause, ports);
  }
}
