import { milliseconds } from '../../kit/clock.ts';
import type { Vault, VaultRecord, VaultSwitch } from './vault.ts';

/** What switches a vault: on its own item, so that who writes or reads the vault sees them with it. */
export type Switched = Pick<Vault, 'status' | 'switches'>;

/** True while an overlay counts: evaluated from its times, never from something having been deleted (SPEC 6.2). */
export const isActive = ({ starts_at, expires_at }: Pick<VaultSwitch, 'starts_at' | 'expires_at'>, now: number): boolean =>
  milliseconds(starts_at) <= now && (expires_at === undefined || now < milliseconds(expires_at));

/** The vault's status at a time (ms): closed, else the strictest of its active switches. */
export function statusAt({ status, switches }: Switched, now: number): VaultRecord['status'] {
  if (status === 'closed') return 'closed';
  const kinds = new Set((switches ?? []).filter((s) => isActive(s, now)).map((s) => s.kind));
  if (kinds.has('halt')) return 'halted';
  return kinds.has('maintenance') ? 'maintenance' : 'open';
}
