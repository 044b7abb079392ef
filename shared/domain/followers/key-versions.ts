import { milliseconds, timestamp } from '../../kit/clock.ts';
import type { Follower } from './follower.ts';

/** How long a replaced key still signs, and is still taken (SPEC 4). */
const overlapMs = 24 * 3600 * 1000;

type Keyed = Pick<Follower, 'key_version' | 'key_rotated_at'>;

/** Until when the key that a rotation replaced is valid, unless another rotation ends it before. */
export const oldKeyUntil = (rotatedAt: string): string => timestamp(milliseconds(rotatedAt) + overlapMs);

/**
 * The versions of a follower's key that are valid at a time (ms), newest first. Never more than two: a second rotation within the
 * day ends the oldest at once (docs/decisions/0021).
 */
export function validVersions({ key_version, key_rotated_at }: Keyed, now: number): number[] {
  const overlaps = key_rotated_at !== undefined && now < milliseconds(key_rotated_at) + overlapMs;
  return overlaps ? [key_version, key_version - 1] : [key_version];
}
