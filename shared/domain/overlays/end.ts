/** Ending overlays before their time (SPEC 6.3): by their people, and by what happens to a follower or a vault. */
import type { Clock } from '../../kit/clock.ts';
import type { Follower } from '../followers/follower.ts';
import type { Vault } from '../vaults/vault.ts';
import { type FollowerFlip, isOn } from './counted.ts';
import { endTime, type FlipKey, withoutFlip } from './ended.ts';
import type { EndCause, Overlay } from './overlay.ts';

export interface EndPorts {
  readonly clock: Clock;
  readonly backOff: (attempt: number) => Promise<void>;
  readonly vault: (vault: { tenant_id: string; vault_id: string }) => Promise<Vault | undefined>;
  readonly follower: (followerId: string) => Promise<Follower | undefined>;
  /** Row, record, audit event and what finds it later, if the follower is as it was read and no order came behind the end. */
  readonly saveFollower: (vault: Vault, before: Follower, flip: FollowerFlip) => Promise<boolean>;
  /** The same for a vault-wide overlay, if the vault is as it was read. */
  readonly saveVault: (vault: Vault, overlay: Overlay) => Promise<boolean>;
  /** Best effort: asks for the revert of a flip when it is due; what is lost here, the nets under it find. */
  readonly later: (flip: FlipKey, at: string) => Promise<void>;
}

const saveTries = 12;

/** Ends a follower's own flip, if it has one that is on: for whoever takes away what it rests on. True when one was ended. */
export async function endFlipsOf(followerId: string, cause: EndCause, ports: EndPorts): Promise<boolean> {
  for (let attempt = 1; attempt <= saveTries; attempt += 1) {
    const follower = await ports.follower(followerId);
    const at = follower === undefined ? undefined : { tenant_id: follower.vault_tenant_id, vault_id: follower.vault_id };
    const vault = at === undefined ? undefined : await ports.vault(at);
    if (follower === undefined || vault === undefined) return false;
    const flip = withoutFlip(follower, vault, ports.clock(), cause);
    if (flip === undefined) return false;
    if (await ports.saveFollower(vault, follower, flip)) {
      await ports.later({ ...keyOf(vault), overlay_id: flip.overlay_id }, flip.ended_at ?? flip.expires_at);
      return true;
    }
    await ports.backOff(attempt);
  }
  throw new Error(`follower ${followerId} was written by others ${saveTries} times in a row`);
}

const keyOf = ({ tenant_id, vault_id }: Vault) => ({ tenant_id, vault_id });

/** Ends a vault-wide overlay as it stands on the vault. True when it was ended here. */
export async function endVaultOverlay(
  key: FlipKey,
  overlay: Overlay,
  cause: EndCause,
  ports: EndPorts,
): Promise<Overlay | undefined> {
  for (let attempt = 1; attempt <= saveTries; attempt += 1) {
    const vault = await ports.vault(key);
    const on = vault?.overlays?.find((o) => o.overlay_id === key.overlay_id);
    if (vault === undefined || on === undefined) return undefined;
    const ended_at = endTime(ports.clock(), vault, on);
    if (!isOn(on, ended_at)) return undefined;
    const ended = { ...overlay, ended_at, cause };
    if (await ports.saveVault(vault, ended)) {
      if (overlay.kind === 'flip') await ports.later(key, ended_at);
      return ended;
    }
    await ports.backOff(attempt);
  }
  throw new Error(`vault ${key.vault_id} was written by others ${saveTries} times in a row`);
}
