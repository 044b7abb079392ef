import { z } from 'zod';
import { decimalBetween, decimalString, idOf, listOf, pageQuery, time } from '../contract/fields.ts';
import type { RoomSchemas } from '../contract/route-schema.ts';
import { personas } from '../vaults/vault.ts';

/** Overlays that switch a whole vault (SPEC 6.1, 6.2): maintenance refuses what increases, halt refuses all. */
export const switchKinds = ['maintenance', 'halt'] as const;
export const overlayKinds = [...switchKinds, 'flip', 'persona'] as const;

const why = z.string().min(1).max(500).optional();

export const switchBody = z.strictObject({
  kind: z.enum(switchKinds),
  ttl_seconds: z.int().min(5).max(86_400).optional(),
  why,
});
export type SwitchBody = z.infer<typeof switchBody>;
export const isSwitch = (body: OverlayBody): body is SwitchBody => body.kind === 'maintenance' || body.kind === 'halt';

/** What a vault's policy allows of these is a refusal with a code of its own, so the form alone is checked here. */
export const flipBody = z.strictObject({
  kind: z.literal('flip'),
  follower_id: idOf('fol').optional().meta({ description: 'One follower; without it the whole vault, for its manager alone' }),
  amplify: decimalString.meta({
    description: "Exposure added to every increase; within the vault's flip_policy",
    examples: ['0.35'],
  }),
  ttl_seconds: z
    .int()
    .min(0)
    .max(1_000_000)
    .meta({ description: "Within the vault's flip_policy", examples: [1800] }),
  why,
});
export type FlipBody = z.infer<typeof flipBody>;

export const personaBody = z.strictObject({
  kind: z.literal('persona'),
  persona: z.enum(personas),
  boost: decimalBetween('-1', '2')
    .optional()
    .meta({ description: "Absent: the persona's own", examples: ['0.25'] }),
  invert: z.boolean().optional(),
  ttl_seconds: z.int().min(5).max(2_592_000).optional(),
  why,
});
export type PersonaBody = z.infer<typeof personaBody>;

export const overlayBody = z.discriminatedUnion('kind', [switchBody, flipBody, personaBody]);
export type OverlayBody = z.infer<typeof overlayBody>;

/** Why an overlay ended before its time. */
export const endCauses = ['deleted', 'kill_switch', 'follower_left', 'entitlement_lost', 'vault_halted', 'vault_closed'] as const;
export type EndCause = (typeof endCauses)[number];

export const overlayRecord = z
  .strictObject({
    overlay_id: idOf('ovl'),
    vault_id: idOf('vlt'),
    kind: z.enum(overlayKinds),
    /** A flip that is over is `reverting` until its extra has been taken back everywhere, then `reverted`. */
    status: z.enum(['active', 'expired', 'ended', 'reverting', 'reverted']),
    follower_id: idOf('fol').optional(),
    amplify: z.string().optional(),
    persona: z.enum(personas).optional(),
    boost: z.string().optional(),
    invert: z.boolean().optional(),
    starts_at: time,
    expires_at: time.optional(),
    ended_at: time.optional(),
    cause: z.enum(endCauses).optional(),
    reverted_at: time.optional(),
    why: z.string().optional(),
    /** Of the caller's own tenant. */
    by: z.string().optional(),
  })
  .meta({ id: 'Overlay' });
export type OverlayRecord = z.infer<typeof overlayRecord>;

/** Whom a flip of one follower is about, and where its row stands. */
export interface FlippedFollower {
  readonly follower_id: string;
  readonly tenant_id: string;
  readonly shard: number;
  readonly place: number;
}

/** As stored: whether it is still active follows from the time. */
export type Overlay = Omit<OverlayRecord, 'status' | 'follower_id' | 'by'> & {
  readonly by: string;
  readonly follower?: FlippedFollower;
  /** Of a vault-wide flip whose revert was asked for: the shards that were asked. */
  readonly shards?: number;
};

export const overlaySchemas: RoomSchemas<'overlays'> = {
  createOverlay: {
    summary: 'Put a vault into maintenance, halt it, flip it or one follower for a while, or let a persona shape it',
    params: { vault_id: idOf('vlt') },
    body: overlayBody,
    answer: { status: 201, schema: overlayRecord },
    codes: [
      'vault_not_found',
      'vault_closed',
      'vault_halted',
      'too_many_overlays',
      'follower_not_found',
      'follower_left',
      'follower_stopped',
      'kill_switch_on',
      'flip_ttl_out_of_bounds',
      'flip_amplify_out_of_bounds',
      'flip_active',
      'flip_reverting',
      'persona_not_allowed',
      'persona_active',
    ],
  },
  listOverlays: {
    summary: "A vault's overlays, the ended ones too; of another tenant's vault those of the vault and of one's own followers",
    params: { vault_id: idOf('vlt') },
    query: z.strictObject({ ...pageQuery }),
    answer: { status: 200, schema: listOf(overlayRecord) },
    codes: ['vault_not_found', 'cursor_invalid'],
  },
  deleteOverlay: {
    summary: 'End an overlay now; a flip gives its extra back',
    params: { vault_id: idOf('vlt'), overlay_id: idOf('ovl') },
    answer: { status: 200, schema: overlayRecord },
    codes: ['vault_not_found', 'overlay_not_found', 'overlay_ended'],
  },
};
