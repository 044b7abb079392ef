/**
 * Every resource that a function may need: the environment variable that names it and the words for what may be
 * done to it. A card (functions.ts) picks from here; the CDK construct turns the words into grants, the runtime
 * (env.ts) reads the variables. The words for AWS APIs are the IAM actions themselves, without their prefix.
 */
export const resources = {
  table: {
    variable: 'TABLE_NAME',
    access: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem', 'DescribeTable'],
  },
  vaultIntents: { variable: 'VAULT_INTENTS_URL', access: ['SendMessage', 'GetQueueAttributes'] },
  shards: { variable: 'SHARDS_URL', access: ['SendMessage', 'GetQueueAttributes', 'ChangeMessageVisibility'] },
  shardNodes: { variable: 'SHARD_NODES_URL', access: ['SendMessage'] },
  followerRetry: { variable: 'FOLLOWER_RETRY_URL', access: ['SendMessage', 'ChangeMessageVisibility'] },
  tenantStatus: { variable: 'TENANT_STATUS_URL', access: ['SendMessage'] },
  notices: { variable: 'NOTICES_URL', access: ['SendMessage'] },
  entitlements: { variable: 'ENTITLEMENTS_URL', access: ['SendMessage'] },
  /** Vaults to reconcile, page by page. */
  reconcile: { variable: 'RECONCILE_URL', access: ['SendMessage'] },
  dispatchDlx: { variable: 'DISPATCH_DLX_URL', access: ['SendMessage'] },
  /** One message for one customer of a payment provider. */
  billing: { variable: 'BILLING_URL', access: ['SendMessage'] },
  overlayTimer: { variable: 'OVERLAY_TIMER_URL', access: ['SendMessage'] },
  bus: { variable: 'BUS_NAME', access: ['PutEvents', 'DescribeEventBus'] },
  auditBucket: { variable: 'AUDIT_BUCKET', access: ['PutObject'] },
  masterSecret: { variable: 'MASTER_SECRET_ARN', access: ['GetSecretValue'] },
  /** Keys of the payment providers, as one JSON object (shared/adapters/secrets/billing-keys.ts). */
  billingSecret: { variable: 'BILLING_SECRET_ARN', access: ['GetSecretValue'] },
  /** The address that mails to owners come from; its domain is a verified identity of Amazon SES. */
  mail: { variable: 'NOTICES_FROM', access: ['SendEmail'] },
  userPool: { variable: 'USER_POOL_ID', access: ['AdminCreateUser', 'AdminGetUser', 'AdminUserGlobalSignOut'] },
  /** Which tenant each machine client acts for, as JSON by client id. */
  machineClients: { variable: 'MACHINE_CLIENTS_PARAMETER', access: ['GetParameter'] },
  // Known only when the pool is deployed, and nothing to grant: tokens are made and checked over plain HTTPS.
  issuer: { variable: 'ISSUER_URL', access: [] },
  /** Where /oauth2/authorize and /oauth2/token are. */
  signInDomain: { variable: 'SIGN_IN_DOMAIN_URL', access: [] },
  /** Comma-separated; people's own client first. */
  clientIds: { variable: 'CLIENT_IDS', access: [] },
  /** The role that an API function takes on for a tenant, to touch the table as that tenant and no other. */
  tenantRole: { variable: 'TENANT_ROLE_ARN', access: ['AssumeRole', 'TagSession'] },
} as const satisfies Record<string, { variable: string; access: readonly string[] }>;

export type ResourceName = keyof typeof resources;
export type Access<R extends ResourceName> = (typeof resources)[R]['access'][number];
export type Needs = { readonly [R in ResourceName]?: readonly Access<R>[] };

/** The queues, by the name they have in cards and triggers. */
export type QueueName =
  | 'tenantStatus'
  | 'entitlements'
  | 'vaultIntents'
  | 'shardNodes'
  | 'shards'
  | 'followerRetry'
  | 'reconcile'
  | 'dispatchDlx'
  | 'overlayTimer'
  | 'billing'
  | 'notices';

/** Physical names that people and documents use; the stage's name is put in front. */
export const queueNames: Record<QueueName, string> = {
  tenantStatus: 'tenant-status.fifo',
  entitlements: 'entitlements.fifo',
  vaultIntents: 'vault-intents.fifo',
  shardNodes: 'shard-nodes',
  shards: 'shards.fifo',
  followerRetry: 'follower-retry.fifo',
  reconcile: 'reconcile',
  dispatchDlx: 'mirror_dispatch_dlx.fifo',
  billing: 'billing.fifo',
  notices: 'notices',
  overlayTimer: 'overlay-timer',
};
