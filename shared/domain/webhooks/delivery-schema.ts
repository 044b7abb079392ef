import { z } from 'zod';
import { childIdField, decimalString, idOf, symbolField, time } from '../contract/fields.ts';
import { navUsed, reasonRecord } from '../mirroring/order.ts';

/** A delivery as a follower's endpoint receives it (SPEC 6.4): a child order, or a cancel. */
export const childOrderDelivery = z
  .strictObject({
    ts: time,
    /** `cancel`: take back the child named in `cancels`, open or filled, and stand at `position_after` (SPEC 6.1). */
    type: z.enum(['child_order', 'cancel']),
    cancels: childIdField.optional(),
    follower_order_id: childIdField,
    follower_id: idOf('fol'),
    vault_id: idOf('vlt'),
    seq: z.int(),
    symbol: symbolField,
    venue: z.string().nullable(),
    side: z.enum(['buy', 'sell']),
    qty: decimalString,
    order_type: z.enum(['market', 'limit']),
    limit_price: decimalString.nullable(),
    time_in_force: z.enum(['day', 'gtc', 'ioc', 'fok']),
    position_after: decimalString,
    reason_vector: z.array(z.unknown()),
    conviction: z.record(z.string(), z.unknown()).nullable(),
    meta: z.strictObject({
      /** Null for what the follower itself asked: joining by sync, leaving flat. */
      manager_order_id: idOf('mo').nullable(),
      scale: decimalString,
      max_pos_usd: decimalString.nullable(),
      kill_switch: z.boolean(),
    }),
    sizing: z.strictObject({
      baseline: decimalString,
      target: decimalString,
      want: decimalString,
      told: decimalString,
      nav: navUsed.optional(),
      reasons: z.array(reasonRecord),
    }),
    audit: z.strictObject({
      dag_id: z.string(),
      dispatch_attempts: z.int(),
      last_error: z.string().nullable(),
      state: z.string(),
    }),
    provenance: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'ChildOrderDelivery' });
