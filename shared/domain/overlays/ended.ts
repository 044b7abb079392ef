import { milliseconds, timestamp } from '../../kit/clock.ts';
import type { Follower } from '../followers/follower.ts';
import type { Vault } from '../vaults/vault.ts';
import { type FollowerFlip, isOn } from './counted.ts';
import type { EndCause } from './overlay.ts';
import { nextTime } from './start.ts';

/** A flip by its vault. */
export interface FlipKey {
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly overlay_id: string;
}

/** Where a flip ended, for the writes that belong to it. */
export interface FlipEnd {
  readonly overlay_id: string;
  readonly ended_at: string;
  readonly cause: EndCause;
}

/** The end of what is on now: behind every order that was accepted, and behind its own start. */
export const endTime = (now: number, vault: Pick<Vault, 'last_time'>, { starts_at }: { readonly starts_at: string }): string =>
  timestamp(Math.max(nextTime(now, vault), milliseconds(starts_at) + 1));

/** A follower whose flip is on, with that flip ended; undefined when there is none to end. */
export function withoutFlip(follower: Follower, vault: Vault, now: number, cause: EndCause): FollowerFlip | undefined {
  const { flip } = follower;
  if (flip === undefined) return undefined;
  const ended_at = endTime(now, vault, flip);
  return isOn(flip, ended_at) ? { ...flip, ended_at, cause } : undefined;
}

/** The end that a change of a follower's row brings with it. */
export function flipEnd(next: Follower, before: Follower): FlipEnd | undefined {
  const { flip } = next;
  if (flip?.ended_at === undefined || before.flip?.ended_at !== undefined) return undefined;
  return { overlay_id: flip.overlay_id, ended_at: flip.ended_at, cause: flip.cause ?? 'deleted' };
}
