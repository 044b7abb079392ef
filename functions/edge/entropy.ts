import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from '../../shared/kit/ids.ts';

/** Time and randomness enter here and nowhere below. */
export const clock = (): number => Date.now();
export const freshUlid = (): string => ulid(clock(), randomBytes(10));

/** Waits between tries of a contended transaction: full jitter, at most 20 ms x the attempt, never over 400 ms. */
export const backOff = async (attempt: number): Promise<void> => {
  await sleep(Math.random() * Math.min(20 * attempt, 400));
};
export { sleep };
