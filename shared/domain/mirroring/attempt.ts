import type { Follower } from '../followers/follower.ts';

/** One HTTP attempt to a follower's endpoint. */
export interface Delivery {
  readonly follower: Pick<
    Follower,
    'follower_id' | 'tenant_id' | 'key_version' | 'key_rotated_at' | 'webhook' | 'vault_id' | 'shard' | 'place'
  >;
  /** The fo_id: the receiver's idempotency key. */
  readonly deliveryId: string;
  readonly attempt: number;
  /** Milliseconds; signed into the headers. */
  readonly at: number;
  /** After this (ms) it must not leave any more: whoever comes after its sender may be at it. */
  readonly notAfter: number;
  readonly body: string;
}

/**
 * What an endpoint did with an attempt (SPEC 6.2 and 6.4). `certain` is true when the child certainly did not happen by
 * this attempt: nothing left us, or the endpoint answered 3xx or 4xx (not 408).
 */
export type AttemptResult = { readonly ms: number } & (
  | { readonly kind: 'ack'; readonly status: number }
  | { readonly kind: 'rejected'; readonly status: number; readonly error: string }
  | {
      readonly kind: 'retry';
      readonly certain: boolean;
      readonly error: string;
      readonly status?: number;
      readonly retryAfterSeconds?: number;
    }
);

export interface Dispatcher {
  /** What all attempts need, asked for before any is planned: an outage of ours must fail the work, not a follower's child. */
  readonly ready: () => Promise<void>;
  /** Never throws for what an endpoint does; throws only for our own bugs and outages. */
  readonly deliver: (delivery: Delivery) => Promise<AttemptResult>;
  /**
   * Where a receiver takes the same id twice: whether it has this one already. Absent where receivers know their ids
   * (webhooks: X-Vanta-Delivery is their idempotency key).
   */
  readonly find?: (delivery: Delivery) => Promise<'there' | 'absent' | 'unanswered'>;
}

/** An attempt's result, and whether an earlier one may still have reached the receiver. */
export interface Heard {
  readonly result: AttemptResult;
  readonly unknownBefore: boolean;
}

/**
 * One attempt. When an earlier one may have gone out and the receiver does not know its ids, it is looked up first: never sent
 * again before it is proved absent (SPEC 6.5).
 */
export async function attemptOnce(dispatcher: Dispatcher, delivery: Delivery, mayBeThere: boolean): Promise<Heard> {
  if (!mayBeThere || dispatcher.find === undefined) {
    return { result: await dispatcher.deliver(delivery), unknownBefore: mayBeThere };
  }
  const found = await dispatcher.find(delivery);
  if (found === 'there') return { result: { kind: 'ack', status: 200, ms: 0 }, unknownBefore: true };
  if (found === 'absent') return { result: await dispatcher.deliver(delivery), unknownBefore: false };
  return { result: { kind: 'retry', certain: false, error: 'look-up unanswered', ms: 0 }, unknownBefore: true };
}

/** What an attempt means for its child, given whether an earlier attempt's outcome is unknown. */
export type Verdict =
  | { readonly kind: 'ack' }
  | {
      readonly kind: 'ended';
      readonly state: 'rejected' | 'unresolved';
      readonly error: string;
      readonly unknown: boolean;
      readonly stops: boolean;
    }
  | { readonly kind: 'again'; readonly error: string; readonly unknown: boolean; readonly retryAfterMs: number };

const gone = 410;
const conflict = 409;

/**
 * SPEC 6.4: 2xx is an ack; 408, 425, 429, 5xx and broken connections come again; any other 3xx or 4xx refuses for good.
 * After an attempt of unknown outcome 409 says "I have it", and any other refusal resolves nothing. 410 stops the follower.
 */
export function verdictOf(result: AttemptResult, unknownBefore: boolean): Verdict {
  if (result.kind === 'ack') return { kind: 'ack' };
  if (result.kind === 'retry') {
    const retryAfterMs = (result.retryAfterSeconds ?? 0) * 1000;
    return { kind: 'again', error: result.error, unknown: unknownBefore || !result.certain, retryAfterMs };
  }
  if (unknownBefore && result.status === conflict) return { kind: 'ack' };
  const state = unknownBefore ? 'unresolved' : 'rejected';
  return { kind: 'ended', state, error: result.error, unknown: unknownBefore, stops: result.status === gone };
}

/** An endpoint that takes longer is served through its own lane, so that it does not hold up its shard. */
export const slowAfterMs = 1000;
