/**
 * Settings that a stage gives to its functions, by the environment variable that carries them. They are values,
 * never branches on a stage's name: `local` differs from `production` only by what stands here.
 */
export const settings = {
  stage: 'VANTA_STAGE',
  version: 'VANTA_VERSION',
  /** `public`: https to public addresses only. `public_and_loopback`: also http(s) to loopback (local platform). */
  webhookTargets: 'WEBHOOK_TARGETS',
  /** Seconds before the second, third ... attempt of a delivery, comma-separated. */
  retryDelaysSeconds: 'RETRY_DELAYS_SECONDS',
  /** The plan of tenants that never had a subscription: `none`, or a plan's id. */
  defaultPlan: 'DEFAULT_PLAN',
  /** `off` lifts the limit on requests: for load tests on the local platform. */
  rateLimit: 'RATE_LIMIT',
  /** Followers per shard; a shard's size is fixed when it is opened. */
  shardSize: 'SHARD_SIZE',
  /** Where the merchant's BTCPay Server answers, and which of its stores is ours; `none` where the platform takes no bitcoin. */
  btcpayBaseUrl: 'BTCPAY_BASE_URL',
  btcpayStoreId: 'BTCPAY_STORE_ID',
  /** Reconciliation compares what nothing ended for in so many seconds. */
  reconcileQuietSeconds: 'RECONCILE_QUIET_SECONDS',
  /** Where Stripe's API answers: Stripe itself, or a simulator. */
  stripeApiBase: 'STRIPE_API_BASE',
  /** The page of the product's own site that people come back to from a payment page. Nothing depends on their coming. */
  billingReturnUrl: 'BILLING_RETURN_URL',
} as const;

export type SettingName = keyof typeof settings;
