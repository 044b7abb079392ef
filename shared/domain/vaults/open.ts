import { type Clock, timestamp } from '../../kit/clock.ts';
import { id } from '../../kit/ids.ts';
import { hasRoom, requireRoom } from '../entitlements/feature.ts';
import type { Room } from '../entitlements/usage.ts';
import { actingTenant } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import { newVault } from './create.ts';
import type { Vault, VaultBody } from './vault.ts';

export interface OpenPorts {
  readonly clock: Clock;
  readonly backOff: (attempt: number) => Promise<void>;
  /** What the tenant has and uses now. */
  readonly room: (tenantId: string, vaultId: string) => Promise<Room>;
  readonly vault: (vaultId: string) => Promise<Vault | undefined>;
  /** Stores it in that room; what is there under its id already is given; undefined when the room is another by now. */
  readonly put: (vault: Vault, room: Room) => Promise<Vault | undefined>;
}

const putTries = 20;

/** Opens a vault, if the plan has room for it (SPEC 5). Repeating it with the same seed gives the same vault. */
export async function openVault(
  { principal, body, seed }: { readonly principal: Principal; readonly body: VaultBody; readonly seed: string },
  ports: OpenPorts,
): Promise<Vault> {
  const tenantId = actingTenant(principal);
  const vault = newVault(body, tenantId, id('vlt', seed), timestamp(ports.clock()));
  for (let attempt = 1; attempt <= putTries; attempt += 1) {
    const room = await ports.room(tenantId, vault.vault_id);
    if (!hasRoom(room.entitlements, 'vaults', room.usage.vaults)) {
      const earlier = await ports.vault(vault.vault_id);
      if (earlier !== undefined) return earlier;
      requireRoom({ tenant: room }, 'vaults', room.usage.vaults);
    }
    const stored = await ports.put(vault, room);
    if (stored !== undefined) return stored;
    await ports.backOff(attempt);
  }
  throw new Error(`tenant ${tenantId} was written by others ${putTries} times in a row`);
}
