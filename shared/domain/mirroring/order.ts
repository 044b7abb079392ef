import { z } from 'zod';
import {
  decimalString,
  externalId,
  idOf,
  nonNegativeDecimal,
  plainJson,
  plainJsonObject,
  positiveDecimal,
  symbolField,
  time,
} from '../contract/fields.ts';
import type { Counted } from '../overlays/counted.ts';

/** What the OS attached to its decision; we carry it, at most 8 KiB together, and never read meaning into it. */
const conviction = z.strictObject({
  score: decimalString.optional(),
  band: z.string().max(64).optional(),
  persona: z.string().max(64).optional(),
  overrides: plainJsonObject.optional(),
});

const passengersBytes = 8 * 1024;

/** One trade intent of a vault (SPEC 6.1), over the API; on the bus `vault_id` stands beside it. */
export const managerOrderBody = z
  .strictObject({
    external_id: externalId,
    symbol: symbolField,
    side: z.enum(['buy', 'sell']),
    qty: positiveDecimal,
    order_type: z.enum(['market', 'limit']),
    limit_price: positiveDecimal.optional(),
    time_in_force: z.enum(['day', 'gtc', 'ioc', 'fok']),
    ref_price: positiveDecimal,
    ts: time,
    venue: z.string().min(1).max(64).optional(),
    nav: nonNegativeDecimal.optional(),
    reduce_only: z.boolean().optional(),
    prev_external_id: externalId.optional(),
    conviction: conviction.optional(),
    reason_vector: z.array(plainJson).max(100).optional(),
    provenance: plainJsonObject.optional(),
  })
  .refine((o) => (o.order_type === 'limit') === (o.limit_price !== undefined), {
    path: ['limit_price'],
    message: 'a limit order needs limit_price, a market order has none',
  })
  .refine((o) => passengerBytes(o) <= passengersBytes, {
    path: ['provenance'],
    message: `conviction, reason_vector and provenance together are at most ${passengersBytes} bytes`,
  });
export type ManagerOrderBody = z.infer<typeof managerOrderBody>;

function passengerBytes({ conviction: c, reason_vector, provenance }: Record<string, unknown>): number {
  return Buffer.byteLength(JSON.stringify([c ?? null, reason_vector ?? null, provenance ?? null]));
}

/** The `detail` of the OS's events. */
export const busOrder = z.looseObject({ vault_id: idOf('vlt') });
export const busBatch = z.strictObject({ vault_id: idOf('vlt'), orders: z.array(z.unknown()).min(1).max(100) });

/**
 * What accept pins for all shards: the same numbers whenever and wherever a shard is expanded (ARCHITECTURE 2). All
 * decimals are canonical strings.
 */
export interface Pinned {
  readonly position_before: string;
  readonly position_after: string;
  readonly increment: string;
  readonly min_qty?: string | undefined;
  readonly min_notional?: string | undefined;
  readonly max_age_s: number;
  /** Shards that exist: each of them has to give its followers an outcome. */
  readonly shards: number;
  /** The manager's NAV that followers of basis `nav` are sized by, and of when it is: the order's own, or the vault's latest. */
  readonly nav?: string;
  readonly nav_ts?: string;
  /** Active vault-wide overlays with their numbers. */
  readonly overlays: readonly Counted[];
  /** Rules that changed the order itself, as `reduce_only`. */
  readonly reasons: readonly Reason[];
}

/** A rule that changed a number, with the number before and after. */
export interface Reason {
  readonly rule: string;
  readonly before: string;
  readonly after: string;
}
export const reasonRecord = z.strictObject({ rule: z.string(), before: z.string(), after: z.string() });

/** The NAV snapshots that a size was scaled by, and of when they are. */
export const navUsed = z
  .strictObject({ follower: decimalString, follower_ts: time, manager: decimalString, manager_ts: time })
  .meta({
    id: 'NavUsed',
    description: 'With scale_basis nav: the snapshots of the follower and of its manager that the size is scaled by',
  });

/** An entry of the vault's log: immutable once stored. */
export interface OrderEntry {
  readonly kind: 'order';
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly seq: number;
  readonly manager_order_id: string;
  /** Order time: staleness, overlays and expiry count from here. */
  readonly accepted_at: string;
  readonly source: OrderSource;
  readonly order: ManagerOrderBody;
  readonly pinned: Pinned;
  readonly traceparent?: string;
}
export type OrderSource = 'api' | 'bus';

/** An order from the bus that was refused: kept so that it can be found (SPEC 6.1). */
export interface RefusedOrder {
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly manager_order_id: string;
  readonly refused_at: string;
  readonly source: 'bus';
  readonly code: string;
  readonly detail: string;
  /** As it came, as JSON text, cut when it is too long; it may be malformed. */
  readonly order: string;
  readonly external_id: string;
}
