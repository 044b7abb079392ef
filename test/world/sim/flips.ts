/** What takes flips back: timer, TTL and sweep, put together as functions/edge/{overdue,revert-ports,flip-timer}.ts do. */
import { type DueRow, forgetDue, readDueRows } from '../../../shared/adapters/dynamo/due-rows.ts';
import { stopKey } from '../../../shared/adapters/dynamo/flip-items.ts';
import { endOnFollower, endOnVault } from '../../../shared/adapters/dynamo/flip-store.ts';
import { findFollower, readVault } from '../../../shared/adapters/dynamo/lookups.ts';
import { finishFlip, readLiveFlips, revertStore } from '../../../shared/adapters/dynamo/revert-store.ts';
import { bellMessage, ringAll } from '../../../shared/adapters/sqs/queue.ts';
import { sendTimer } from '../../../shared/adapters/sqs/timer.ts';
import type { FlipKey } from '../../../shared/domain/overlays/ended.ts';
import { workOverdue } from '../../../shared/domain/overlays/overdue.ts';
import {
  endFlipsOfVault,
  type RevertPorts,
  revertFlip,
  type StopPorts,
  type VaultStop,
} from '../../../shared/domain/overlays/revert.ts';
import { milliseconds, timestamp } from '../../../shared/kit/clock.ts';
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

export const stopPorts = (means: Means): StopPorts => ({
  clock: means.clock,
  backOff: backOff(means),
  live: (vault) => readLiveFlips(means.table, vault),
  vault: (vault) => readVault(means.table, vault),
  follower: (followerId) => findFollower(means.table, followerId),
  saveFollower: (_vault, follower, flip) => endOnFollower(means.table, follower, flip, by),
  saveVault: (vault, overlay) => endOnVault(means.table, vault, overlay, by),
  later: async (flip) => void (await revertFlip(flip, revertPorts(means))),
});

/** As functions/edge/flip-timer.ts: best effort, the nets find what is not told. */
const told = (message: object, ms: number, { queues }: Means): Promise<void> =>
  sendTimer(queues.timers, message, ms).catch(nothing);
export const revertLater = (flip: FlipKey, at: string, means: Means): Promise<void> =>
  told({ flip }, milliseconds(at) - means.clock(), means);
export const stopNow = (stop: VaultStop, means: Means): Promise<void> => told({ stop }, 0, means);

async function stopFlips(stop: VaultStop, means: Means): Promise<void> {
  await endFlipsOfVault(stop, stopPorts(means));
  await forgetDue(means.table, stopKey(stop));
}

/** A message of the timer's queue, as functions/overlays/timer.ts. */
export async function timer(message: { flip: FlipKey } | { stop: VaultStop }, means: Means): Promise<undefined> {
  if ('stop' in message) return void (await stopFlips(message.stop, means));
  const run = await revertFlip(message.flip, revertPorts(means));
  if (run.kind === 'later') await sendTimer(means.queues.timers, message, run.ms);
  return undefined;
}

/** TTL deleted a flip's alarm: the stream router's part. */
export const expired = (flip: FlipKey, means: Means) => revertFlip(flip, revertPorts(means));

async function work(row: DueRow, means: Means): Promise<void> {
  if (row.stop !== undefined) return stopFlips(row.stop, means);
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
