import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AwsError } from './aws-json.ts';
import { checkNode, findDynamoRunner } from './checks.ts';
import type { TableAddress } from './local-table.ts';
import type { Options } from './options.ts';
import { openRun } from './processes.ts';
import { runtimeVariables, signingInHere, withSettings } from './runtime/environment.ts';
import { createFunctions, type Functions } from './runtime/functions.ts';
import { type Source, startPoller } from './runtime/pollers.ts';
import { startSchedules } from './runtime/schedules.ts';
import { startStream } from './runtime/streams.ts';
import { startAws } from './servers/aws.ts';
import { createBus } from './servers/bus.ts';
import { type Confinement, startConfinement } from './servers/confinement.ts';
import { startDynamo } from './servers/dynamodb.ts';
import { type Queues, startQueues } from './servers/fauxqs.ts';
import { type Front, listen, withLocalRoutes } from './servers/front.ts';
import { createFunctionUrl, createGateway } from './servers/gateway.ts';
import { createIssuer, type Issuer, type TokenRequest } from './servers/issuer.ts';
import { createParameters } from './servers/parameters.ts';
import { createPool, type Pool } from './servers/pool/pool.ts';
import { createSecrets } from './servers/secrets.ts';
import type { SubscriptionRequest } from './subscriptions.ts';
import { synthesize } from './synth.ts';
import { loadStage } from './template/assembly.ts';
import { identifyWith } from './template/identify.ts';
import { interpret } from './template/interpret.ts';
import { createResolver, pseudoParameters } from './template/intrinsics.ts';
import type { MappingSpec, Model } from './template/model.ts';
import { reduced } from './template/reduced.ts';
import { isStream } from './template/to-model.ts';

const region = pseudoParameters['AWS::Region'] ?? '';
const account = pseudoParameters['AWS::AccountId'] ?? '';
const pollerBatches = 8;
const otherInvocations = 4;

export interface PlatformOptions extends Omit<Options, 'demo'> {
  /** Where `.vanta` is, unless there is a data directory. */
  readonly cwd: string;
  /** Told of every token that is asked for, with what is needed to note its person as a member. */
  onToken(request: TokenRequest, table: TableAddress): Promise<void>;
  /** Told of every plan that a tenant is put on without paying. */
  onSubscription(request: SubscriptionRequest, table: TableAddress): Promise<void>;
  /** Told when the platform can no longer work. */
  onLost(error: Error): void;
  log(line: string): void;
}

/** A running platform: what `.vanta/local.json` says, and how to stop it. */
export interface Platform {
  readonly api: string;
  readonly issuer: string;
  readonly function_urls: {
    readonly stripe: string | null;
    readonly btcpay: string | null;
    readonly broker_events: string | null;
  };
  readonly dynamodb: string;
  /** The same table as API functions come to it: behind what IAM allows (docs/decisions/0018). */
  readonly dynamodb_gate: string;
  readonly sqs: string;
  readonly s3: string;
  readonly bus: string;
  readonly bus_name: string;
  /** Cognito's API answers at `endpoint`; people sign in at `sign_in_url`, with the client `client_id`. */
  readonly user_pool: {
    readonly endpoint: string;
    readonly id: string | null;
    readonly client_id: string | null;
    readonly sign_in_url: string;
  };
  readonly pid: number;
  stop(): Promise<void>;
}

type Stop = () => Promise<unknown> | unknown;

/** Boots the whole platform. Whatever was started is stopped again when a later part fails. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const stops: Stop[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    return { ...(await boot(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function boot(options: PlatformOptions, stops: Stop[]): Promise<Omit<Platform, 'stop'>> {
  checkNode();
  const runner = await findDynamoRunner();
  const front = await listen(options.port);
  stops.push(front.stop);
  const root = options.data === undefined ? join(options.cwd, '.vanta') : resolve(options.data);
  const logDirectory = join(root, 'logs');
  mkdirSync(logDirectory, { recursive: true });
  const run = openRun(root, options.data !== undefined);
  stops.push(run.end);
  const keep = options.data === undefined ? run.directory : root;
  const databases = options.data === undefined ? undefined : root;
  const assembly = options.assembly ?? join(run.directory, 'cdk.out');
  const started = Date.now();
  const [queues, dynamo] = await all(stops, [
    startQueues(region, databases && join(databases, 'fauxqs')),
    startDynamo({
      runner,
      region,
      logFile: join(logDirectory, 'dynamodb-local.log'),
      ...(databases !== undefined && { dataDirectory: join(databases, 'dynamodb') }),
      onSpawn: run.noteChild,
      onLost: options.onLost,
    }),
    options.assembly === undefined ? synthesize(assembly) : Promise.resolve(),
  ]);
  options.log(`synthesized and started the servers in ${seconds(started)}`);
  const model = reduced(readModel(assembly, { sqs: queues.endpoint, api: front.api }), options);
  await Promise.all([dynamo.create(model.tables), queues.create(model.queues, model.buckets)]);
  const parts = await startParts({ options, stops, model, front, queues, dynamo: dynamo.endpoint, keep, logDirectory });
  options.log(
    `${model.functions.length} functions, ${model.queues.length} queues, ${model.rules.length} rules up after ${seconds(started)}`,
  );
  return { ...parts, dynamodb: dynamo.endpoint, sqs: queues.endpoint, s3: queues.endpoint, pid: process.pid };
}

/** Waits for all of them; those that can be stopped are, also when another one fails. */
async function all<A extends { stop: Stop }, B extends { stop: Stop }>(
  stops: Stop[],
  work: [Promise<A>, Promise<B>, Promise<void>],
): Promise<[A, B]> {
  for (const part of work.slice(0, 2) as Promise<{ stop: Stop }>[])
    void part.then(
      (started) => stops.push(() => started.stop()),
      () => undefined,
    );
  await Promise.allSettled(work);
  const [a, b] = await Promise.all(work);
  return [a, b];
}

function readModel(assembly: string, addresses: { sqs: string; api: string }): Model {
  const stacks = loadStage(assembly, 'local');
  return interpret(stacks, createResolver(stacks, identifyWith(addresses)));
}

interface Parts {
  readonly options: PlatformOptions;
  readonly stops: Stop[];
  readonly model: Model;
  readonly front: Front;
  readonly queues: Queues;
  readonly dynamo: string;
  readonly keep: string;
  readonly logDirectory: string;
}

async function startParts(parts: Parts) {
  const { options, stops, model, front, queues } = parts;
  const problem = (error: unknown) => options.log(`problem: ${error instanceof Error ? error.message : String(error)}`);
  const delivery = {
    toQueue: (arn: string, body: string, groupId: string | undefined) => queues.send(arn, body, groupId),
    // A failure is reported by the function's pool, as an asynchronous invocation's is in its log.
    toFunction: (arn: string, event: unknown) => void functions.invoke(arn, event).catch(() => undefined),
  };
  const bus = createBus({ buses: model.buses, rules: model.rules, region, account, delivery, refuse });
  const confinement = await startConfinement(model, { dynamo: parts.dynamo, onDenied: (why) => problem(`denied: ${why}`) });
  stops.push(confinement.stop);
  const issuer = await openIssuer(parts);
  const pool = openPool(parts, issuer, (name, event) => functions.invoke(name, event));
  const actions = { AWSEvents: bus.actions, AWSCognitoIdentityProviderService: pool.actions, ...stored(parts) };
  const aws = await startAws(prefixed(actions), confinement.sts);
  stops.push(aws.stop);
  const functions = startFunctions(parts, aws.endpoint, confinement);
  stops.push(functions.stop);
  const sources = model.mappings.map((mapping) => startSource(parts, mapping, functions, problem));
  sources.push(startSchedules({ schedules: model.schedules, region, account, deliver: bus.deliver }));
  stops.push(() => Promise.all(sources.map((source) => source.stop())));
  await functions.warm();
  const urls = openFront(parts, functions, { issuer, pool });
  const urlOf = (word: string) => Object.keys(urls).find((path) => path.includes(word));
  const at = (path: string | undefined) => (path === undefined ? null : `${front.api}${path}/`);
  return {
    api: front.api,
    issuer: issuer.url,
    user_pool: { endpoint: aws.endpoint, ...pool.addresses },
    function_urls: { stripe: at(urlOf('stripe')), btcpay: at(urlOf('btcpay')), broker_events: at(urlOf('broker')) },
    dynamodb_gate: confinement.endpoint,
    bus: aws.endpoint,
    bus_name: model.buses[0]?.name ?? 'default',
  };
}

const refuse = (code: string, message: string) => new AwsError(code, message);

/** Services that only give what the template stores in them. */
const stored = ({ model, keep }: Parts) => ({
  secretsmanager: createSecrets({ secrets: model.secrets, file: join(keep, 'secrets.json'), refuse }),
  AmazonSSM: createParameters({ parameters: model.parameters, refuse }),
});

/** Actions by service, under the names that X-Amz-Target has for them. */
function prefixed<T>(services: Readonly<Record<string, Readonly<Record<string, T>>>>): Record<string, T> {
  const all = Object.entries(services).flatMap(([service, actions]) =>
    Object.entries(actions).map(([name, action]) => [`${service}.${name}`, action] as const),
  );
  return Object.fromEntries(all);
}

function startFunctions(
  { options, model, front, queues, logDirectory }: Parts,
  aws: string,
  confinement: Confinement,
): Functions {
  const polled = new Set(model.mappings.map(({ functionName }) => functionName));
  return createFunctions({
    functions: model.functions,
    logDirectory,
    concurrencyOf: ({ name, reservedConcurrency }) =>
      reservedConcurrency ?? (polled.has(name) ? pollerBatches : otherInvocations),
    environmentOf: (spec) => ({
      ...signingInHere(withSettings(spec, options.settings), model.userPools, front.api),
      ...runtimeVariables(spec, region),
      ...confinement.variablesOf(spec, aws),
      AWS_ENDPOINT_URL_SQS: queues.endpoint,
      AWS_ENDPOINT_URL_S3: queues.endpoint,
      AWS_ENDPOINT_URL_EVENTBRIDGE: aws,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: aws,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: aws,
      AWS_ENDPOINT_URL_SSM: aws,
    }),
    onFailure: ({ name }, error, logFile) => options.log(`${name}: ${error.type}: ${firstLine(error.message)} (${logFile})`),
  });
}

function startSource(
  { model, queues, dynamo, keep }: Parts,
  mapping: MappingSpec,
  functions: Functions,
  onProblem: (e: unknown) => void,
): Source {
  const { invoke } = functions;
  if (!isStream(mapping.sourceArn)) {
    const concurrency = Math.min(mapping.maximumConcurrency ?? pollerBatches, pollerBatches);
    return startPoller({ mapping, sqs: { endpoint: queues.endpoint, region }, concurrency, invoke, onProblem });
  }
  const table = model.tables.find(({ arn }) => mapping.sourceArn.startsWith(`${arn}/stream/`));
  if (table === undefined) throw new Error(`${mapping.id}: there is no table with the stream ${mapping.sourceArn}`);
  return startStream({
    mapping,
    tableName: table.name,
    dynamo: { endpoint: dynamo, region },
    checkpointFile: join(keep, `stream-${mapping.id}.json`),
    invoke,
    onGivenUp: (arn, body) => queues.send(arn, body),
    onProblem,
  });
}

function openIssuer({ model, front, keep }: Parts): Promise<Issuer> {
  const clientId = model.apis.flatMap(({ routes }) => routes).flatMap(({ authorizer }) => authorizer?.audience ?? [])[0];
  return createIssuer({ api: front.api, clientId: clientId ?? 'local', keyFile: join(keep, 'issuer-key.json') });
}

function openPool({ options, model, keep }: Parts, issuer: Issuer, invoke: Functions['invoke']): Pool {
  const mailDirectory = join(options.data === undefined ? join(options.cwd, '.vanta') : resolve(options.data), 'mail');
  return createPool({ pool: model.userPools[0], issuer, region, keep, mailDirectory, invoke, log: options.log });
}

function openFront({ options, model, front, dynamo }: Parts, { invoke }: Functions, who: { issuer: Issuer; pool: Pool }) {
  const api = model.apis[0] ?? { id: 'none', routes: [] };
  const urls = Object.fromEntries(
    model.functionUrls.map((url) => [`/local/urls/${url.functionName}`, createFunctionUrl(url, { accountId: account, invoke })]),
  );
  const table = { endpoint: dynamo, region, name: model.tables[0]?.name ?? '' };
  const onToken = (request: TokenRequest) => options.onToken(request, table);
  const onSubscription = (request: SubscriptionRequest) => options.onSubscription(request, table);
  const local = { issuer: who.issuer, oauth: who.pool.oauth, urls, onToken, onSubscription };
  front.open(withLocalRoutes(local, createGateway({ api, accountId: account, issuer: who.issuer, invoke })));
  return urls;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
