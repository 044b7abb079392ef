import { type Clock, timestamp } from '../../kit/clock.ts';
import { id } from '../../kit/ids.ts';
import { Refusal } from '../../kit/refusal.ts';
import { notFound, permit, resource } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import { isActive } from '../vaults/status.ts';
import type { Vault, VaultSwitch } from '../vaults/vault.ts';
import type { Overlay, SwitchBody } from './overlay.ts';
import type { VaultStop } from './revert.ts';

export interface SwitchPorts {
  readonly clock: Clock;
  readonly vault: (vaultId: string) => Promise<Vault | undefined>;
  readonly overlay: (vault: Vault, overlayId: string) => Promise<Overlay | undefined>;
  /** Vault and overlay in one transaction that holds only for the vault as it was read. */
  readonly save: (
    vault: Vault,
    next: { switches: NonNullable<Vault['switches']>; overlay: Overlay },
    action: string,
  ) => Promise<boolean>;
  readonly backOff: (attempt: number) => Promise<void>;
  /** Best effort: what was flipped on a vault that halts is over. */
  readonly stopped: (stop: VaultStop) => Promise<void>;
}

export interface Caller {
  readonly principal: Principal;
  readonly vaultId: string;
  readonly by: string;
}

const saveTries = 12;
/** Active switches that a vault may carry at a time; they stand on its item. */
const mostSwitches = 20;

async function saved(
  caller: Caller,
  ports: SwitchPorts,
  decide: (vault: Vault, now: number) => Promise<Overlay>,
  what: { action: string; route: 'createOverlay' | 'deleteOverlay' },
): Promise<Overlay> {
  for (let attempt = 1; attempt <= saveTries; attempt += 1) {
    const vault = await ports.vault(caller.vaultId);
    permit(caller.principal, what.route, resource('vault', vault));
    if (vault === undefined) throw notFound('vault');
    const now = ports.clock();
    const overlay = await decide(vault, now);
    const others = (vault.switches ?? []).filter((s) => s.overlay_id !== overlay.overlay_id && isActive(s, now));
    const { overlay_id, starts_at, expires_at } = overlay;
    const kind = overlay.kind as VaultSwitch['kind'];
    const own =
      overlay.ended_at === undefined
        ? [{ overlay_id, kind, starts_at, ...(expires_at === undefined ? {} : { expires_at }) }]
        : [];
    if (await ports.save(vault, { switches: [...others, ...own], overlay }, what.action)) {
      const stop = stopOf(vault, overlay);
      if (stop !== undefined) await ports.stopped(stop);
      return overlay;
    }
    await ports.backOff(attempt);
  }
  throw new Error(`vault ${caller.vaultId} was written by others ${saveTries} times in a row`);
}

/** A halt that begins ends the flips of its vault. */
export function stopOf({ tenant_id, vault_id }: Vault, { kind, starts_at, ended_at }: Overlay): VaultStop | undefined {
  if (kind !== 'halt' || ended_at !== undefined) return undefined;
  return { tenant_id, vault_id, cause: 'vault_halted', at: starts_at };
}

/** Switches a vault. Repeating it with the same seed gives the same overlay. */
export function switchVault(caller: Caller, body: SwitchBody, seed: string, ports: SwitchPorts): Promise<Overlay> {
  const overlay_id = id('ovl', seed);
  const decide = async (vault: Vault, now: number): Promise<Overlay> => {
    if (vault.status === 'closed') throw new Refusal(409, 'vault_closed', 'The vault is closed.');
    const earlier = await ports.overlay(vault, overlay_id);
    if (earlier !== undefined) return earlier;
    const active = (vault.switches ?? []).filter((s) => isActive(s, now)).length;
    if (active >= mostSwitches)
      throw new Refusal(409, 'too_many_overlays', `A vault carries at most ${mostSwitches} switches at a time.`);
    const expires = body.ttl_seconds === undefined ? {} : { expires_at: timestamp(now + body.ttl_seconds * 1000) };
    const why = body.why === undefined ? {} : { why: body.why };
    return {
      overlay_id,
      vault_id: vault.vault_id,
      kind: body.kind,
      starts_at: timestamp(now),
      ...expires,
      ...why,
      by: caller.by,
    };
  };
  return saved(caller, ports, decide, { action: 'overlay.started', route: 'createOverlay' });
}

/** Ends a switch before its time. One that has ended already is refused. */
export function endSwitch(caller: Caller, overlayId: string, ports: SwitchPorts): Promise<Overlay> {
  const decide = async (vault: Vault, now: number): Promise<Overlay> => {
    const overlay = await ports.overlay(vault, overlayId);
    if (overlay === undefined) throw notFound('overlay');
    if (overlay.ended_at !== undefined || !isActive(overlay, now))
      throw new Refusal(409, 'overlay_ended', 'The overlay has ended.');
    return { ...overlay, ended_at: timestamp(now) };
  };
  return saved(caller, ports, decide, { action: 'overlay.ended', route: 'deleteOverlay' });
}
