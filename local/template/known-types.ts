/** Names of properties that may stand in a template: `true` = anything below it, otherwise its own names (also inside lists). */
export type Shape = true | { readonly [name: string]: Shape };

const names = (text: string): Record<string, Shape> => Object.fromEntries(text.split(/\s+/).map((name) => [name, true]));

const target = {
  ...names('Arn Id Input InputPath'),
  // Retries and failed deliveries cannot happen here: the queue is in the same process.
  ...names('RetryPolicy DeadLetterConfig RoleArn'),
  SqsParameters: names('MessageGroupId'),
};

/**
 * Types that the local platform acts out, with every property it acts out and, after "no effect", those that change
 * nothing on one machine (encryption, billing, protection, tags). Any other property is an error.
 */
export const interpretedTypes: Readonly<Record<string, Shape>> = {
  'AWS::DynamoDB::Table': {
    ...names(
      'TableName KeySchema AttributeDefinitions GlobalSecondaryIndexes LocalSecondaryIndexes BillingMode StreamSpecification',
    ),
    TimeToLiveSpecification: names('AttributeName Enabled'),
    // no effect
    ...names(
      'PointInTimeRecoverySpecification DeletionProtectionEnabled SSESpecification Tags WarmThroughput OnDemandThroughput',
    ),
    ...names('ContributorInsightsSpecification TableClass ResourcePolicy ProvisionedThroughput'),
  },
  'AWS::DynamoDB::GlobalTable': {
    ...names(
      'TableName KeySchema AttributeDefinitions GlobalSecondaryIndexes LocalSecondaryIndexes BillingMode StreamSpecification',
    ),
    TimeToLiveSpecification: names('AttributeName Enabled'),
    // no effect
    ...names('Replicas SSESpecification WarmThroughput WriteOnDemandThroughputSettings WriteProvisionedThroughputSettings'),
  },
  'AWS::S3::Bucket': {
    ...names('BucketName'),
    // no effect: fauxqs keeps one version of an object and lets everybody in
    ...names(
      'BucketEncryption LifecycleConfiguration LoggingConfiguration ObjectLockConfiguration ObjectLockEnabled OwnershipControls',
    ),
    ...names('PublicAccessBlockConfiguration Tags VersioningConfiguration AccessControl'),
  },
  'AWS::SQS::Queue': {
    ...names(
      'QueueName FifoQueue ContentBasedDeduplication DeduplicationScope FifoThroughputLimit VisibilityTimeout DelaySeconds',
    ),
    ...names('MessageRetentionPeriod MaximumMessageSize ReceiveMessageWaitTimeSeconds'),
    RedrivePolicy: names('deadLetterTargetArn maxReceiveCount'),
    // no effect
    ...names('KmsMasterKeyId KmsDataKeyReusePeriodSeconds SqsManagedSseEnabled RedriveAllowPolicy Tags'),
  },
  'AWS::Events::EventBus': { ...names('Name'), ...names('Description KmsKeyIdentifier DeadLetterConfig LogConfig Tags') },
  'AWS::Events::Rule': {
    ...names('Name EventBusName EventPattern ScheduleExpression State'),
    Targets: target,
    // no effect
    ...names('Description Tags'),
  },
  'AWS::Scheduler::Schedule': {
    ...names('Name ScheduleExpression State'),
    Target: target,
    // no effect
    ...names('FlexibleTimeWindow ScheduleExpressionTimezone Description GroupName KmsKeyArn'),
  },
  'AWS::Lambda::Function': {
    ...names('FunctionName Handler Timeout MemorySize ReservedConcurrentExecutions Role'),
    Code: names('S3Bucket S3Key'),
    Environment: { Variables: true },
    // no effect: every function runs on this Node and this processor
    ...names('Runtime Architectures Description LoggingConfig TracingConfig RecursiveLoop KmsKeyArn Tags EphemeralStorage'),
    ...names('RuntimeManagementConfig'),
  },
  'AWS::Lambda::EventSourceMapping': {
    ...names(
      'EventSourceArn FunctionName BatchSize Enabled BisectBatchOnFunctionError MaximumRetryAttempts FunctionResponseTypes',
    ),
    ...names('MaximumRecordAgeInSeconds'),
    FilterCriteria: { Filters: names('Pattern') },
    DestinationConfig: { OnFailure: names('Destination') },
    ScalingConfig: names('MaximumConcurrency'),
    // no effect: one poller is at once with every message; streams are read from their beginning (runtime/streams.ts)
    ...names('ProvisionedPollerConfig StartingPosition MaximumBatchingWindowInSeconds ParallelizationFactor'),
    ...names('MetricsConfig KmsKeyArn Tags TumblingWindowInSeconds LoggingConfig'),
  },
  'AWS::Lambda::Url': { ...names('TargetFunctionArn AuthType'), ...names('InvokeMode Cors') },
  'AWS::ApiGatewayV2::Api': {
    ...names('Name ProtocolType'),
    ...names('Description DisableExecuteApiEndpoint IpAddressType Tags'),
  },
  // Throttling and access logs have no effect; a stage with another name would change every path.
  'AWS::ApiGatewayV2::Stage': {
    ...names('ApiId StageName'),
    ...names('AutoDeploy AccessLogSettings DefaultRouteSettings RouteSettings Description Tags'),
  },
  'AWS::ApiGatewayV2::Route': {
    ...names('ApiId RouteKey Target AuthorizationType AuthorizerId AuthorizationScopes'),
    ...names('OperationName'),
  },
  'AWS::ApiGatewayV2::Integration': {
    ...names('ApiId IntegrationType IntegrationUri PayloadFormatVersion TimeoutInMillis'),
    ...names('IntegrationMethod Description ConnectionType CredentialsArn'),
  },
  'AWS::ApiGatewayV2::Authorizer': {
    ...names('ApiId AuthorizerType IdentitySource'),
    JwtConfiguration: names('Issuer Audience'),
    ...names('Name'),
  },
  // Those of functions that act for tenants are acted out (iam/roles.ts); documents are read there, word by word.
  'AWS::IAM::Role': { ...names('RoleName AssumeRolePolicyDocument'), ...names('Description Path MaxSessionDuration Tags') },
  'AWS::IAM::Policy': names('PolicyName PolicyDocument Roles'),
  'AWS::SecretsManager::Secret': {
    ...names('Name SecretString'),
    GenerateSecretString: names(
      `PasswordLength ExcludeCharacters ExcludeLowercase ExcludeUppercase ExcludeNumbers ExcludePunctuation SecretStringTemplate
       GenerateStringKey IncludeSpace RequireEachIncludedType`,
    ),
    ...names('Description KmsKeyId Tags'),
  },
  'AWS::Cognito::UserPool': {
    LambdaConfig: { PreTokenGenerationConfig: names('LambdaArn LambdaVersion') },
    AdminCreateUserConfig: {
      ...names('AllowAdminCreateUserOnly'),
      InviteMessageTemplate: names('EmailMessage EmailSubject'),
      ...names('UnusedAccountValidityDays'),
    },
    // Acted out as they are set: e-mail addresses, in any case, are what people sign in with, and count as verified.
    ...names('UserPoolName UsernameAttributes UsernameConfiguration AutoVerifiedAttributes'),
    // no effect: nobody has a password or a second factor here
    ...names('Policies MfaConfiguration EnabledMfas AccountRecoverySetting DeletionProtection UserPoolTier UserPoolTags'),
    ...names('EmailVerificationMessage EmailVerificationSubject SmsVerificationMessage VerificationMessageTemplate'),
  },
  'AWS::Cognito::UserPoolClient': {
    ...names('ClientName GenerateSecret UserPoolId AllowedOAuthFlows AllowedOAuthScopes CallbackURLs'),
    ...names('AccessTokenValidity IdTokenValidity RefreshTokenValidity'),
    TokenValidityUnits: names('AccessToken IdToken RefreshToken'),
    // no effect: sign-in is always the domain's, and a session can always be ended
    ...names('AllowedOAuthFlowsUserPoolClient EnableTokenRevocation ExplicitAuthFlows LogoutURLs'),
    ...names('PreventUserExistenceErrors SupportedIdentityProviders'),
  },
  'AWS::Cognito::UserPoolDomain': { ...names('Domain UserPoolId'), ...names('ManagedLoginVersion') },
  // A client lists its scopes itself; this names what they begin with.
  'AWS::Cognito::UserPoolResourceServer': { ...names('Identifier Name UserPoolId'), Scopes: names('ScopeName ScopeDescription') },
  'AWS::SSM::Parameter': { ...names('Name Value Type'), ...names('Tier Description Tags') },
};

/** Types that have no effect on one machine. */
export const typesWithoutEffect: ReadonlySet<string> = new Set([
  'AWS::CDK::Metadata',
  'AWS::ApiGateway::Account',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Cognito::UserPoolGroup',
  'AWS::Events::Archive',
  'AWS::Events::EventBusPolicy',
  'AWS::IAM::ManagedPolicy',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::QueryDefinition',
  'AWS::Logs::ResourcePolicy',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
]);

/** Paths of the names in `value` that `shape` does not know, such as `Targets.0.EcsParameters`. */
export function unknownNames(value: unknown, shape: Shape, path = ''): string[] {
  if (shape === true || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownNames(item, shape, `${path}${index}.`));
  return Object.entries(value).flatMap(([name, item]) => {
    const known = shape[name];
    return known === undefined ? [path + name] : unknownNames(item, known, `${path}${name}.`);
  });
}
