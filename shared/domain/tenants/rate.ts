import { Refusal } from '../../kit/refusal.ts';

/**
 * A token bucket kept as one number, the time at which it will be full again (the generic cell rate algorithm, ITU-T I.371):
 * every request moves it on by one interval, and a request that would move it beyond now + capacity is refused.
 */
export interface Bucket {
  /**
   * Which busy period of the client this is. A bucket that has become full again begins a new one under the next number,
   * so that the same additive write is right for the first request after a pause and for all that are under way with it.
   */
  readonly period: number;
  /** When it is full again (ms); in the past when it is full. */
  readonly fullAt: number;
}

export interface Rate {
  /** Tokens that the bucket holds, and that come back in a minute. */
  readonly perMinute: number;
}

export const emptyHistory: Bucket = { period: 0, fullAt: 0 };
const minuteMs = 60_000;
export const intervalMs = ({ perMinute }: Rate): number => minuteMs / perMinute;

/** The write that takes one token: into which period, from when it counts if that is new, and how full it may be before. */
export interface Taking {
  readonly period: number;
  readonly startsAt: number;
  readonly intervalMs: number;
  /** The write holds only while the bucket is full again no later than this. */
  readonly latest: number;
  readonly keepUntil: number;
}

/** How to take one token from a bucket as it was read, or undefined when that shows already that there is none. */
export function taking(bucket: Bucket, rate: Rate, now: number): Taking | undefined {
  const latest = now + minuteMs - intervalMs(rate);
  if (bucket.fullAt > latest) return undefined;
  return {
    period: bucket.fullAt > now ? bucket.period : bucket.period + 1,
    startsAt: now,
    intervalMs: intervalMs(rate),
    latest,
    keepUntil: now + 2 * minuteMs,
  };
}

const quota = 'requests';

/** The header fields of a bucket (draft-ietf-httpapi-ratelimit-headers-10): the policy, what is left, and when it is full again. */
export function rateHeaders(fullAt: number, rate: Rate, now: number): Record<string, string> {
  const left = Math.max(0, Math.floor((now + minuteMs - fullAt) / intervalMs(rate)));
  const remaining = Math.min(left, rate.perMinute);
  const reset = Math.max(0, Math.ceil((fullAt - now) / 1000));
  return {
    'ratelimit-policy': `"${quota}";q=${rate.perMinute};w=60`,
    ratelimit: `"${quota}";r=${remaining};t=${reset}`,
  };
}

/** 429, with the whole seconds after which there will be a token again. */
export function rateRefusal(fullAt: number, rate: Rate, now: number): Refusal {
  const seconds = Math.max(1, Math.ceil((fullAt - (now + minuteMs - intervalMs(rate))) / 1000));
  return new Refusal(429, 'rate_limited', `At most ${rate.perMinute} requests a minute: try again in ${seconds} s.`, {
    extra: { retry_after_seconds: seconds },
  });
}
