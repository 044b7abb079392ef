/** When the attempt after `attempts` is due, in ms: the ladder's step, or what the endpoint asked for if that is longer. */
export const retryAt = (now: number, attempts: number, retryAfterMs: number, delaysSeconds: readonly number[]): number =>
  now + Math.max((delaysSeconds[Math.min(attempts, delaysSeconds.length) - 1] ?? 0) * 1000, retryAfterMs);

/** Attempts in all: the first, and one after each delay. */
export const mostAttempts = (delaysSeconds: readonly number[]): number => delaysSeconds.length + 1;
