import type { Resolved } from './interpret.ts';
import { TemplateError } from './intrinsics.ts';
import type {
  ApiSpec,
  BusSpec,
  FunctionSpec,
  FunctionUrlSpec,
  MappingSpec,
  Model,
  QueueSpec,
  RoleSpec,
  RouteSpec,
  RuleSpec,
  ScheduleSpec,
  SecretSpec,
  TableSpec,
  TargetSpec,
} from './model.ts';
import { userPoolSpec } from './user-pool.ts';

/** Gives resolved resources the form that the servers and runtimes take. */
export function toModel(resources: readonly Resolved[]): Model {
  const of = (...types: string[]) => resources.filter(({ type }) => types.includes(type));
  const rules = of('AWS::Events::Rule').filter(isEnabled);
  return {
    tables: of('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(tableSpec),
    buckets: of('AWS::S3::Bucket').map(({ ref }) => ref),
    queues: of('AWS::SQS::Queue').map(queueSpec),
    buses: of('AWS::Events::EventBus').map(({ ref, arn }): BusSpec => ({ name: ref, arn })),
    rules: rules.filter(({ properties }) => properties.EventPattern !== undefined).map(ruleSpec),
    functions: of('AWS::Lambda::Function').map(functionSpec),
    mappings: of('AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) => properties.Enabled !== false)
      .map(mappingSpec),
    schedules: [
      ...rules.filter(({ properties }) => properties.ScheduleExpression !== undefined).flatMap(ruleSchedules),
      ...of('AWS::Scheduler::Schedule')
        .filter(isEnabled)
        .map((one) => scheduleSpec(one, targetSpec(one.properties.Target))),
    ],
    apis: of('AWS::ApiGatewayV2::Api').map((api) => apiSpec(api, resources)),
    functionUrls: of('AWS::Lambda::Url').map(functionUrlSpec),
    secrets: of('AWS::SecretsManager::Secret').map(secretSpec),
    roles: of('AWS::IAM::Role').map((role) => roleSpec(role, of('AWS::IAM::Policy'))),
    userPools: of('AWS::Cognito::UserPool').map((pool) => userPoolSpec(pool, resources)),
    parameters: of('AWS::SSM::Parameter').map(({ ref, properties }) => ({ name: ref, value: properties.Value })),
  };
}

function isEnabled({ properties }: Resolved): boolean {
  return properties.State !== 'DISABLED';
}

function tableSpec({ ref, arn, properties: p }: Resolved): TableSpec {
  const indexes = (list: Record<string, unknown>[] | undefined) =>
    list?.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }));
  const create = {
    TableName: ref,
    KeySchema: p.KeySchema,
    AttributeDefinitions: p.AttributeDefinitions,
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: indexes(p.GlobalSecondaryIndexes),
    LocalSecondaryIndexes: indexes(p.LocalSecondaryIndexes),
    StreamSpecification: p.StreamSpecification && { StreamEnabled: true, StreamViewType: p.StreamSpecification.StreamViewType },
  };
  const ttl = p.TimeToLiveSpecification;
  return { name: ref, arn, create, ...(ttl?.Enabled === true && { ttlAttribute: ttl.AttributeName }) };
}

const queueAttributes = [
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'VisibilityTimeout',
  'DelaySeconds',
  'MessageRetentionPeriod',
  'MaximumMessageSize',
  'ReceiveMessageWaitTimeSeconds',
];

function queueSpec({ arn, properties: p }: Resolved): QueueSpec {
  const attributes = queueAttributes.filter((name) => p[name] !== undefined).map((name) => [name, String(p[name])]);
  if (p.RedrivePolicy !== undefined) attributes.push(['RedrivePolicy', JSON.stringify(p.RedrivePolicy)]);
  return { name: nameOf(arn), arn, attributes: Object.fromEntries(attributes) };
}

function targetSpec(target: Resolved['properties']): TargetSpec {
  return {
    arn: target.Arn,
    ...(target.SqsParameters !== undefined && { messageGroupId: target.SqsParameters.MessageGroupId }),
    ...(target.Input !== undefined && { input: target.Input }),
    ...(target.InputPath !== undefined && { inputPath: target.InputPath }),
  };
}

function ruleSpec({ ref, properties: p }: Resolved): RuleSpec {
  return {
    name: ref,
    bus: nameOf(p.EventBusName ?? 'default'),
    pattern: p.EventPattern,
    targets: (p.Targets ?? []).map(targetSpec),
  };
}

function ruleSchedules(rule: Resolved): ScheduleSpec[] {
  return (rule.properties.Targets ?? []).map((target: Record<string, unknown>) => scheduleSpec(rule, targetSpec(target)));
}

const secondsPer: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

function scheduleSpec({ ref, where, properties }: Resolved, target: TargetSpec): ScheduleSpec {
  const match = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(properties.ScheduleExpression);
  if (match === null)
    throw new TemplateError(`${where}: unknown ScheduleExpression ${properties.ScheduleExpression} (rate only)`);
  return { name: ref, everySeconds: Number(match[1]) * (secondsPer[match[2] ?? ''] ?? 60), target };
}

function functionSpec({ stack, where, ref, arn, properties: p }: Resolved): FunctionSpec {
  const code = stack.assets.get(String(p.Code?.S3Key).replace(/\.zip$/, ''));
  if (code === undefined) throw new TemplateError(`${where}: no asset ${p.Code?.S3Key} in the assembly`);
  const variables = Object.entries(p.Environment?.Variables ?? {}).map(([name, value]) => [name, String(value)] as const);
  const dynamic = variables.find(([, value]) => value.includes('{{resolve:'));
  if (dynamic !== undefined)
    throw new TemplateError(`${where}: dynamic reference in the variable ${dynamic[0]} is not supported`);
  return {
    name: ref,
    arn,
    role: String(p.Role),
    code,
    handler: p.Handler,
    environment: Object.fromEntries(variables),
    timeoutSeconds: p.Timeout ?? 3,
    memoryMb: p.MemorySize ?? 128,
    ...(p.ReservedConcurrentExecutions !== undefined && { reservedConcurrency: p.ReservedConcurrentExecutions }),
  };
}

function mappingSpec({ id, properties: p }: Resolved): MappingSpec {
  const failure = p.DestinationConfig?.OnFailure?.Destination;
  const concurrency = p.ScalingConfig?.MaximumConcurrency;
  return {
    id,
    sourceArn: p.EventSourceArn,
    functionName: nameOf(p.FunctionName),
    batchSize: p.BatchSize ?? (isStream(p.EventSourceArn) ? 100 : 10),
    partialBatches: (p.FunctionResponseTypes ?? []).includes('ReportBatchItemFailures'),
    filters: (p.FilterCriteria?.Filters ?? []).map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern)),
    bisect: p.BisectBatchOnFunctionError ?? false,
    maximumRetries: p.MaximumRetryAttempts ?? -1,
    maximumAgeSeconds: p.MaximumRecordAgeInSeconds ?? -1,
    ...(failure !== undefined && { onFailureArn: failure }),
    ...(concurrency !== undefined && { maximumConcurrency: concurrency }),
  };
}

/** Whether an event source is a table's stream rather than a queue. */
export function isStream(arn: string): boolean {
  return arn.startsWith('arn:aws:dynamodb:');
}

function apiSpec(api: Resolved, resources: readonly Resolved[]): ApiSpec {
  const mine = resources.filter(({ properties }) => properties.ApiId === api.ref);
  const stage = mine.find(({ type }) => type === 'AWS::ApiGatewayV2::Stage');
  if (stage?.properties.StageName !== '$default') throw new TemplateError(`${api.where}: its stage must be $default`);
  const routes = mine.filter(({ type }) => type === 'AWS::ApiGatewayV2::Route').map((route) => routeSpec(route, mine));
  return { id: api.ref, routes };
}

function routeSpec(route: Resolved, mine: readonly Resolved[]): RouteSpec {
  const { RouteKey, Target, AuthorizationType = 'NONE', AuthorizerId, AuthorizationScopes = [] } = route.properties;
  const integration = mine.find(({ ref }) => Target === `integrations/${ref}`)?.properties;
  if (integration === undefined) throw new TemplateError(`${route.where}: the route ${RouteKey} has no integration`);
  if (integration.IntegrationType !== 'AWS_PROXY' || integration.PayloadFormatVersion !== '2.0') {
    throw new TemplateError(`${route.where}: its integration must be AWS_PROXY with payload format 2.0`);
  }
  const spec = {
    key: RouteKey,
    functionName: functionOf(integration.IntegrationUri),
    timeoutMs: integration.TimeoutInMillis ?? 30_000,
  };
  if (AuthorizationType === 'NONE') return spec;
  const authorizer = mine.find(({ ref }) => ref === AuthorizerId)?.properties;
  if (AuthorizationType !== 'JWT' || authorizer?.AuthorizerType !== 'JWT')
    throw new TemplateError(`${route.where}: its authorizer must be JWT`);
  const { Issuer, Audience } = authorizer.JwtConfiguration;
  return { ...spec, authorizer: { issuer: Issuer, audience: Audience, scopes: AuthorizationScopes } };
}

function functionUrlSpec({ where, properties }: Resolved): FunctionUrlSpec {
  if (properties.AuthType !== 'NONE') throw new TemplateError(`${where}: only AuthType NONE is supported`);
  return { functionName: functionOf(properties.TargetFunctionArn) };
}

function secretSpec({ ref, properties }: Resolved): SecretSpec {
  const { SecretString, GenerateSecretString } = properties;
  return {
    name: nameOf(ref).slice(0, -7),
    arn: ref,
    ...(SecretString !== undefined && { value: SecretString }),
    ...(GenerateSecretString !== undefined && { generate: GenerateSecretString }),
  };
}

function roleSpec({ ref, arn, properties }: Resolved, policies: readonly Resolved[]): RoleSpec {
  const own = policies.filter(({ properties: p }) => (p.Roles as string[]).includes(ref));
  const documents = own.map(({ properties: p }) => p.PolicyDocument as unknown);
  return { name: ref, arn, trust: properties.AssumeRolePolicyDocument, policies: documents };
}

/** The last part of an ARN; a plain name is itself. */
function nameOf(arn: string): string {
  return (
    arn
      .split(':')
      .at(-1)
      ?.replace(/^(event-bus|table|rule)\//, '') ?? arn
  );
}

/** A function's name out of its ARN, also where API Gateway wraps it in an invocation path. */
function functionOf(uri: string): string {
  const match = /:function:([^:/]+)/.exec(uri);
  if (match?.[1] === undefined) throw new TemplateError(`not a function's ARN: ${uri}`);
  return match[1];
}
