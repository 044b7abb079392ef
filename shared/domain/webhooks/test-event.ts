import { z } from 'zod';
import { idOf, time } from '../contract/fields.ts';

/** A test event as a follower's endpoint receives it: signed like every delivery, and nothing to act upon. */
export const testDelivery = z
  .strictObject({
    ts: time,
    type: z.literal('test'),
    delivery_id: idOf('evt'),
    follower_id: idOf('fol'),
    vault_id: idOf('vlt'),
  })
  .meta({ id: 'TestEventDelivery' });
export type TestDelivery = z.infer<typeof testDelivery>;

/** Why a delivery failed, and no more: what is behind an address is not told. */
export const failureClasses = [
  'timeout',
  'refused',
  'unreachable',
  'dns',
  'tls',
  'blocked',
  'cut',
  'redirect',
  'status',
] as const;
export type FailureClass = (typeof failureClasses)[number];

/** What came of a test event. */
export const testResult = z
  .strictObject({
    delivery_id: idOf('evt'),
    delivered: z.boolean(),
    status: z.int().optional(),
    latency_ms: z.int(),
    error: z.enum(failureClasses).optional(),
    /** What was sent, as it was signed. */
    sent: z.strictObject({ headers: z.record(z.string(), z.string()), body: z.string() }),
  })
  .meta({ id: 'TestEventResult' });
export type TestResult = z.infer<typeof testResult>;
