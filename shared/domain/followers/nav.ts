import type { Clock } from '../../kit/clock.ts';
import { Refusal } from '../../kit/refusal.ts';
import { notFound, permit, resource } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import { navAt, requireSameNav } from '../vaults/nav-rules.ts';
import type { Follower, FollowerNav, FollowerNavBody } from './follower.ts';

export interface FollowerNavPorts {
  readonly clock: Clock;
  readonly backOff: (attempt: number) => Promise<void>;
  readonly find: (followerId: string) => Promise<Follower | undefined>;
  /** What is recorded of a time. */
  readonly recorded: (follower: Follower, ts: string) => Promise<FollowerNav | undefined>;
  /**
   * Snapshot, audit event and, with `next`, the follower's row in one transaction; false when there is a snapshot of that time, or
   * the row is not as it was read.
   */
  readonly save: (follower: Follower, snapshot: FollowerNav, next: Follower | undefined) => Promise<boolean>;
}

export interface FollowerNavReport {
  readonly principal: Principal;
  readonly followerId: string;
  readonly body: FollowerNavBody;
}

const saveTries = 10;

/**
 * Records the NAV of a follower's account at a time, once, as a vault's is recorded. The latest of them stands on the follower's
 * row and counts for increases claimed after it (SPEC 6.2); one of an earlier time is recorded and moves nothing.
 */
export async function recordFollowerNav(report: FollowerNavReport, ports: FollowerNavPorts): Promise<FollowerNav> {
  for (let attempt = 1; attempt <= saveTries; attempt += 1) {
    const follower = await ports.find(report.followerId);
    permit(report.principal, 'recordFollowerNav', resource('follower', follower));
    if (follower === undefined) throw notFound('follower');
    if (follower.status === 'left') throw new Refusal(409, 'follower_left', 'The follower has left the vault.');
    const snapshot = { follower_id: follower.follower_id, ...navAt(report.body, ports.clock()) };
    const stands = await ports.recorded(follower, snapshot.ts);
    if (stands !== undefined) {
      requireSameNav(snapshot, stands);
      return stands;
    }
    if (await ports.save(follower, snapshot, withSnapshot(follower, snapshot))) return snapshot;
    await ports.backOff(attempt);
  }
  throw new Error(`follower ${report.followerId} was written by others ${saveTries} times in a row`);
}

/** The row with its latest snapshot; undefined when it has a later one already. */
function withSnapshot(follower: Follower, { nav, ts, recorded_at }: FollowerNav): Follower | undefined {
  if (follower.nav !== undefined && follower.nav.ts >= ts) return undefined;
  return { ...follower, nav: { nav, ts }, updated_at: recorded_at, ver: follower.ver + 1 };
}
