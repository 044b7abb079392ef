/** Numbers that infrastructure and runtime must agree on. Units stand last in the names. */
export const limits = {
  bodyBytes: 256 * 1024,
  pageItems: 200,
  pageItemsDefault: 50,
  idempotencyKeyCharacters: 255,
  idempotencyHours: 24,
  /** accept's function timeout is 10 s; a message it failed is seen again after this. */
  intentVisibilitySeconds: 12,
  intentMaxReceives: 3,
  /** A tenant's followers are changed page by page; a run that takes longer goes on in a message of its own. */
  tenantStatusTimeoutSeconds: 30,
  tenantStatusVisibilitySeconds: 35,
  tenantStatusMaxReceives: 20,
  /** As for a tenant's status: page by page, and on in a message of its own. */
  entitlementsVisibilitySeconds: 35,
  entitlementsMaxReceives: 20,
  /** Rows of what changes by time alone, by tenant. */
  duePartitions: 4,
  /** shard worker: timeout 15 s; a crash costs the whole visibility (ARCHITECTURE 6). */
  shardTimeoutSeconds: 15,
  shardVisibilitySeconds: 30,
  /** A claim belongs to its owner for the function's timeout and this much more. */
  leaseGraceSeconds: 5,
  /** An owner starts no dispatch in the last seconds of its lease. */
  leaseQuietSeconds: 6,
  /** The worker stops with this much of its timeout left and rings its own shard. */
  workerReserveSeconds: 8,
  /** A vault is reconciled page by page; a run that takes longer goes on in a message of its own. */
  reconcileTimeoutSeconds: 60,
  reconcileVisibilitySeconds: 75,
  reconcileMaxReceives: 5,
  retryVisibilitySeconds: 60,
  netMaxReceives: 1000,
  /** SQS's longest delay of a message; a timer that is set for later hops. */
  timerHopSeconds: 900,
  timerVisibilitySeconds: 35,
  timerMaxReceives: 20,
  /** What should happen at a flip's end happens within. */
  revertWithinSeconds: 5,
  dlqRetentionDays: 14,
  webhookTimeoutMs: 5000,
  webhookBodyBytes: 16 * 1024,
  /** Test events to one follower's endpoint. */
  testEventsPerMinute: 6,
  /** The API waits so long for the issuer of tokens. */
  issuerTimeoutMs: 5000,
  /** Who was removed from a tenant is remembered so long, for a request that is repeated. */
  removedHours: 24,
  openPartitions: 16,
  ringsPerBatch: 10,
  /** Batches of rings under way at once: those of one node. */
  ringBatchesAtOnce: 10,
  /** Up to so many shards accept rings itself; of more it rings nodes, and each of them its shards. */
  shardsRungDirectly: 200,
  shardsPerNode: 100,
  shardNodes: 20,
  /** What the nodes can ring: a vault has no more shards. */
  shardsPerVault: 2_000,
  /** fan-out: timeout 10 s. A node that failed so often is given up to the dead letters: by then sweep rang its shards. */
  nodeVisibilitySeconds: 12,
  nodeMaxReceives: 5,
  /** billing worker: timeout 30 s. A provider may be away for hours: a message is given up after some two days. */
  billingTimeoutSeconds: 30,
  billingVisibilitySeconds: 60,
  billingMaxReceives: 500,
  /** Signatures of payment providers are good for so long, to either side of now. */
  webhookToleranceSeconds: 300,
  /** The API waits so long for one answer of Stripe. */
  stripeTimeoutMs: 5000,
  /** BTCPay Server: one answer, a page of its invoices, and how long after its expiry an invoice is watched for late payments. */
  btcpayTimeoutMs: 5000,
  btcpayPage: 100,
  btcpayMonitoringMinutes: 1440,
  /** A comparison with BTCPay Server goes back so far: every invoice that may still change was made since. */
  btcpayLookBackDays: 16,
  /** notices: timeout 30 s; a mail service may be away for an hour. */
  noticeTimeoutSeconds: 30,
  noticeVisibilitySeconds: 60,
  noticeMaxReceives: 60,
  /** Tenants that one run of the billing clock looks after. */
  dueTenants: 500,
  /** A page to pay at is open for so long; Stripe takes 30 minutes to 24 hours. */
  checkoutMinutes: 60,
  /** What Stripe may send again, or we may find in its list of events: 30 days, and some. */
  inboxDays: 35,
} as const;
