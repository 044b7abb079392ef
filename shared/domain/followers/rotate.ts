import { type Clock, timestamp } from '../../kit/clock.ts';
import { requireMatch } from '../contract/match.ts';
import { notFound, permit, resource } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import type { Follower } from './follower.ts';

export interface RotatePorts {
  readonly clock: Clock;
  readonly backOff: (attempt: number) => Promise<void>;
  readonly find: (followerId: string) => Promise<Follower | undefined>;
  /** What this request has made already, when it is run again. */
  readonly made: (follower: Follower, seed: string) => Promise<Made | undefined>;
  /** Key, audit event and the mark that `made` finds in one transaction; false when the follower changed since it was read. */
  readonly save: (next: Follower, before: Follower, seed: string) => Promise<boolean>;
}

export interface Rotation {
  readonly followerId: string;
  readonly principal: Principal;
  readonly seed: string;
  readonly ifMatch?: string | undefined;
}

/** The version that a request made, and when: a later one may be the follower's by now. */
export interface Made {
  readonly version: number;
  readonly at: string;
}
export type Rotated = Made & { readonly follower: Follower };

const saveTries = 10;

/** Gives a follower a new signing key; the one before it stays valid for a day more. Run again with its seed it makes no second one. */
export async function rotateKey(rotation: Rotation, ports: RotatePorts): Promise<Rotated> {
  for (let attempt = 1; attempt <= saveTries; attempt += 1) {
    const follower = await ports.find(rotation.followerId);
    permit(rotation.principal, 'rotateFollowerKey', resource('follower', follower));
    if (follower === undefined) throw notFound('follower');
    const made = await ports.made(follower, rotation.seed);
    if (made !== undefined) return { follower, ...made };
    requireMatch(rotation.ifMatch, `"${follower.ver}"`, 'follower');
    const next = rotated(follower, ports.clock());
    if (await ports.save(next, follower, rotation.seed))
      return { follower: next, version: next.key_version, at: next.updated_at };
    await ports.backOff(attempt);
  }
  throw new Error(`follower ${rotation.followerId} was written by others ${saveTries} times in a row`);
}

function rotated(follower: Follower, now: number): Follower {
  const at = timestamp(now);
  return { ...follower, key_version: follower.key_version + 1, key_rotated_at: at, updated_at: at, ver: follower.ver + 1 };
}
