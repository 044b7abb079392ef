import { limits } from './limits.ts';
import type { Reach } from './reach.ts';
import type { Needs, QueueName } from './resources.ts';
import type { ApiRoom } from './routes.ts';
import type { SettingName } from './settings.ts';

/** The stage's setting that says how many pollers stand by for a queue; without it Lambda starts at five and adds slowly. */
export type PollerSetting = 'shards' | 'shardNodes';

/** What makes a function run. The infrastructure builds event sources from it and nothing else. */
export type Trigger =
  | { readonly kind: 'http'; readonly room: ApiRoom }
  | { readonly kind: 'queue'; readonly queue: QueueName; readonly batchSize: number; readonly provisionedPollers?: PollerSetting }
  | { readonly kind: 'stream'; readonly batchSize: number; readonly sortKeyPrefixes: readonly string[] }
  | { readonly kind: 'schedule'; readonly everyMinutes: number }
  /** Asked by the user pool before it makes a token. The pool waits five seconds. */
  | { readonly kind: 'preToken' };

/**
 * A Lambda's card: all that infrastructure must know of it. Exactly the needs become environment variables and
 * grants; the handler can read exactly those (env.ts).
 */
export interface Card {
  /** The handler's file; it exports `handler`. */
  readonly entry: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly needs: Needs;
  readonly settings: readonly SettingName[];
  readonly trigger: Trigger;
  /** A program that writes more files into the function's bundle; it is given the folder. */
  readonly files?: string;
  /**
   * With `tenantRole` among its needs, the words for the table are not the function's own: they are its tenant role's, for the
   * caller's partitions, and for these keys beside them.
   */
  readonly reach?: Reach;
  /** What the function's own role may do with the table, before it is known who calls. */
  readonly unnamed?: Reach;
}

const api = { memoryMb: 1024, timeoutSeconds: 15 } as const;
const always = ['stage', 'version'] as const;
const tenantRole = ['AssumeRole', 'TagSession'] as const;
/** Of every function whose door admits callers (functions/edge/admit.ts). */
const admitting = [...always, 'defaultPlan', 'rateLimit'] as const;

export const functions = {
  'contract-api': {
    ...api,
    entry: 'functions/contract/api.ts',
    files: 'lib/contract/docs-files.ts',
    needs: {
      table: ['DescribeTable'],
      shards: ['GetQueueAttributes'],
      vaultIntents: ['GetQueueAttributes'],
      bus: ['DescribeEventBus'],
    },
    settings: [...always],
    trigger: { kind: 'http', room: 'contract' },
  },
  'tenants-api': {
    ...api,
    entry: 'functions/tenants/api.ts',
    needs: {
      table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
      tenantRole,
      userPool: ['AdminCreateUser', 'AdminGetUser', 'AdminUserGlobalSignOut'],
      signInDomain: [],
      clientIds: [],
    },
    reach: { person: ['GetItem', 'PutItem', 'DeleteItem'], followerReference: ['GetItem'] },
    settings: [...admitting],
    trigger: { kind: 'http', room: 'tenants' },
  },
  'pre-token': {
    entry: 'functions/tenants/pre-token.ts',
    memoryMb: 1024,
    timeoutSeconds: 5,
    needs: { table: ['GetItem', 'PutItem', 'UpdateItem'], machineClients: ['GetParameter'] },
    settings: [...always],
    trigger: { kind: 'preToken' },
  },
  'vaults-api': {
    ...api,
    entry: 'functions/vaults/api.ts',
    needs: { table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'], tenantRole },
    reach: {
      vaultReference: ['GetItem', 'PutItem'],
      publicVaults: ['GetItem', 'Query', 'PutItem', 'DeleteItem'],
      vaultList: ['PutItem'],
    },
    settings: [...admitting],
    trigger: { kind: 'http', room: 'vaults' },
  },
  'overlays-api': {
    ...api,
    entry: 'functions/overlays/api.ts',
    needs: { table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'], tenantRole },
    reach: { vaultReference: ['GetItem'] },
    settings: [...admitting],
    trigger: { kind: 'http', room: 'overlays' },
  },
  'followers-api': {
    ...api,
    entry: 'functions/followers/api.ts',
    needs: {
      table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
      tenantRole,
      masterSecret: ['GetSecretValue'],
      shards: ['SendMessage'],
    },
    reach: {
      vaultReference: ['GetItem'],
      followerReference: ['GetItem', 'PutItem'],
      orderReference: ['GetItem'],
      askReference: ['GetItem'],
      publicVaults: ['GetItem'],
      vaultList: ['PutItem'],
      open: ['PutItem'],
      vault: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
      followerTrail: ['PutItem'],
    },
    settings: [...admitting, 'webhookTargets', 'shardSize'],
    trigger: { kind: 'http', room: 'followers' },
  },
  'mirroring-api': {
    ...api,
    entry: 'functions/mirroring/api.ts',
    needs: {
      table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
      tenantRole,
      shards: ['SendMessage'],
      shardNodes: ['SendMessage'],
      reconcile: ['SendMessage'],
      masterSecret: ['GetSecretValue'],
      issuer: [],
      clientIds: [],
    },
    reach: {
      vaultReference: ['GetItem'],
      followerReference: ['GetItem'],
      orderReference: ['GetItem', 'PutItem'],
      askReference: ['GetItem'],
      open: ['PutItem'],
      vault: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
      vaultDead: ['PutItem', 'DeleteItem'],
      lookedAt: ['GetItem'],
    },
    unnamed: { orderReference: ['GetItem'], askReference: ['GetItem'] },
    settings: [...admitting],
    trigger: { kind: 'http', room: 'mirroring' },
  },
  accept: {
    entry: 'functions/mirroring/accept.ts',
    memoryMb: 1024,
    timeoutSeconds: 10,
    needs: {
      table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
      shards: ['SendMessage'],
      shardNodes: ['SendMessage'],
      vaultIntents: ['SendMessage'],
    },
    settings: [...always],
    trigger: { kind: 'queue', queue: 'vaultIntents', batchSize: 1 },
  },
  'tenant-status': {
    entry: 'functions/tenants/status.ts',
    memoryMb: 512,
    timeoutSeconds: 30,
    needs: {
      table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
      tenantStatus: ['SendMessage'],
    },
    settings: [...always],
    trigger: { kind: 'queue', queue: 'tenantStatus', batchSize: 1 },
  },
  'fan-out': {
    entry: 'functions/mirroring/fan-out.ts',
    memoryMb: 1024,
    timeoutSeconds: 10,
    needs: { shards: ['SendMessage'] },
    settings: [...always],
    trigger: { kind: 'queue', queue: 'shardNodes', batchSize: 1, provisionedPollers: 'shardNodes' },
  },
  shard: {
    entry: 'functions/mirroring/shard.ts',
    memoryMb: 1769,
    timeoutSeconds: 15,
    needs: {
      table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
      masterSecret: ['GetSecretValue'],
      shards: ['SendMessage', 'ChangeMessageVisibility'],
      followerRetry: ['SendMessage'],
      dispatchDlx: ['SendMessage'],
    },
    settings: [...always, 'webhookTargets', 'retryDelaysSeconds'],
    trigger: { kind: 'queue', queue: 'shards', batchSize: 1, provisionedPollers: 'shards' },
  },
  retry: {
    entry: 'functions/mirroring/retry.ts',
    memoryMb: 1024,
    timeoutSeconds: 30,
    needs: {
      table: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
      masterSecret: ['GetSecretValue'],
      followerRetry: ['ChangeMessageVisibility'],
      dispatchDlx: ['SendMessage'],
    },
    settings: [...always, 'webhookTargets', 'retryDelaysSeconds'],
    trigger: { kind: 'queue', queue: 'followerRetry', batchSize: 1 },
  },
  'stream-router': {
    entry: 'functions/mirroring/stream-router.ts',
    memoryMb: 512,
    timeoutSeconds: 30,
    needs: { bus: ['PutEvents'], auditBucket: ['PutObject'] },
    settings: [...always],
    trigger: { kind: 'stream', batchSize: 500, sortKeyPrefixes: ['ENTRY#', 'RESULT#', 'CHILD#', 'AUDIT#'] },
  },
  'reconcile-vaults': {
    entry: 'functions/reconciliation/vaults.ts',
    memoryMb: 512,
    timeoutSeconds: 60,
    needs: { table: ['Query'], reconcile: ['SendMessage'] },
    settings: [...always],
    trigger: { kind: 'schedule', everyMinutes: 5 },
  },
  reconcile: {
    entry: 'functions/reconciliation/reconcile.ts',
    memoryMb: 1024,
    timeoutSeconds: limits.reconcileTimeoutSeconds,
    needs: {
      table: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
      masterSecret: ['GetSecretValue'],
      shards: ['SendMessage'],
      reconcile: ['SendMessage'],
      auditBucket: ['PutObject'],
    },
    settings: [...always, 'webhookTargets', 'reconcileQuietSeconds'],
    trigger: { kind: 'queue', queue: 'reconcile', batchSize: 1 },
  },
  sweep: {
    entry: 'functions/mirroring/sweep.ts',
    memoryMb: 512,
    timeoutSeconds: 55,
    needs: { table: ['Query', 'DeleteItem'], shards: ['SendMessage'] },
    settings: [...always],
    trigger: { kind: 'schedule', everyMinutes: 1 },
  },
} as const satisfies Record<string, Card>;

export type FunctionName = keyof typeof functions;
