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
  /** Webhooks of payment providers: those with a wrong signature, those of no concern to us. */
  webhookUnsigned: 'billing.webhook.unsigned',
  webhookIgnored: 'billing.webhook.ignored',
  /** From when something happened at the provider until it counts here. */
  billingLagMs: 'billing.lag_ms',
  /** What reconciliation found that no event had told. */
  billingRepairs: 'billing.reconcile.repairs',
  /** Bitcoin that came in for nothing and was not given back yet, in cents of US dollars. */
  btcHeldCents: 'billing.btc.held_cents',
  /** Invoices of BTCPay Server in states that it does not document. */
  btcOdd: 'billing.btc.odd',
  /** Calls of BTCPay Server that failed. */
  btcpayFailures: 'billing.btcpay.failures',
  /** Notices to owners: mails sent, and notices that had nobody to go to. */
  noticesMailed: 'billing.notices.mailed',
  noticesUnaddressed: 'billing.notices.unaddressed',
  /** Customers that reconciliation had looked at again. */
  billingReconcileSent: 'billing.reconcile.sent',
  shardStuckSeconds: 'mirror.shard.stuck_seconds',
  /** Flips that are on, or over and not reverted yet. */
  flipsLive: 'overlay.flips.live',
  revertLagMs: 'overlay.revert.lag_ms',
  /** Flips that were reverted later than they should be, or are not yet: must be zero. */
  lateReverts: 'overlay.revert.late',
} as const;
