import { z } from 'zod';
import {
  decimalBetween,
  idOf,
  label,
  listOf,
  nonNegativeDecimal,
  pageQuery,
  plainJsonObject,
  positiveDecimal,
  symbolField,
  time,
} from '../contract/fields.ts';
import type { RoomSchemas } from '../contract/route-schema.ts';
import type { VaultOverlay } from '../overlays/counted.ts';

export const rails = ['fiat', 'crypto'] as const;
export type Rail = (typeof rails)[number];
export const personas = ['athena', 'apollo', 'ares', 'nemesis'] as const;

export const instrument = z.strictObject({
  increment: positiveDecimal,
  min_qty: nonNegativeDecimal.optional(),
  min_notional: nonNegativeDecimal.optional(),
  rail: z.enum(rails).optional(),
});

/** Bounds that the manager may set for flips (SPEC 6.3). */
const flipPolicy = z
  .strictObject({
    min_ttl_s: z.int().min(5).max(86_400).default(1800),
    max_ttl_s: z.int().min(5).max(86_400).default(3600),
    max_amplify: decimalBetween('0', '2').default('0.5'),
  })
  .refine((p) => p.min_ttl_s <= p.max_ttl_s, { message: 'min_ttl_s must not exceed max_ttl_s' });

/** When a difference counts, and what is done about it (SPEC 6.6). */
const reconcilePolicy = z.strictObject({
  /** A difference counts when it is more than so many increments of the symbol ... */
  tolerance_increments: nonNegativeDecimal.default('1'),
  /** ... and, where the follower's NAV is known, more than this share of it. */
  tolerance_nav: decimalBetween('0', '1').default('0.005'),
  /** Whether what a follower did on its own is traded back. */
  correct_own_trades: z.boolean().default(false),
  /** At most one fix-up of a follower and symbol in so many seconds. */
  cool_down_s: z.int().min(1).max(86_400).default(300),
});
export type ReconcilePolicy = z.infer<typeof reconcilePolicy>;

const railList = z.array(z.enum(rails)).min(1).max(2);
const instruments = z
  .record(symbolField, instrument)
  .refine((map) => Object.keys(map).length <= 200, { message: 'at most 200 instruments' });
const settings = {
  personas: z.array(z.enum(personas)).max(4).optional(),
  risk_profile: plainJsonObject.optional(),
  public: z.boolean().optional(),
  max_age_s: z.int().min(1).max(86_400).optional(),
  flip_policy: flipPolicy.optional(),
  reconcile_policy: reconcilePolicy.optional(),
};

export const vaultBody = z.strictObject({ label, rails: railList, ...settings, instruments: instruments.optional() });
export type VaultBody = z.infer<typeof vaultBody>;

export const vaultPatch = z.strictObject({
  label: label.optional(),
  rails: railList.optional(),
  ...settings,
  /** Null: every symbol of the rails again. */
  instruments: instruments.nullable().optional(),
  /** Closing is final. */
  status: z.literal('closed').optional(),
});
export type VaultPatch = z.infer<typeof vaultPatch>;

export const vaultStatuses = ['open', 'maintenance', 'halted', 'closed'] as const;

/** What anybody may see of a public vault (SPEC 4: redacted for others). */
export const redactedVault = z
  .strictObject({
    vault_id: idOf('vlt'),
    label,
    rails: z.array(z.enum(rails)),
    personas: z.array(z.enum(personas)),
    risk_profile: z.record(z.string(), z.unknown()),
    public: z.literal(true),
  })
  .meta({ id: 'PublicVault' });

export const vaultRecord = z
  .strictObject({
    vault_id: idOf('vlt'),
    tenant_id: idOf('ten'),
    label,
    rails: z.array(z.enum(rails)),
    personas: z.array(z.enum(personas)),
    risk_profile: z.record(z.string(), z.unknown()),
    public: z.boolean(),
    max_age_s: z.int(),
    flip_policy: flipPolicy,
    reconcile_policy: reconcilePolicy,
    instruments: z.record(symbolField, instrument).optional(),
    status: z.enum(vaultStatuses),
    seq: z.int(),
    shards: z.int(),
    followers: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Vault' });
export type VaultRecord = z.infer<typeof vaultRecord>;

/** An active overlay that switches the whole vault, as it stands on the vault's item. */
export interface VaultSwitch {
  readonly overlay_id: string;
  readonly kind: 'maintenance' | 'halt';
  readonly starts_at: string;
  readonly expires_at?: string | undefined;
}

/** The vault's item: the record, and what accept and registration need beside it. */
export interface Vault extends VaultRecord {
  /** Grows with every write; transactions hold only for the vault as it was read. */
  readonly ver: number;
  /** Time of the vault's last log entry, so that order times never run backwards. Absent before the first. */
  readonly last_time?: string;
  /** Followers in the newest shard; a shard is opened when it is full. */
  readonly last_shard_followers: number;
  /** The highest sequence number of a canceled order: shards look for a cancel up to it. Absent before the first. */
  readonly canceled_to?: number;
  /** `status` says open or closed; what these make of it follows from the time (status.ts). */
  readonly switches?: readonly VaultSwitch[];
  /** Vault-wide flips and personas: those whose time is not over, and flips until their revert is done. */
  readonly overlays?: readonly VaultOverlay[];
}

export const navBody = z.strictObject({ nav: nonNegativeDecimal, ts: time });
export type NavBody = z.infer<typeof navBody>;
/** The `detail` of the OS's event. */
export const busNav = navBody.extend({ vault_id: idOf('vlt') });
export const navRecord = z
  .strictObject({ vault_id: idOf('vlt'), ts: time, nav: z.string(), recorded_at: time })
  .meta({ id: 'NavSnapshot' });
/** A vault's net asset value at a time: recorded once, never changed. */
export type NavSnapshot = z.infer<typeof navRecord>;

export const vaultSchemas: RoomSchemas<'vaults'> = {
  createVault: {
    summary: 'Create a vault',
    params: {},
    body: vaultBody,
    answer: { status: 201, schema: vaultRecord },
    codes: ['tenant_kind', 'tenant_not_found'],
  },
  listVaults: {
    summary: 'Your vaults, then the public ones of others',
    params: {},
    query: z.strictObject({ ...pageQuery }),
    answer: { status: 200, schema: listOf(z.union([vaultRecord, redactedVault])) },
    codes: ['cursor_invalid'],
  },
  getVault: {
    summary: 'Read a vault; a public one of another tenant is redacted',
    params: { vault_id: idOf('vlt') },
    answer: { status: 200, schema: z.union([vaultRecord, redactedVault]) },
    codes: ['vault_not_found'],
  },
  updateVault: {
    summary: "Change a vault's settings, for orders accepted after it; status: closed is final",
    params: { vault_id: idOf('vlt') },
    body: vaultPatch,
    answer: { status: 200, schema: vaultRecord },
    codes: ['vault_not_found', 'vault_closed', 'precondition_failed'],
  },
  recordNav: {
    summary: "Record the vault's net asset value at a time, in USD",
    params: { vault_id: idOf('vlt') },
    body: navBody,
    answer: { status: 201, schema: navRecord },
    codes: ['vault_not_found', 'nav_in_future', 'nav_recorded'],
  },
  listNav: {
    summary: "The vault's net asset values, the newest first",
    params: { vault_id: idOf('vlt') },
    query: z.strictObject({ ...pageQuery, since: time.optional() }),
    answer: { status: 200, schema: listOf(navRecord) },
    codes: ['vault_not_found', 'cursor_invalid'],
  },
};
