import type { Clock } from '../../kit/clock.ts';
import { notFound, permit, resource } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import { navAt, requireSameNav } from './nav-rules.ts';
import type { NavBody, NavSnapshot, Vault } from './vault.ts';

export interface NavPorts {
  readonly clock: Clock;
  readonly vault: (vaultId: string) => Promise<Vault | undefined>;
  /** Stores it with its audit event if there is none of its time; gives the one that stands there. */
  readonly put: (vault: Vault, snapshot: NavSnapshot) => Promise<NavSnapshot>;
}

export interface NavReport {
  readonly principal: Principal;
  readonly vaultId: string;
  readonly body: NavBody;
}

/** Records a vault's NAV at a time, once: the same again is the same snapshot, another value of the same time is refused. */
export async function recordNav({ principal, vaultId, body }: NavReport, ports: NavPorts): Promise<NavSnapshot> {
  const vault = await ports.vault(vaultId);
  permit(principal, 'recordNav', resource('vault', vault));
  if (vault === undefined) throw notFound('vault');
  const snapshot = { vault_id: vaultId, ...navAt(body, ports.clock()) };
  const stored = await ports.put(vault, snapshot);
  requireSameNav(snapshot, stored);
  return stored;
}
