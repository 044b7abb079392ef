import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import { limits } from '../../wiring/limits.ts';
import type { Follower } from '../followers/follower.ts';
import type { Claim, Outcome } from './claim.ts';
import { childIdOf, childOrderBody } from './delivery.ts';
import type { OrderEntry } from './order.ts';
import type { ClaimRow } from './plan.ts';
import { servingOrder } from './shuffle.ts';
import type { ChildState } from './states.ts';

/** One HTTP attempt to a follower's endpoint. */
export interface Delivery {
  readonly follower: Pick<Follower, 'follower_id' | 'tenant_id' | 'key_version' | 'webhook'>;
  /** The fo_id: the receiver's idempotency key. */
  readonly deliveryId: string;
  readonly attempt: number;
  /** Milliseconds; signed into the headers. */
  readonly at: number;
  readonly body: string;
}

/**
 * How an attempt ended (SPEC 6.2 and 6.4). `certain` is true when the child certainly did not happen by this attempt:
 * nothing left us, or the endpoint answered 3xx or 4xx (not 408).
 */
export type AttemptResult =
  | { readonly kind: 'ack'; readonly status: number }
  | { readonly kind: 'rejected'; readonly status: number; readonly error: string }
  | {
      readonly kind: 'retry';
      readonly certain: boolean;
      readonly error: string;
      readonly status?: number;
      readonly retryAfterSeconds?: number;
    };

export interface Dispatcher {
  /** Never throws for what an endpoint does; throws only for our own bugs and outages. */
  readonly deliver: (delivery: Delivery) => Promise<AttemptResult>;
}

/** What operations may count: never decides anything. */
export type Observe = (event: {
  kind: 'attempt';
  latencyMs: number;
  result: AttemptResult['kind'];
  vault_id: string;
  first: boolean;
}) => void;

interface Batch {
  readonly entry: OrderEntry;
  readonly rows: readonly ClaimRow[];
  readonly byPlace: ReadonlyMap<number, Follower>;
  readonly claim: Pick<Claim, 'lease_until'>;
  /** True for a claim that was taken over: the dead owner may have sent these already. */
  readonly repeated: boolean;
}
interface DispatchPorts {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly observe: Observe;
}

/** Sends a shard's children in parallel, started in the order that the manager order's id draws. */
export async function dispatchRows(batch: Batch, ports: DispatchPorts): Promise<Map<number, Outcome>> {
  const rows = new Map(batch.rows.map((row) => [row.place, row]));
  const shard = [...batch.byPlace.values()][0]?.shard ?? 0;
  const order = servingOrder(batch.entry.manager_order_id, `shard/${shard}`, [...rows.keys()]);
  const outcomes = await Promise.all(order.map((place) => dispatchOne(batch, rows.get(place) as ClaimRow, ports)));
  return new Map(outcomes.map((o) => [o.place, o]));
}

async function dispatchOne(batch: Batch, row: ClaimRow, ports: DispatchPorts): Promise<Outcome> {
  const follower = batch.byPlace.get(row.place);
  const blocked = follower === undefined ? 'follower_missing' : whyNot(batch, row, follower, ports.clock());
  if (follower === undefined || blocked !== undefined) return notSent(row, blocked ?? 'internal', batch.repeated);
  const at = ports.clock();
  const delivery: Delivery = {
    follower,
    deliveryId: childIdOf(batch.entry, follower.shard, row.place),
    attempt: 1,
    at,
    body: childOrderBody(batch.entry, row, follower, { number: 1, at: timestamp(at) }),
  };
  const result = await ports.dispatcher.deliver(delivery);
  const latencyMs = at - milliseconds(batch.entry.accepted_at);
  ports.observe({ kind: 'attempt', latencyMs, result: result.kind, vault_id: batch.entry.vault_id, first: !batch.repeated });
  return outcomeOf(row.place, result);
}

/** What forbids an attempt now: the end of the lease, the child's age, or a body that is too large to send. */
function whyNot(batch: Batch, row: ClaimRow, follower: Follower, now: number): string | undefined {
  if (now > batch.claim.lease_until - limits.leaseQuietSeconds * 1000) return 'lease_ended';
  if (batch.repeated && follower.kill_switch) return 'kill_switch';
  const expires = milliseconds(batch.entry.accepted_at) + batch.entry.pinned.max_age_s * 1000;
  return now > expires && row.phase !== 'reduce' ? 'expired' : undefined;
}

/** A child that may not be sent: after a takeover nobody knows whether the dead owner had sent it. */
function notSent(row: ClaimRow, code: string, repeated: boolean): Outcome {
  if (code === 'lease_ended') throw new Error('the lease ended before everything was sent');
  if (repeated) return { place: row.place, state: 'unresolved', code, attempts: 1, unknown: true };
  return { place: row.place, state: code === 'expired' ? 'expired' : 'skipped', code, attempts: 0 };
}

const stateOf: Record<AttemptResult['kind'], ChildState> = { ack: 'ack', rejected: 'rejected', retry: 'retry' };

function outcomeOf(place: number, result: AttemptResult): Outcome {
  const state = stateOf[result.kind];
  if (result.kind === 'ack') return { place, state, attempts: 1 };
  if (result.kind === 'rejected') return { place, state, attempts: 1, error: result.error };
  return { place, state, attempts: 1, error: result.error, lane: true, ...(result.certain ? {} : { unknown: true as const }) };
}

/** The outcome of a child that its claim did not send. */
export function untouchedOutcome(row: ClaimRow): Outcome {
  const code = row.code === undefined ? {} : { code: row.code };
  const base = { place: row.place, attempts: 0, ...code };
  if (row.fate === 'shadow') return { ...base, state: 'shadowed' };
  if (row.fate === 'broken') return { ...base, state: 'dead_lettered' };
  return row.fate === 'wait' ? { ...base, state: 'planned', lane: true } : { ...base, state: 'skipped' };
}
