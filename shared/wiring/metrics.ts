/** Metric names (SPEC 10): functions write them in the embedded metric format, alarms and dashboards read them. */
export const metricsNamespace = 'Vanta';
/** Alarms read every metric under exactly this one dimension, its value the stage's name: no default dimensions beside it. */
export const metricDimension = 'stage';
export const metrics = {
  dispatchLatencyMs: 'mirror.dispatch.latency_ms',
  dispatchErrors: 'mirror.error.rate',
  webhookRetries: 'webhook.retry.count',
  ordersAccepted: 'mirror.orders.accepted',
  ordersRefused: 'mirror.orders.refused',
  /** Requests that passed because the limiter could not be asked. */
  rateLimitOpen: 'api.rate_limit.open',
  /** Followers x symbols that one run found to differ; those that nobody can explain; and the fix-ups it asked for. */
  drift: 'mirror.drift',
  driftUnexplained: 'mirror.drift.unexplained',
  fixups: 'mirror.fixups',
  /** Age of the oldest child of which nobody knows whether it happened. */
  unknownOldestSeconds: 'mirror.unknown.oldest_seconds',
  shardStuckSeconds: 'mirror.shard.stuck_seconds',
} as const;
