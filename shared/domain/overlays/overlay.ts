import { z } from 'zod';
import { idOf, listOf, pageQuery, time } from '../contract/fields.ts';
import type { RoomSchemas } from '../contract/route-schema.ts';

/** Overlays that switch a whole vault (SPEC 6.1, 6.2): maintenance refuses what increases, halt refuses all. */
export const switchKinds = ['maintenance', 'halt'] as const;

export const overlayBody = z.strictObject({
  kind: z.enum(switchKinds),
  ttl_seconds: z.int().min(5).max(86_400).optional(),
  why: z.string().min(1).max(500).optional(),
});
export type OverlayBody = z.infer<typeof overlayBody>;

export const overlayRecord = z
  .strictObject({
    overlay_id: idOf('ovl'),
    vault_id: idOf('vlt'),
    kind: z.enum(switchKinds),
    status: z.enum(['active', 'expired', 'ended']),
    starts_at: time,
    expires_at: time.optional(),
    ended_at: time.optional(),
    why: z.string().optional(),
    by: z.string(),
  })
  .meta({ id: 'Overlay' });
export type OverlayRecord = z.infer<typeof overlayRecord>;

/** As stored: whether it is still active follows from the time. */
export type Overlay = Omit<OverlayRecord, 'status'>;

export const overlaySchemas: RoomSchemas<'overlays'> = {
  createOverlay: {
    summary: 'Put a vault into maintenance, or halt it',
    params: { vault_id: idOf('vlt') },
    body: overlayBody,
    answer: { status: 201, schema: overlayRecord },
    codes: ['vault_not_found', 'vault_closed', 'too_many_overlays'],
  },
  listOverlays: {
    summary: "A vault's overlays, the ended ones too",
    params: { vault_id: idOf('vlt') },
    query: z.strictObject({ ...pageQuery }),
    answer: { status: 200, schema: listOf(overlayRecord) },
    codes: ['vault_not_found', 'cursor_invalid'],
  },
  deleteOverlay: {
    summary: 'End an overlay now',
    params: { vault_id: idOf('vlt'), overlay_id: idOf('ovl') },
    answer: { status: 200, schema: overlayRecord },
    codes: ['vault_not_found', 'overlay_not_found', 'overlay_ended'],
  },
};
