/** What the templates describe, in the words of the servers and runtimes that act it out. All names are resolved. */
export interface Model {
  readonly tables: readonly TableSpec[];
  readonly buckets: readonly string[];
  readonly queues: readonly QueueSpec[];
  readonly buses: readonly BusSpec[];
  readonly rules: readonly RuleSpec[];
  readonly functions: readonly FunctionSpec[];
  readonly mappings: readonly MappingSpec[];
  readonly schedules: readonly ScheduleSpec[];
  readonly apis: readonly ApiSpec[];
  readonly functionUrls: readonly FunctionUrlSpec[];
  readonly secrets: readonly SecretSpec[];
  readonly roles: readonly RoleSpec[];
  readonly userPools: readonly UserPoolSpec[];
  readonly parameters: readonly ParameterSpec[];
}

export interface TableSpec {
  readonly name: string;
  readonly arn: string;
  /** The input of CreateTable, but for what only billing or protection would notice. */
  readonly create: Readonly<Record<string, unknown>>;
  readonly ttlAttribute?: string;
}

/** A role with its policies as they stand in the template, references resolved. */
export interface RoleSpec {
  readonly name: string;
  readonly arn: string;
  readonly trust: unknown;
  readonly policies: readonly unknown[];
}

export interface QueueSpec {
  readonly name: string;
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface BusSpec {
  readonly name: string;
  readonly arn: string;
}

export interface TargetSpec {
  readonly arn: string;
  readonly messageGroupId?: string;
  readonly input?: string;
  readonly inputPath?: string;
}

export interface RuleSpec {
  readonly name: string;
  readonly bus: string;
  readonly pattern: Readonly<Record<string, unknown>>;
  readonly targets: readonly TargetSpec[];
}

export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** ARN of the role that it runs as. */
  readonly role: string;
  /** Folder of the bundled asset. */
  readonly code: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly reservedConcurrency?: number;
}

export interface MappingSpec {
  readonly id: string;
  readonly sourceArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly partialBatches: boolean;
  /** Patterns of which one must match; none = everything passes. */
  readonly filters: readonly Readonly<Record<string, unknown>>[];
  readonly bisect: boolean;
  /** -1 = for ever, as Lambda has it. */
  readonly maximumRetries: number;
  /** Older stream records are given up; -1 = never. */
  readonly maximumAgeSeconds: number;
  readonly onFailureArn?: string;
  readonly maximumConcurrency?: number;
}

export interface ScheduleSpec {
  readonly name: string;
  readonly everySeconds: number;
  readonly target: TargetSpec;
}

export interface RouteSpec {
  /** `GET /v1/vaults/{vault_id}`, `ANY /x` or `$default`. */
  readonly key: string;
  readonly functionName: string;
  readonly timeoutMs: number;
  readonly authorizer?: { readonly issuer: string; readonly audience: readonly string[]; readonly scopes: readonly string[] };
}

export interface ApiSpec {
  readonly id: string;
  readonly routes: readonly RouteSpec[];
}

export interface FunctionUrlSpec {
  readonly functionName: string;
}

export interface SecretSpec {
  readonly name: string;
  readonly arn: string;
  readonly value?: string;
  readonly generate?: {
    readonly PasswordLength?: number | string;
    readonly ExcludeCharacters?: string;
    readonly ExcludeLowercase?: boolean;
    readonly ExcludeUppercase?: boolean;
    readonly ExcludeNumbers?: boolean;
    readonly ExcludePunctuation?: boolean;
    readonly SecretStringTemplate?: string;
    readonly GenerateStringKey?: string;
  };
}

export interface UserPoolSpec {
  readonly id: string;
  /** What the pool's domain is called on AWS: `https://<prefix>.auth.<region>.amazoncognito.com`. */
  readonly domainUrl?: string;
  /** Whether a person may sign up, or only be invited. */
  readonly selfSignUp: boolean;
  readonly invitation: { readonly subject: string; readonly body: string };
  readonly preToken?: { readonly functionName: string; readonly version: string };
  readonly clients: readonly PoolClientSpec[];
}

export interface PoolClientSpec {
  readonly id: string;
  readonly name: string;
  readonly hasSecret: boolean;
  readonly flows: readonly string[];
  readonly scopes: readonly string[];
  readonly callbackUrls: readonly string[];
  readonly accessSeconds: number;
  readonly idSeconds: number;
  readonly refreshSeconds: number;
}

export interface ParameterSpec {
  readonly name: string;
  readonly value: string;
}
