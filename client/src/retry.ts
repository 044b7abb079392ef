import { setTimeout as sleepFor } from 'node:timers/promises';

/** When to try again, and for how long. Only what is safe to send twice is sent twice. */
export interface RetryOptions {
  /** Tries in all; 1 = never again. Default 5. */
  readonly attempts?: number;
  /** From the first try on; a wait that would end later is not begun. Default 60,000. */
  readonly totalMs?: number;
  /** The first wait is up to this long, and up to twice as long each time. Default 250. */
  readonly baseMs?: number;
  /** No wait that nobody asked for is longer. Default 8,000. */
  readonly maxDelayMs?: number;
}

/** Time and chance; replaced in tests. */
export interface Surroundings {
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export const surroundings: Surroundings = {
  now: Date.now,
  random: Math.random,
  sleep: async (ms, signal) => {
    // Only the signal ends a sleep early, and its reason is what is thrown.
    await sleepFor(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    signal?.throwIfAborted();
  },
};

const passing = new Set([408, 425, 429, 502, 503, 504]);

/** Whether an answer may be another one in a while. */
export const isPassing = (status: number, code: unknown): boolean =>
  passing.has(status) || (status === 409 && code === 'idempotency_in_progress');

/** A server that broke in the middle: asked again only with a key, by which what it had done is found. */
export const brokeInTheMiddle = (status: number, keyed: boolean): boolean => status === 500 && keyed;

export interface Waiting {
  readonly attempt: number;
  readonly startedAt: number;
  readonly retryAfterSeconds: number | undefined;
}

/** Milliseconds until the next try, or undefined when there is none: full jitter, but never before Retry-After. */
export function delayBefore(
  { attempt, startedAt, retryAfterSeconds = 0 }: Waiting,
  { attempts = 5, totalMs = 60_000, baseMs = 250, maxDelayMs = 8_000 }: RetryOptions,
  { now, random }: Surroundings,
): number | undefined {
  if (attempt >= attempts) return undefined;
  const jitter = random() * Math.min(maxDelayMs, baseMs * 2 ** (attempt - 1));
  const delay = Math.max(retryAfterSeconds * 1000, jitter);
  return now() + delay - startedAt > totalMs ? undefined : delay;
}
