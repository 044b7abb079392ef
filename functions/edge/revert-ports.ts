import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { forgetDue } from '../../shared/adapters/dynamo/due-rows.ts';
import { stopKey } from '../../shared/adapters/dynamo/flip-items.ts';
import { endOnFollower, endOnVault } from '../../shared/adapters/dynamo/flip-store.ts';
import { findFollower, readVault } from '../../shared/adapters/dynamo/lookups.ts';
import { finishFlip, readLiveFlips, revertStore } from '../../shared/adapters/dynamo/revert-store.ts';
import { bellMessage, type Queue, ringAll } from '../../shared/adapters/sqs/queue.ts';
import {
  endFlipsOfVault,
  type RevertPorts,
  revertFlip,
  type StopPorts,
  type VaultStop,
} from '../../shared/domain/overlays/revert.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { backOff, clock, freshUlid } from './entropy.ts';

export interface Reverting {
  readonly table: Table;
  readonly shards: Queue;
}

/** What takes flips back, the same for everyone who comes: the timer, the stream of what TTL deleted, the sweep. */
export const revertPorts = ({ table, shards }: Reverting): RevertPorts => ({
  ...revertStore(table),
  clock,
  backOff,
  finish: (flip) => finishFlip(table, flip, timestamp(clock())),
  ring: (bells) => {
    const run = freshUlid();
    return ringAll(
      shards,
      bells.map((bell) => bellMessage(bell, run)),
    );
  },
});

const byPlatform = { by: 'platform' } as const;

/** What the platform ends by itself is reverted by whoever ended it. */
const stopPorts = (reverting: Reverting): StopPorts => ({
  clock,
  backOff,
  live: (vault) => readLiveFlips(reverting.table, vault),
  vault: (vault) => readVault(reverting.table, vault),
  follower: (followerId) => findFollower(reverting.table, followerId),
  saveFollower: (_vault, follower, flip) => endOnFollower(reverting.table, follower, flip, byPlatform),
  saveVault: (vault, overlay) => endOnVault(reverting.table, vault, overlay, byPlatform),
  later: async (flip) => void (await revertFlip(flip, revertPorts(reverting))),
});

/** A vault stopped: ends what was flipped on it, and forgets that it was to be done. */
export async function stopFlips(stop: VaultStop, reverting: Reverting): Promise<void> {
  await endFlipsOfVault(stop, stopPorts(reverting));
  await forgetDue(reverting.table, stopKey(stop));
}
