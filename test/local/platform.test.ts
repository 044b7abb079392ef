import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callAws } from '../../local/aws-json.ts';
import { type Platform, startPlatform } from '../../local/platform.ts';

const folder = mkdtempSync(join(tmpdir(), 'vanta-platform-'));
const region = 'us-east-1';
const logged: string[] = [];
let platform: Platform;

/** One function for every door: it writes what it is given to its log, or does what it is told. */
const handler = `
import { writeFileSync } from 'node:fs';
export const handler = async (event, context) => {
  console.log('GOT ' + JSON.stringify(event));
  const told = event.Records?.[0]?.body ?? event.body ?? '';
  if (told.includes('throw')) throw new TypeError('as told');
  if (told.includes('exit')) process.exit(3);
  if (told.includes('hang')) await new Promise(() => setInterval(() => {}, 1000));
  if (event.routeKey === undefined) return { batchItemFailures: [] };
  const headers = { 'content-type': 'application/json', 'x-method': event.requestContext.http.method };
  const { region, left } = { region: process.env.AWS_REGION, left: context.getRemainingTimeInMillis() };
  return { statusCode: 201, headers, cookies: ['a=1', 'b=2'], body: JSON.stringify({ event, env: process.env, region, left }) };
};`;

const template = {
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      },
    },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: 'work.fifo', FifoQueue: true, ContentBasedDeduplication: true, VisibilityTimeout: 1 },
    },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'test' } },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        EventPattern: { source: ['test'] },
        Targets: [{ Id: 'q', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, SqsParameters: { MessageGroupId: 'g' } }],
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
        },
      },
    },
    Work: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'broker-work',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { S3Bucket: 'b', S3Key: 'hash1.zip' },
        Handler: 'index.handler',
        Timeout: 1,
        Environment: { Variables: { TABLE_NAME: { Ref: 'Table' }, QUEUE_URL: { Ref: 'Queue' }, RETRY_DELAYS_SECONDS: '9' } },
      },
    },
    FromQueue: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
        FunctionName: { Ref: 'Work' },
        BatchSize: 1,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    },
    FromTable: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
        FunctionName: { Ref: 'Work' },
        FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"wanted"}]}}}}' }] },
        StartingPosition: 'LATEST',
      },
    },
    Url: { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: { 'Fn::GetAtt': ['Work', 'Arn'] }, AuthType: 'NONE' } },
    Key: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'key', GenerateSecretString: { PasswordLength: 20 } } },
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'api', ProtocolType: 'HTTP' } },
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: '$default' } },
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ApiId: { Ref: 'Api' },
        AuthorizerType: 'JWT',
        JwtConfiguration: { Issuer: 'https://cognito', Audience: ['client1'] },
      },
    },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['Work', 'Arn'] },
        PayloadFormatVersion: '2.0',
      },
    },
    Open: route('POST /open/{id}'),
    Closed: route('GET /closed', { AuthorizationType: 'JWT', AuthorizerId: { Ref: 'Authorizer' } }),
  },
};

function route(RouteKey: string, more: object = {}) {
  const Target = { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] };
  return { Type: 'AWS::ApiGatewayV2::Route', Properties: { ApiId: { Ref: 'Api' }, RouteKey, Target, ...more } };
}

function writeAssembly(): string {
  const assembly = join(folder, 'assembly');
  const write = (path: string, content: unknown) => writeFileSync(join(assembly, path), JSON.stringify(content));
  mkdirSync(join(assembly, 'assembly-local'), { recursive: true });
  mkdirSync(join(assembly, 'asset.hash1'));
  writeFileSync(join(assembly, 'asset.hash1', 'index.mjs'), handler);
  const stage = { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-local' } };
  const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 't.json', stackName: 'vanta-test' } };
  write('manifest.json', { artifacts: { 'assembly-local': stage } });
  const assets = { type: 'cdk:asset-manifest', properties: { file: 'a.json' } };
  write('assembly-local/manifest.json', { artifacts: { stack, assets } });
  write('assembly-local/a.json', { files: { hash1: { source: { path: '../asset.hash1' } } } });
  write('assembly-local/t.json', template);
  return assembly;
}

// biome-ignore lint/suspicious/noExplicitAny: what a test reads out of an answer it names itself
const bodyOf = (response: Response): Promise<any> => response.json();
const log = () => readFileSync(join(folder, '.vanta', 'logs', 'broker-work.log'), 'utf8');
const aws = <T>(endpoint: string, action: string, input: unknown) => {
  const [target = '', name = ''] = action.split('.');
  return callAws<T>({ endpoint, target, region }, name, input);
};
const send = (body: string, MessageGroupId: string) =>
  aws(platform.sqs, 'AmazonSQS.SendMessage', {
    QueueUrl: `${platform.sqs}/000000000000/work.fifo`,
    MessageBody: body,
    MessageGroupId,
  });

beforeAll(async () => {
  platform = await startPlatform({
    port: 0,
    cwd: folder,
    assembly: writeAssembly(),
    without: [],
    ttl: true,
    settings: { RETRY_DELAYS_SECONDS: '0.1', RATE_LIMIT: 'off' },
    onToken: async () => undefined,
    onSubscription: async () => undefined,
    onLost: (error) => logged.push(String(error)),
    log: (line) => logged.push(line),
  });
}, 60_000);

afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the local platform', () => {
  it('runs a function behind the API, with exactly its environment', async () => {
    const response = await fetch(`${platform.api}/open/a%20b?x=1&x=2`, {
      method: 'POST',
      body: '{"n":1}',
      headers: { cookie: 'c=d' },
    });
    expect([response.status, response.headers.get('x-method'), response.headers.getSetCookie()]).toEqual([
      201,
      'POST',
      ['a=1', 'b=2'],
    ]);
    const { event, env, left } = await bodyOf(response);
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /open/{id}',
      pathParameters: { id: 'a b' },
      queryStringParameters: { x: '1,2' },
      cookies: ['c=d'],
      body: '{"n":1}',
      isBase64Encoded: false,
    });
    expect(env).toMatchObject({ TABLE_NAME: 'vanta-test-Table', RETRY_DELAYS_SECONDS: '0.1', AWS_REGION: region });
    expect(env.QUEUE_URL).toBe(`${platform.sqs}/000000000000/work.fifo`);
    expect(env).not.toHaveProperty('RATE_LIMIT');
    expect(env).not.toHaveProperty('PATH');
    expect(left).toBeGreaterThan(0);
  });

  it('asks for a token where the template does', async () => {
    expect((await fetch(`${platform.api}/closed`)).status).toBe(401);
    const token = await fetch(`${platform.api}/local/token`, {
      method: 'POST',
      body: '{"sub":"s","role":"ops","tenant_id":"ten_1"}',
    });
    const { access_token } = await bodyOf(token);
    const response = await fetch(`${platform.api}/closed`, { headers: { authorization: `Bearer ${access_token}` } });
    const { event } = await bodyOf(response);
    expect(event.requestContext.authorizer.jwt).toMatchObject({
      claims: { sub: 's', role: 'ops', iat: expect.any(String) },
      scopes: null,
    });
    expect((await fetch(`${platform.api}/local/token`, { method: 'POST', body: '{}' })).status).toBe(400);
  });

  it('answers as API Gateway does where it has no route, and where the function fails', async () => {
    expect(await (await fetch(`${platform.api}/nothing`)).json()).toEqual({ message: 'Not Found' });
    const response = await fetch(`${platform.api}/open/1`, { method: 'POST', body: 'throw' });
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    expect(logged.find((line) => line.includes('as told'))).toMatch(/^broker-work: TypeError: as told \(.*broker-work\.log\)$/);
  });

  it('ends a function at its timeout, and a crash takes only its own invocation along', async () => {
    const call = (body: string) => fetch(`${platform.api}/open/1`, { method: 'POST', body }).then(({ status }) => status);
    expect(await Promise.all([call('hang'), call('exit'), call('fine')])).toEqual([500, 500, 201]);
    expect(logged.some((line) => line.includes('Task timed out after 1.00 seconds'))).toBe(true);
    expect(logged.some((line) => line.includes('exit status 3'))).toBe(true);
  });

  it('serves function URLs from their root', async () => {
    expect(platform.function_urls).toEqual({
      stripe: null,
      btcpay: null,
      broker_events: `${platform.api}/local/urls/broker-work/`,
    });
    const response = await fetch(`${platform.function_urls.broker_events}hook`, { method: 'POST', body: 'x' });
    expect((await bodyOf(response)).event).toMatchObject({ rawPath: '/hook', routeKey: '$default' });
  });

  it('takes events from PutEvents through rule and queue to the function', async () => {
    const entry = { EventBusName: platform.bus_name, Source: 'test', DetailType: 'Order', Detail: '{"from":"bus"}' };
    expect(await aws(platform.bus, 'AWSEvents.PutEvents', { Entries: [entry] })).toMatchObject({ FailedEntryCount: 0 });
    await vi.waitFor(() => expect(log()).toContain('\\"from\\":\\"bus\\"'), 3000);
    expect(log()).toContain('"MessageGroupId":"g"');
  });

  it('leaves a failed message to its visibility timeout, and its group waits', async () => {
    await send('throw once more', 'h');
    await send('behind it', 'h');
    await send('elsewhere', 'i');
    await vi.waitFor(() => expect(log()).toContain('"body":"elsewhere"'), 3000);
    await vi.waitFor(() => expect(log()).toMatch(/throw once more[^\n]*"ApproximateReceiveCount":"2"/), 5000);
    expect(log()).not.toContain('"body":"behind it"');
  });

  it('takes what the filters let pass from the stream', async () => {
    const put = (pk: string) =>
      aws(platform.dynamodb, 'DynamoDB_20120810.PutItem', {
        TableName: 'vanta-test-Table',
        Item: { pk: { S: pk }, map: { M: {} } },
      });
    await put('unwanted');
    await put('wanted 1');
    await vi.waitFor(() => expect(log()).toContain('"map":{"M":{}}'), 5000);
    expect(log()).toMatch(/"eventName":"INSERT".*"eventSource":"aws:dynamodb"/);
    expect(log()).not.toContain('unwanted');
  });

  it('gives a generated secret, the same each time', async () => {
    const get = () => aws<{ SecretString: string }>(platform.bus, 'secretsmanager.GetSecretValue', { SecretId: 'key' });
    expect((await get()).SecretString).toHaveLength(20);
    expect(await get()).toEqual(await get());
    await expect(aws(platform.bus, 'secretsmanager.PutSecretValue', {})).rejects.toThrow(
      'does not have secretsmanager.PutSecretValue',
    );
  });
});
