import { z } from 'zod';
import {
  decimalString,
  decimalUpTo,
  idOf,
  label,
  listOf,
  nonNegativeDecimal,
  pageQuery,
  positiveDecimal,
  symbolField,
  time,
} from '../contract/fields.ts';
import type { RoomSchemas } from '../contract/route-schema.ts';
import { positionRecord } from '../mirroring/positions.ts';
import type { FollowerFlip } from '../overlays/counted.ts';
import { testResult } from '../webhooks/test-event.ts';

export const modes = ['proportional', 'capped', 'shadow'] as const;
/** Why the platform lets a follower only reduce. */
export const closeOnlyWhys = ['no_plan', 'over_limit', 'mode_not_in_plan', 'tenant_suspended'] as const;
export type CloseOnlyWhy = (typeof closeOnlyWhys)[number];
export const followerStatuses = ['active', 'stopped', 'leaving', 'left'] as const;

const symbolRules = z.strictObject({
  allow: z.array(symbolField).max(200).optional(),
  deny: z.array(symbolField).max(200).optional(),
});
const webhook = z.strictObject({ url: z.string().min(1).max(2048) });
const bridgedBrokers = z.strictObject({
  equities_ref: z.string().min(1).max(200).optional(),
  crypto_ref: z.string().min(1).max(200).optional(),
});

const settings = {
  label: label.optional(),
  mode: z.enum(modes),
  scale: decimalUpTo('1000'),
  scale_basis: z.enum(['fixed', 'nav']).optional(),
  max_pos_usd: positiveDecimal.optional(),
  symbols: symbolRules.optional(),
  kill_switch: z.boolean().optional(),
  reduce_only: z.boolean().optional(),
  allow_short: z.boolean().optional(),
  join: z.enum(['next_order', 'sync']).optional(),
};

export const followerBody = z.strictObject({
  ...settings,
  webhook: webhook.optional(),
  bridged_brokers: bridgedBrokers.optional(),
});
export type FollowerBody = z.infer<typeof followerBody>;

export const followerPatch = z
  .strictObject({
    ...settings,
    mode: settings.mode.optional(),
    scale: settings.scale.optional(),
    label: label.nullable().optional(),
    max_pos_usd: positiveDecimal.nullable().optional(),
    symbols: symbolRules.nullable().optional(),
    webhook: webhook.optional(),
    bridged_brokers: bridgedBrokers.optional(),
  })
  .partial();
export type FollowerPatch = z.infer<typeof followerPatch>;

export const followerRecord = z
  .strictObject({
    follower_id: idOf('fol'),
    tenant_id: idOf('ten'),
    vault_id: idOf('vlt'),
    label: label.optional(),
    mode: z.enum(modes),
    scale: z.string(),
    scale_basis: z.enum(['fixed', 'nav']),
    max_pos_usd: z.string().optional(),
    symbols: symbolRules.optional(),
    kill_switch: z.boolean(),
    reduce_only: z.boolean().describe('Set by its own people: increases are skipped'),
    allow_short: z.boolean(),
    webhook: webhook,
    status: z.enum(followerStatuses),
    close_only: z.boolean().describe('Set by the platform (suspended, over its plan): increases are skipped'),
    nav: z.strictObject({ nav: z.string(), ts: time }).optional().describe('The latest that was reported, in USD'),
    close_only_why: z.enum(closeOnlyWhys).optional().describe('Why close_only is set'),
    joined_seq: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Follower' });
export type FollowerRecord = z.infer<typeof followerRecord>;

/** What the vault's manager sees of another tenant's follower (SPEC 3). */
export const redactedFollower = z
  .strictObject({
    follower_id: idOf('fol'),
    vault_id: idOf('vlt'),
    mode: z.enum(modes),
    status: z.enum(followerStatuses),
    kill_switch: z.boolean(),
    close_only: z.boolean(),
  })
  .meta({ id: 'RedactedFollower' });

/** A follower's row in its shard's roster: the record, its address, and what expansion must know (ARCHITECTURE 3). */
export interface Follower extends FollowerRecord {
  readonly vault_tenant_id: string;
  readonly shard: number;
  readonly place: number;
  readonly ver: number;
  /** What its tenant's plan lets count for it; rows of before there were plans have none. */
  readonly allowed?: Allowed;
  /** Version of the signing key that derives its secret. */
  readonly key_version: number;
  /** When that version took the place of the one before it, which stays valid for a day more. Absent before the first rotation. */
  readonly key_rotated_at?: string;
  /** Last vault entry whose child of it went to its retry lane, and the last that ended there. Both only grow. */
  readonly lane_in: number;
  readonly lane_out: number;
  /** Its endpoint took more than a second: it is served through its lane until it is quick again. */
  readonly slow: boolean;
  /** Its own flip, from its start until its revert is done. */
  readonly flip?: FollowerFlip;
  /**
   * By symbol, the signed sum of children that happened outside the shard's own dispatch: in the lane, by settling, by a
   * report. told = the ledger's + this; every writer adds on condition of the value it read, and sums need no handing over (docs/decisions/0004).
   */
  readonly moved: Readonly<Record<string, string>>;
  /** Children of which nobody knows whether they happened: `<symbol> <fo_id>` to signed quantity. */
  readonly unknown: Readonly<Record<string, string>>;
  /** By symbol, what its account holds as it was reported (held.ts). Absent while it has reported nothing. */
  readonly held?: Readonly<Record<string, string>>;
  /** When one of its children last ended outside its shard's dispatch, or was last reported on. */
  readonly child_at?: string;
}

export const followerNavBody = z.strictObject({ nav: nonNegativeDecimal, ts: time });
export type FollowerNavBody = z.infer<typeof followerNavBody>;
export const followerNavRecord = z
  .strictObject({ follower_id: idOf('fol'), ts: time, nav: z.string(), recorded_at: time })
  .meta({ id: 'FollowerNav' });
/** The net asset value of a follower's account at a time: recorded once, never changed. */
export type FollowerNav = z.infer<typeof followerNavRecord>;

export const positionReport = z.strictObject({
  ts: time,
  positions: z
    .array(z.strictObject({ symbol: symbolField, qty: decimalString }))
    .min(1)
    .max(200)
    .refine((all) => new Set(all.map(({ symbol }) => symbol)).size === all.length, { message: 'each symbol at most once' }),
});
export type PositionReport = z.infer<typeof positionReport>;
export const positionReported = z
  .strictObject({
    follower_id: idOf('fol'),
    ts: time,
    positions: z.array(z.strictObject({ symbol: symbolField, qty: z.string() })),
  })
  .meta({ id: 'PositionsReported' });

/** What counts for a follower only where its tenant's plan has it (SPEC 5): flips, its own and vault-wide, and boosts of personas. */
export interface Allowed {
  readonly flip_mode: boolean;
  readonly persona_boosts: boolean;
}

/** Where a follower's row stands: what the look-up by its id gives. */
export interface FollowerAddress {
  readonly follower_id: string;
  readonly tenant_id: string;
  readonly vault_tenant_id: string;
  readonly vault_id: string;
  readonly shard: number;
  readonly place: number;
}

/** What a rotation answers: the new secret, and until when the one before it is good. */
const rotatedFollower = followerRecord.extend({ signing_secret: z.string(), old_secret_valid_until: time });

const fullOrRedacted = z.union([followerRecord, redactedFollower]);

export const followerSchemas: RoomSchemas<'followers'> = {
  createFollower: {
    summary: 'Register a follower on a vault; its signing secret is shown once',
    params: { vault_id: idOf('vlt') },
    body: followerBody,
    answer: { status: 201, schema: followerRecord.extend({ signing_secret: z.string() }) },
    codes: [
      'vault_not_found',
      'vault_closed',
      'vault_full',
      'binding_required',
      'binding_unavailable',
      'cap_required',
      'webhook_url_refused',
      'sync_impossible',
      'entitlement_required',
    ],
  },
  listFollowers: {
    summary: 'The followers of a vault; those of other tenants are redacted',
    params: { vault_id: idOf('vlt') },
    query: z.strictObject({ ...pageQuery }),
    answer: { status: 200, schema: listOf(fullOrRedacted) },
    codes: ['vault_not_found', 'cursor_invalid'],
  },
  getFollower: {
    summary: 'Read a follower',
    params: { follower_id: idOf('fol') },
    answer: { status: 200, schema: fullOrRedacted },
    codes: ['follower_not_found'],
  },
  rotateFollowerKey: {
    summary: 'A new signing secret, shown once; the one before it stays valid for 24 hours',
    params: { follower_id: idOf('fol') },
    answer: { status: 200, schema: rotatedFollower },
    codes: ['follower_not_found', 'precondition_failed'],
  },
  testFollower: {
    summary: "Send a signed test event to the follower's webhook, and see what came of it",
    params: { follower_id: idOf('fol') },
    answer: { status: 200, schema: testResult },
    codes: ['follower_not_found', 'follower_left', 'too_many_test_events'],
  },
  recordFollowerNav: {
    summary: "Record the net asset value of the follower's account at a time, in USD",
    params: { follower_id: idOf('fol') },
    body: followerNavBody,
    answer: { status: 201, schema: followerNavRecord },
    codes: ['follower_not_found', 'follower_left', 'nav_in_future', 'nav_recorded'],
  },
  reportPositions: {
    summary: "Say what the follower's account holds of symbols at a time, whatever was filled: reconciliation compares it",
    params: { follower_id: idOf('fol') },
    body: positionReport,
    answer: { status: 200, schema: positionReported },
    codes: ['follower_not_found', 'follower_left', 'position_in_future'],
  },
  listPositions: {
    summary: 'What the follower should hold, was told, and reported, by symbol',
    params: { follower_id: idOf('fol') },
    query: z.strictObject({ ...pageQuery }),
    answer: { status: 200, schema: listOf(positionRecord) },
    codes: ['follower_not_found', 'cursor_invalid'],
  },
  deleteFollower: {
    summary: 'Stop mirroring; with positions=flatten closing children go out first',
    params: { follower_id: idOf('fol') },
    query: z.strictObject({ positions: z.enum(['keep', 'flatten']).optional() }),
    answer: { status: 200, schema: followerRecord },
    codes: ['follower_not_found', 'flatten_impossible'],
  },
  updateFollower: {
    summary: "Change a follower's settings; nothing moves by itself, but for join: sync",
    params: { follower_id: idOf('fol') },
    body: followerPatch,
    answer: { status: 200, schema: fullOrRedacted },
    codes: [
      'follower_not_found',
      'cap_required',
      'manager_may_only_stop',
      'binding_kind_fixed',
      'webhook_url_refused',
      'precondition_failed',
      'follower_left',
      'sync_impossible',
      'entitlement_required',
    ],
  },
};
