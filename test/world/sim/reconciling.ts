import { readReport, saveReport } from '../../../shared/adapters/dynamo/reconcile-store.ts';
import { reconcileTable } from '../../../shared/adapters/dynamo/reconcile-table.ts';
import { bellMessage, ringAll } from '../../../shared/adapters/sqs/queue.ts';
import { type ReconcilePage, type ReconcilePorts, reconcile } from '../../../shared/domain/reconciliation/reconcile.ts';
import type { Report } from '../../../shared/domain/reconciliation/report.ts';
import { timestamp } from '../../../shared/kit/clock.ts';
import { followerIdOf, tenantId, vaultId } from './cast.ts';
import type { Means } from './wiring.ts';
import type { Ending, World } from './world.ts';

const everyMs = 25_000;
const quietMs = 5_000;
const timeoutMs = 60_000;
/** With nothing failing any more, and every endpoint well: what the first asks for, the second finds done. */
const mostRuns = 3;

function portsOf(means: Means): ReconcilePorts {
  const { clock, table, queues, freshUlid } = means;
  return {
    clock,
    quietMs,
    ...reconcileTable(table),
    // What a test event says of an endpoint may be out of date a moment later: here it always says that it is well.
    deliver: async () => ({ kind: 'ack', status: 200, ms: 1 }),
    // What is not rung, sweep rings.
    ring: async (bells) => {
      await ringAll(
        queues.shards,
        bells.map((bell) => bellMessage(bell, freshUlid())),
      ).catch(() => undefined);
    },
    save: (report) => saveReport(table, report),
  };
}

async function run(means: Means): Promise<Report> {
  const deadline = means.clock() + timeoutMs;
  let page: ReconcilePage = { tenant_id: tenantId, vault_id: vaultId, run_at: timestamp(means.clock()), from: 0 };
  for (;;) {
    const done = await reconcile(page, deadline, portsOf(means));
    if ('finished_at' in done) return done;
    page = done;
  }
}

const once = (world: World): Promise<Ending<Report>> => world.invoke('reconcile', timeoutMs, (means) => run(means));

/** Two at a time now and then, as messages that come twice do. */
export function reconcileNowAndThen(world: World, until: number): void {
  if (world.scheduler.now >= until) return;
  world.scheduler.after(everyMs, () => {
    void once(world);
    if (Math.floor(world.scheduler.now / everyMs) % 3 === 0) void once(world);
    reconcileNowAndThen(world, until);
  });
}

/** Runs until nothing is asked for any more; that it ends, and what it leaves, is held against it. */
export async function reconcileToTheEnd(world: World, rest: () => Promise<void>): Promise<void> {
  world.endpoints.calm();
  for (let runs = 1; ; runs += 1) {
    world.scheduler.now += 600_000;
    const work = once(world);
    while (await world.scheduler.step());
    const done = await work;
    if (!('value' in done)) return world.watcher.wrong('reconciliation failed, though nothing does');
    await rest();
    const { fixups, rung, unknown, findings } = done.value;
    // A child that want does not cover stays unknown, however well its endpoint is.
    if (fixups + rung === 0 && (unknown.answered === 0 || runs >= mostRuns)) return left(world, findings);
    if (runs > mostRuns) return left(world, findings);
  }
}

/** What is left has a reason. */
async function left(world: World, findings: Report['findings']): Promise<void> {
  // Whose broker cancels again and again what it is sent is brought nowhere.
  const refusing = new Set(world.story.followers.filter((f) => f.reports === 'cancels').map((f) => followerIdOf(f.name)));
  for (const { outcome, kind, follower_id, symbol } of findings)
    if (kind === 'want' && outcome !== 'nothing_to_trade' && !refusing.has(follower_id))
      world.watcher.wrong(`${follower_id} ${symbol} was left ${outcome}`);
  const report = await readReport(world.storage.memory.asTable('sim'), { tenant_id: tenantId, vault_id: vaultId });
  if (report === undefined) world.watcher.wrong('there is no report');
}
