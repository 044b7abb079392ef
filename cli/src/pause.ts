import { setTimeout as sleep } from 'node:timers/promises';

/** Waits; ends early, with the signal's reason, when the signal is given. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Only the signal ends a sleep early, and its reason is thrown below.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}

/** Between two looks: short while things move, long when somebody leaves it open. Requests are limited per minute. */
export const paceMs = (elapsedMs: number): number => (elapsedMs < 5_000 ? 400 : elapsedMs < 60_000 ? 1_500 : 5_000);
