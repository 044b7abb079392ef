import { decimal, format } from '../../kit/decimal.ts';
import { statusAt } from './status.ts';
import type { Rail, ReconcilePolicy, Vault, VaultBody, VaultRecord } from './vault.ts';

const defaultFlipPolicy = { min_ttl_s: 1800, max_ttl_s: 3600, max_amplify: '0.5' };

export const defaultReconcilePolicy: ReconcilePolicy = {
  tolerance_increments: '1',
  tolerance_nav: '0.005',
  correct_own_trades: false,
  cool_down_s: 300,
};
/** With its numbers in their one spelling. */
export const canonicalPolicy = (p: ReconcilePolicy): ReconcilePolicy => ({
  ...p,
  tolerance_increments: canonical(p.tolerance_increments),
  tolerance_nav: canonical(p.tolerance_nav),
});

/** A new vault of a manager's tenant. `now` is RFC 3339. */
export function newVault(body: VaultBody, tenantId: string, vaultId: string, now: string): Vault {
  return {
    vault_id: vaultId,
    tenant_id: tenantId,
    label: body.label,
    rails: [...new Set(body.rails)],
    personas: body.personas ?? [],
    risk_profile: body.risk_profile ?? {},
    public: body.public ?? false,
    max_age_s: body.max_age_s ?? 300,
    flip_policy: body.flip_policy ?? defaultFlipPolicy,
    reconcile_policy: body.reconcile_policy === undefined ? defaultReconcilePolicy : canonicalPolicy(body.reconcile_policy),
    ...(body.instruments === undefined ? {} : { instruments: canonicalInstruments(body.instruments) }),
    status: 'open',
    seq: 0,
    shards: 0,
    followers: 0,
    created_at: now,
    updated_at: now,
    ver: 1,
    last_shard_followers: 0,
  };
}

const canonical = (text: string): string => format(decimal(text));

export function canonicalInstruments(map: NonNullable<VaultBody['instruments']>): NonNullable<VaultRecord['instruments']> {
  const rows = Object.entries(map).map(([symbol, i]) => [
    symbol,
    {
      increment: canonical(i.increment),
      ...(i.min_qty === undefined ? {} : { min_qty: canonical(i.min_qty) }),
      ...(i.min_notional === undefined ? {} : { min_notional: canonical(i.min_notional) }),
      ...(i.rail === undefined ? {} : { rail: i.rail }),
    },
  ]);
  return Object.fromEntries(rows);
}

/** The record without the item's inner fields, with the status that it has at a time (ms). */
export function vaultView(vault: Vault, now: number): VaultRecord {
  const {
    ver: _ver,
    last_time: _last,
    last_shard_followers: _count,
    switches: _switches,
    overlays: _overlays,
    canceled_to: _canceled,
    ...record
  } = vault;
  return { ...record, status: statusAt(vault, now) };
}

/** A public vault as other tenants see it (SPEC 4). */
export function redactedVaultView({ vault_id, label, rails, personas, risk_profile }: Vault) {
  return { vault_id, label, rails, personas, risk_profile, public: true as const };
}

export interface Instrument {
  readonly rail: Rail;
  readonly increment: string;
  readonly min_qty?: string | undefined;
  readonly min_notional?: string | undefined;
}

const railOf = (symbol: string): Rail => (/[/-]/.test(symbol) ? 'crypto' : 'fiat');
const defaultIncrement: Record<Rail, string> = { fiat: '1', crypto: '0.00000001' };

/** How a vault trades a symbol (SPEC 4), or undefined when it may not: not listed, or on a rail the vault lacks. */
export function instrumentOf(vault: Pick<VaultRecord, 'rails' | 'instruments'>, symbol: string): Instrument | undefined {
  const listed = vault.instruments?.[symbol];
  if (vault.instruments !== undefined && listed === undefined) return undefined;
  const rail = listed?.rail ?? railOf(symbol);
  if (!vault.rails.includes(rail)) return undefined;
  return { ...listed, rail, increment: listed?.increment ?? defaultIncrement[rail] };
}
