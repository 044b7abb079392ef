import { timestamp } from '../../kit/clock.ts';
import { id } from '../../kit/ids.ts';
import { Refusal } from '../../kit/refusal.ts';
import type { Follower } from '../followers/follower.ts';
import { notFound, permit, resource } from '../tenants/policy.ts';
import type { Vault } from '../vaults/vault.ts';
import { endOf, isOn } from './counted.ts';
import { type EndPorts, endFlipsOf, endVaultOverlay } from './end.ts';
import { type FlipBody, isSwitch, type Overlay, type OverlayBody, type PersonaBody } from './overlay.ts';
import { newFlip, newPersona } from './start.ts';
import { type Caller, endSwitch, type SwitchPorts, switchVault } from './switch.ts';

/** What people do with overlays. `vaultById` finds the caller's own vault, or one that it has a party in. */
export interface OverlayPorts extends SwitchPorts, Pick<EndPorts, 'follower' | 'saveFollower' | 'later'> {
  readonly vaultById: (vaultId: string) => Promise<Vault | undefined>;
  readonly vaultAt: EndPorts['vault'];
  readonly endVault: EndPorts['saveVault'];
  /** Record, vault's item, audit event and what finds it later; holds only for the vault as it was read. */
  readonly startVault: (vault: Vault, overlay: Overlay) => Promise<boolean>;
  /** The same on the follower's row, as long as no order came behind the start. */
  readonly startFollower: (vault: Vault, follower: Follower, overlay: Overlay) => Promise<boolean>;
}

const saveTries = 12;

/** Begins an overlay. Repeating it with the same seed gives the same one. */
export function startOverlay(caller: Caller, body: OverlayBody, seed: string, ports: OverlayPorts): Promise<Overlay> {
  if (isSwitch(body)) return switchVault(caller, body, seed, ports);
  const start = { caller, overlay_id: id('ovl', seed), ports };
  if (body.kind === 'flip' && body.follower_id !== undefined) return tried(start, body, onFollower(start, body.follower_id));
  return tried(start, body, onVault(start));
}

interface Start {
  readonly caller: Caller;
  readonly overlay_id: string;
  readonly ports: OverlayPorts;
}

/** What an overlay begins on, read and let in; and how it is stored. */
type Begin = () => Promise<{ vault: Vault; follower?: Follower; save: (overlay: Overlay) => Promise<boolean> }>;

async function tried({ caller, overlay_id, ports }: Start, body: FlipBody | PersonaBody, begin: Begin): Promise<Overlay> {
  for (let attempt = 1; attempt <= saveTries; attempt += 1) {
    const { vault, follower, save } = await begin();
    const earlier = await ports.overlay(vault, overlay_id);
    if (earlier !== undefined) return earlier;
    const given = { overlay_id, vault, now: ports.clock(), by: caller.by };
    const overlay = body.kind === 'flip' ? newFlip(body, given, follower) : newPersona(body, given);
    if (await save(overlay)) {
      const { tenant_id, vault_id } = vault;
      if (overlay.kind === 'flip')
        await ports.later({ tenant_id, vault_id, overlay_id }, overlay.expires_at ?? overlay.starts_at);
      return overlay;
    }
    await ports.backOff(attempt);
  }
  throw new Error(`overlay ${overlay_id} met others ${saveTries} times in a row`);
}

const onVault =
  ({ caller, ports }: Start): Begin =>
  async () => {
    const vault = await ports.vault(caller.vaultId);
    permit(caller.principal, 'createOverlay', resource('vault', vault));
    if (vault === undefined) throw notFound('vault');
    return { vault, save: (overlay) => ports.startVault(vault, overlay) };
  };

const onFollower =
  ({ caller, ports }: Start, followerId: string): Begin =>
  async () => {
    const follower = await ports.follower(followerId);
    permit(caller.principal, 'createOverlay', resource('follower', follower));
    if (follower === undefined || follower.vault_id !== caller.vaultId) throw notFound('follower');
    const vault = await ports.vaultAt({ tenant_id: follower.vault_tenant_id, vault_id: follower.vault_id });
    if (vault === undefined) throw notFound('vault');
    return { vault, follower, save: (overlay) => ports.startFollower(vault, follower, overlay) };
  };

const hasEnded = () => new Refusal(409, 'overlay_ended', 'The overlay has ended.');

/** Ends an overlay before its time. One that has ended already is refused. */
export async function endOverlay(caller: Caller, overlayId: string, ports: OverlayPorts): Promise<Overlay> {
  const vault = await ports.vaultById(caller.vaultId);
  const overlay = vault === undefined ? undefined : await ports.overlay(vault, overlayId);
  if (overlay?.follower !== undefined) permit(caller.principal, 'deleteOverlay', resource('follower', parties(vault, overlay)));
  else permit(caller.principal, 'deleteOverlay', resource('vault', vault));
  if (vault === undefined) throw notFound('vault');
  if (overlay === undefined) throw notFound('overlay');
  if (overlay.kind === 'maintenance' || overlay.kind === 'halt') return endSwitch(caller, overlayId, ports);
  const end = endOf(overlay);
  if (end !== undefined && !isOn(overlay, timestamp(ports.clock())) && end <= timestamp(ports.clock())) throw hasEnded();
  const { tenant_id, vault_id } = vault;
  const key = { tenant_id, vault_id, overlay_id: overlayId };
  const endPorts = { ...ports, vault: ports.vaultAt, saveVault: ports.endVault };
  if (overlay.follower === undefined) {
    const ended = await endVaultOverlay(key, overlay, 'deleted', endPorts);
    if (ended === undefined) throw hasEnded();
    return ended;
  }
  if (!(await endFlipsOf(overlay.follower.follower_id, 'deleted', endPorts))) throw hasEnded();
  return (await ports.overlay(vault, overlayId)) ?? overlay;
}

function parties(vault: Vault | undefined, { follower }: Overlay) {
  if (vault === undefined || follower === undefined) return undefined;
  const { follower_id, tenant_id } = follower;
  return { follower_id, tenant_id, vault_tenant_id: vault.tenant_id };
}
