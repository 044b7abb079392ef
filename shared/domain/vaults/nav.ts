import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import { decimal, format } from '../../kit/decimal.ts';
import { Refusal } from '../../kit/refusal.ts';
import { notFound, permit, resource } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
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

/** How far a time may lie ahead of our clock. */
const futureToleranceMs = 5000;

/** Records a vault's NAV at a time, once: the same again is the same snapshot, another value of the same time is refused. */
export async function recordNav({ principal, vaultId, body }: NavReport, ports: NavPorts): Promise<NavSnapshot> {
  const vault = await ports.vault(vaultId);
  permit(principal, 'recordNav', resource('vault', vault));
  if (vault === undefined) throw notFound('vault');
  const now = ports.clock();
  const at = milliseconds(body.ts);
  if (at > now + futureToleranceMs) {
    const errors = [{ pointer: '/ts', detail: 'lies more than 5 s in the future' }];
    throw new Refusal(422, 'nav_in_future', 'ts lies more than 5 s in the future.', { errors });
  }
  const snapshot = { vault_id: vaultId, ts: timestamp(at), nav: format(decimal(body.nav)), recorded_at: timestamp(now) };
  const stored = await ports.put(vault, snapshot);
  if (stored.nav === snapshot.nav) return stored;
  throw new Refusal(409, 'nav_recorded', `Another NAV is recorded for ${snapshot.ts}.`, { extra: { nav: stored.nav } });
}
