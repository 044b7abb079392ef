import { type Clock, timestamp } from '../../kit/clock.ts';
import { Refusal } from '../../kit/refusal.ts';
import { requireMatch } from '../contract/match.ts';
import { notFound, permit, resource } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import { canonicalInstruments, canonicalPolicy } from './create.ts';
import type { Vault, VaultPatch } from './vault.ts';

export interface ChangePorts {
  readonly clock: Clock;
  readonly backOff: (attempt: number) => Promise<void>;
  readonly vault: (vaultId: string) => Promise<Vault | undefined>;
  /** Whether this request has made its change already, when it is run again. */
  readonly made: (vault: Vault, seed: string) => Promise<boolean>;
  /** Settings, public list, audit event and the mark that `made` finds in one transaction; false when the vault is not as read. */
  readonly save: (next: Vault, before: Vault) => Promise<boolean>;
}

export interface VaultChange {
  readonly principal: Principal;
  readonly vaultId: string;
  readonly patch: VaultPatch;
  readonly seed: string;
  readonly ifMatch?: string | undefined;
}

/** Every accepted order and every new follower moves the vault's version: a change has to find a gap between them. */
const saveTries = 40;

/**
 * Changes a vault's settings (SPEC 4). They count for what is accepted after it; an order that was accepted has pinned its own.
 * Run again with its seed it changes nothing a second time.
 */
export async function changeVault(change: VaultChange, ports: ChangePorts): Promise<Vault> {
  for (let attempt = 1; attempt <= saveTries; attempt += 1) {
    const vault = await ports.vault(change.vaultId);
    permit(change.principal, 'updateVault', resource('vault', vault));
    if (vault === undefined) throw notFound('vault');
    if (await ports.made(vault, change.seed)) return vault;
    requireMatch(change.ifMatch, `"${vault.ver}"`, 'vault');
    requireOpen(change.patch, vault);
    const next = patched(vault, change.patch, timestamp(ports.clock()));
    if (await ports.save(next, vault)) return next;
    await ports.backOff(attempt);
  }
  throw new Error(`vault ${change.vaultId} was written by others ${saveTries} times in a row`);
}

/** What may still change of a closed vault: how it is shown. */
const afterClosing: readonly string[] = ['label', 'public', 'status'];

function requireOpen(patch: VaultPatch, { status }: Vault): void {
  if (status !== 'closed') return;
  const other = Object.keys(patch).filter((name) => !afterClosing.includes(name));
  if (other.length > 0) throw new Refusal(409, 'vault_closed', 'The vault is closed: only its label and public change now.');
}

/** The vault after a PATCH; `instruments: null` takes the list away. Everything that is no setting stays as it was read. */
export function patched(vault: Vault, patch: VaultPatch, now: string): Vault {
  const { instruments, rails, reconcile_policy, ...plain } = patch;
  const { instruments: old, ...kept } = vault;
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)) as Partial<Vault>;
  const listed = instruments === undefined ? old : instruments === null ? undefined : canonicalInstruments(instruments);
  return {
    ...kept,
    ...given,
    ...(rails === undefined ? {} : { rails: [...new Set(rails)] }),
    ...(listed === undefined ? {} : { instruments: listed }),
    ...(reconcile_policy === undefined ? {} : { reconcile_policy: canonicalPolicy(reconcile_policy) }),
    updated_at: now,
    ver: vault.ver + 1,
  };
}
