import { readOverlay } from '../../shared/adapters/dynamo/overlay-store.ts';
import { ownVaults } from '../../shared/adapters/dynamo/projection-store.ts';
import type { Allowed, Follower } from '../../shared/domain/followers/follower.ts';
import { endFlipsOf, endVaultOverlay } from '../../shared/domain/overlays/end.ts';
import type { Vault } from '../../shared/domain/vaults/vault.ts';
import { type Reverting, stopPorts } from './revert-ports.ts';

const cause = 'entitlement_lost';

/** A follower's own flip, which its tenant's plan has no more. */
export async function endLostFlip({ follower_id, flip }: Follower, reverting: Reverting): Promise<void> {
  if (flip?.ended_at === undefined) await endFlipsOf(follower_id, cause, stopPorts(reverting));
}

/** What shapes a tenant's own vaults as a whole and is not in its plan any more. */
export async function endLostOverlays(tenantId: string, allowed: Allowed, reverting: Reverting): Promise<void> {
  for (const vault of await ownVaults(reverting.table, tenantId)) await endLostOn(vault, allowed, reverting);
}

async function endLostOn(vault: Vault, allowed: Allowed, reverting: Reverting): Promise<void> {
  const { tenant_id, vault_id, overlays = [] } = vault;
  for (const { overlay_id, kind, ended_at } of overlays) {
    if (ended_at !== undefined || (kind === 'flip' ? allowed.flip_mode : allowed.persona_boosts)) continue;
    const overlay = await readOverlay(reverting.table, vault, overlay_id);
    if (overlay !== undefined) await endVaultOverlay({ tenant_id, vault_id, overlay_id }, overlay, cause, stopPorts(reverting));
  }
}
