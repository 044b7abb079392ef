import type { Environment } from 'aws-cdk-lib';
import type { PollerSetting } from '../shared/wiring/card.ts';
import type { Scope } from '../shared/wiring/routes.ts';
import type { SettingName } from '../shared/wiring/settings.ts';

export const stageNames = ['local', 'sandbox', 'production'] as const;
export type StageName = (typeof stageNames)[number];

/** How long audit objects cannot be deleted: nobody can shorten `compliance`, an administrator can shorten `governance`. */
export type AuditLock = { readonly mode: 'compliance' | 'governance'; readonly days: number } | 'none';

/** A partner's client-credentials client; its scopes are all that its tokens can carry. */
export interface MachineClient {
  readonly name: string;
  /** The tenant that its tokens act for; until there is one they carry none, and open nothing. */
  readonly tenantId: string | undefined;
  readonly scopes: readonly Scope[];
}

/** What a stage gives to its functions as values (SettingName), except what follows from its name and release. */
export type FunctionSettings = Readonly<
  Omit<Record<SettingName, string>, 'stage' | 'version' | 'webhookTargets' | 'rateLimit'>
> & {
  readonly webhookTargets: 'public' | 'public_and_loopback';
  readonly rateLimit: 'on' | 'off';
};

/** All that differs between stages. No field is optional: a stage that forgets one does not compile. */
export interface StageSettings {
  readonly env: Environment;
  readonly functions: FunctionSettings;
  readonly data: {
    /** Retains what holds data when a stack goes, and refuses its deletion before that. */
    readonly protect: boolean;
    /** One customer key for table, master secret and audit objects, instead of the keys AWS owns. */
    readonly customerKey: boolean;
    readonly auditLock: AuditLock;
    readonly accessLogDays: number;
    /** What the table takes from its first second; it grows by itself, but only after it was needed. */
    readonly warmThroughput: { readonly readUnits: number; readonly writeUnits: number } | 'default';
  };
  readonly people: {
    readonly selfSignUp: boolean;
    readonly callbackUrls: readonly string[];
    readonly logoutUrls: readonly string[];
    readonly machineClients: readonly MachineClient[];
  };
  readonly api: { readonly requestsPerSecond: number; readonly burst: number };
  readonly mirroring: {
    readonly busName: string;
    readonly eventArchiveDays: number | 'none';
    /** Each poller keeps up to 10 workers running; without them Lambda starts at 5 and adds slowly. */
    readonly pollers: Readonly<Record<PollerSetting, { readonly minimum: number; readonly maximum: number }>> | 'none';
  };
  /** Mails to owners about their subscription; without a sender they are events on the bus and nothing else. */
  readonly notices: { readonly from: string | undefined };
  readonly watch: { readonly logDays: 1 | 30 | 365; readonly alarmEmail: string | undefined };
}

/** A stage's settings with its name: what every construct is given. */
export type StageRow = StageSettings & { readonly name: StageName };

const deployerEnv: Environment = { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION };
const functionDefaults = {
  retryDelaysSeconds: '1,5,15,60',
  defaultPlan: 'none',
  shardSize: '100',
  reconcileQuietSeconds: '30',
  rateLimit: 'on',
  stripeApiBase: 'https://api.stripe.com',
  btcpayBaseUrl: process.env.VANTA_BTCPAY_URL ?? 'none',
  btcpayStoreId: process.env.VANTA_BTCPAY_STORE ?? 'none',
  billingReturnUrl: 'http://localhost:3000/billing',
} as const;
/** 2 x 10: all nodes of the largest vault at once, and each takes some 50 ms. Two is also the least that Lambda takes. */
const fewPollers = { minimum: 2, maximum: 2 } as const;
const signInPage = { callbackUrls: ['http://localhost:3000/callback'], logoutUrls: ['http://localhost:3000'] } as const;

export const stages: Readonly<Record<StageName, StageSettings>> = {
  local: {
    // No account: the same templates on every machine, whatever AWS profile it has.
    env: {},
    // Which BTCPay Server there is, the local platform says.
    functions: { ...functionDefaults, btcpayBaseUrl: 'none', btcpayStoreId: 'local', webhookTargets: 'public_and_loopback' },
    data: { protect: false, customerKey: false, auditLock: 'none', accessLogDays: 1, warmThroughput: 'default' },
    people: {
      ...signInPage,
      selfSignUp: true,
      machineClients: [
        { name: 'local-partner', tenantId: 'ten_0000000000000000000PARTNER', scopes: ['vault:read', 'orders:read'] },
      ],
    },
    api: { requestsPerSecond: 1_000, burst: 2_000 },
    mirroring: { busName: 'vanta-local', eventArchiveDays: 'none', pollers: 'none' },
    notices: { from: 'billing@vanta.example' },
    watch: { logDays: 1, alarmEmail: undefined },
  },
  sandbox: {
    env: deployerEnv,
    functions: { ...functionDefaults, webhookTargets: 'public' },
    data: {
      protect: false,
      customerKey: false,
      auditLock: { mode: 'governance', days: 1 },
      accessLogDays: 30,
      warmThroughput: 'default',
    },
    people: {
      ...signInPage,
      selfSignUp: true,
      machineClients: [
        { name: 'sandbox-partner', tenantId: process.env.VANTA_SANDBOX_PARTNER, scopes: ['vault:read', 'orders:read'] },
      ],
    },
    api: { requestsPerSecond: 100, burst: 200 },
    mirroring: {
      busName: 'vanta-sandbox',
      eventArchiveDays: 7,
      pollers: { shards: { minimum: 2, maximum: 20 }, shardNodes: fewPollers },
    },
    notices: { from: process.env.VANTA_NOTICES_FROM },
    watch: { logDays: 30, alarmEmail: process.env.VANTA_ALARM_EMAIL },
  },
  production: {
    env: deployerEnv,
    functions: { ...functionDefaults, webhookTargets: 'public' },
    data: {
      protect: true,
      customerKey: true,
      auditLock: { mode: 'compliance', days: 7 * 365 },
      accessLogDays: 365,
      warmThroughput: { readUnits: 12_000, writeUnits: 8_000 },
    },
    people: { ...signInPage, selfSignUp: false, machineClients: [] },
    api: { requestsPerSecond: 1_000, burst: 2_000 },
    mirroring: {
      busName: 'vanta-production',
      eventArchiveDays: 30,
      // 20 x 10 workers at once for a vault's first order; all together 100 x 10, the default concurrency of an account.
      pollers: { shards: { minimum: 20, maximum: 98 }, shardNodes: fewPollers },
    },
    notices: { from: process.env.VANTA_NOTICES_FROM },
    watch: { logDays: 365, alarmEmail: process.env.VANTA_ALARM_EMAIL },
  },
};
