import { type Clock, timestamp } from '../../kit/clock.ts';
import { Refusal } from '../../kit/refusal.ts';
import { flattenCause, newAsk } from '../mirroring/asks.ts';
import type { Ask } from '../mirroring/entry.ts';
import { switchCode } from '../mirroring/plan.ts';
import { withoutFlip } from '../overlays/ended.ts';
import { notFound, permit, resource } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import { statusAt } from '../vaults/status.ts';
import type { ChangePorts } from './change.ts';
import type { Follower } from './follower.ts';

export interface Leaving {
  readonly followerId: string;
  readonly principal: Principal;
  /** Whether its positions stay with it, or closing children go out first. */
  readonly positions: 'keep' | 'flatten';
}

export type LeavePorts = Pick<ChangePorts, 'find' | 'vault' | 'replace' | 'ring'> & {
  readonly clock: Clock;
  /** Followers of one tenant that leave at once meet at what they are counted in. */
  readonly backOff: (attempt: number) => Promise<void>;
};

const replaceTries = 20;

/**
 * Stops mirroring for good (SPEC 4). From then on no order concerns the follower. With `flatten` it is `leaving` until the closing
 * children are on their way: they stand in its shard's line, after every order that was accepted before. Said again it
 * changes nothing.
 */
export async function leaveVault(leaving: Leaving, ports: LeavePorts): Promise<Follower> {
  for (let attempt = 1; attempt <= replaceTries; attempt += 1) {
    const follower = await ports.find(leaving.followerId);
    permit(leaving.principal, 'deleteFollower', resource('follower', follower));
    if (follower === undefined) throw notFound('follower');
    if (follower.status === 'left' || follower.status === 'leaving') return follower;
    const flattens = leaving.positions === 'flatten';
    if (flattens) await requireSendable(follower, ports);
    const now = ports.clock();
    const vault = follower.flip === undefined ? undefined : await ports.vault(follower.vault_id);
    const flip = vault === undefined ? undefined : withoutFlip(follower, vault, now, 'follower_left');
    const next: Follower = {
      ...follower,
      ...(flip === undefined ? {} : { flip }),
      status: flattens ? 'leaving' : 'left',
      ver: follower.ver + 1,
      updated_at: timestamp(now),
    };
    const by = leaving.principal.subject;
    const asks: Ask[] = flattens ? [newAsk('flatten', flattenCause(next.follower_id), next, now, by)] : [];
    if (!(await ports.replace(next, follower, asks))) {
      await ports.backOff(attempt);
      continue;
    }
    if (flattens) await ports.ring(next);
    return next;
  }
  throw new Error(`follower ${leaving.followerId} was written by others ${replaceTries} times in a row`);
}

/** Closing children that a switch would skip are refused, rather than forgotten. */
async function requireSendable(follower: Follower, ports: LeavePorts): Promise<void> {
  const vault = await ports.vault(follower.vault_id);
  const code = vault === undefined ? undefined : switchCode(follower, statusAt(vault, ports.clock()));
  const why = follower.mode === 'shadow' ? undefined : code;
  if (why !== undefined) {
    throw new Refusal(
      409,
      'flatten_impossible',
      `Nothing can be sent now (${why}): leave with positions=keep, or lift it first.`,
    );
  }
}
