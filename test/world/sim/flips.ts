/** What sweep does about overlays, put together as functions/edge/overdue.ts and revert-ports.ts do. */
import { type DueRow, forgetDue, readDueRows } from '../../../shared/adapters/dynamo/due-rows.ts';
import { stopKey } from '../../../shared/adapters/dynamo/flip-items.ts';
import { endOnFollower, endOnVault } from '../../../shared/adapters/dynamo/flip-store.ts';
import { findFollower, readVault } from '../../../shared/adapters/dynamo/lookups.ts';
import { finishFlip, readLiveFlips, revertStore } from '../../../shared/adapters/dynamo/revert-store.ts';
import { bellMessage, ringAll } from '../../../shared/adapters/sqs/queue.ts';
import { workOverdue } from '../../../shared/domain/overlays/overdue.ts';
import { endFlipsOfVault, type RevertPorts, revertFlip, type StopPorts } from '../../../shared/domain/overlays/revert.ts';
import { timestamp } from '../../../shared/kit/clock.ts';
import { backOff, type Means, nothing } from './wiring.ts';

const by = { by: 'sim' } as const;

const revertPorts = (means: Means): RevertPorts => ({
  ...revertStore(means.table),
  clock: means.clock,
  backOff: backOff(means),
  finish: (flip) => finishFlip(means.table, flip, timestamp(means.clock())),
  ring: (bells) => {
    const run = means.freshUlid();
    return ringAll(
      means.queues.shards,
      bells.map((bell) => bellMessage(bell, run)),
    );
  },
});

const stopPorts = (means: Means): StopPorts => ({
  clock: means.clock,
  backOff: backOff(means),
  live: (vault) => readLiveFlips(means.table, vault),
  vault: (vault) => readVault(means.table, vault),
  follower: (followerId) => findFollower(means.table, followerId),
  saveFollower: (_vault, follower, flip) => endOnFollower(means.table, follower, flip, by),
  saveVault: (vault, overlay) => endOnVault(means.table, vault, overlay, by),
  later: async (flip) => void (await revertFlip(flip, revertPorts(means))),
});

async function work(row: DueRow, means: Means): Promise<void> {
  if (row.stop !== undefined) {
    await endFlipsOfVault(row.stop, stopPorts(means));
    return forgetDue(means.table, stopKey(row.stop));
  }
  const { tenant_id, vault_id, overlay_id } = row;
  const run = await revertFlip({ tenant_id, vault_id, overlay_id }, revertPorts(means));
  if (run.kind === 'done') await forgetDue(means.table, row);
}

/** How much was over and still there. What fails is found again by the next. */
export const sweepFlips = (means: Means): Promise<number> =>
  workOverdue<DueRow>({
    clock: means.clock,
    due: () => readDueRows(means.table),
    work: (row) => work(row, means),
    report: nothing,
    broken: nothing,
  });
