import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Observe, Report } from '../../shared/domain/mirroring/dispatch.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { logger, metrics } from '../edge/observe.ts';

/** Counts a shard's attempts. Latency is that of first attempts: accepted to sent. */
export const observeAttempt: Observe = ({ latencyMs, result, first }) => {
  if (first) metrics.addMetric(names.dispatchLatencyMs, MetricUnit.Milliseconds, latencyMs);
  metrics.addMetric(names.dispatchErrors, MetricUnit.Count, result === 'ack' ? 0 : 1);
};

/** Counts a lane's attempts: those after the first are retries. */
export const observeRetry: Observe = (attempt) => {
  metrics.addMetric(names.dispatchErrors, MetricUnit.Count, attempt.result === 'ack' ? 0 : 1);
  if (!attempt.first) metrics.addMetric(names.webhookRetries, MetricUnit.Count, 1);
};

/** Logs why a follower's child became `dead_lettered: internal`: its dead letter alarms, this says what to mend. */
export const reportBroken: Report = ({ follower_id, vault_id }, error) =>
  logger.error('a child could not be carried out', { error: error as Error, follower_id, vault_id });
