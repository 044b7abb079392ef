import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { type DueRow, forgetDue, readDueRows } from '../../shared/adapters/dynamo/due-rows.ts';
import { type OverlayNews, revertLag } from '../../shared/domain/overlays/events.ts';
import { workOverdue } from '../../shared/domain/overlays/overdue.ts';
import { revertFlip } from '../../shared/domain/overlays/revert.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock } from './entropy.ts';
import { logger, metrics } from './observe.ts';
import { type Reverting, revertPorts, stopFlips } from './revert-ports.ts';

async function work(row: DueRow, reverting: Reverting): Promise<void> {
  if (row.stop !== undefined) return stopFlips(row.stop, reverting);
  const { tenant_id, vault_id, overlay_id } = row;
  const run = await revertFlip({ tenant_id, vault_id, overlay_id }, revertPorts(reverting));
  // Of a flip that ended early the later row stays until then: it is gone with the revert.
  if (run.kind === 'done') await forgetDue(reverting.table, row);
}

/** How late flips were reverted, as their events say it. */
export function measureReverts(news: readonly OverlayNews[]): void {
  const lags = news.flatMap((one) => revertLag(one) ?? []);
  for (const ms of lags) {
    metrics.addMetric(names.revertLagMs, MetricUnit.Milliseconds, ms);
    metrics.addMetric(names.lateReverts, MetricUnit.Count, ms > limits.revertWithinSeconds * 1000 ? 1 : 0);
  }
  if (lags.length > 0) metrics.publishStoredMetrics();
}

/** What is over and still there. */
export const sweepFlips = (reverting: Reverting): Promise<number> =>
  workOverdue<DueRow>({
    clock,
    due: () => readDueRows(reverting.table),
    work: (row) => work(row, reverting),
    report: ({ live, late }) => {
      metrics.addMetric(names.flipsLive, MetricUnit.Count, live);
      metrics.addMetric(names.lateReverts, MetricUnit.Count, late);
    },
    broken: (row, error) => logger.error('an overlay was not swept', { row, error: error as Error }),
  });
