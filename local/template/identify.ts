import { createHash } from 'node:crypto';
import type { Resource, Stack } from './assembly.ts';
import { type Identify, type Identity, pseudoParameters, type Resolver, TemplateError } from './intrinsics.ts';

const region = pseudoParameters['AWS::Region'];
const account = pseudoParameters['AWS::AccountId'];

/** Where the issuer, and what the user pool's domain serves, stand below the API's address. */
export const issuerPath = '/local/issuer';

/** Addresses that are known only once the servers run; they must reach environments, never stored data. */
export interface Addresses {
  readonly sqs: string;
  readonly api: string;
}

interface Naming {
  /** The property that gives the physical name, if the template does. */
  readonly property?: string;
  readonly maximumLength?: number;
  identity(name: string, addresses: Addresses): { ref: string; attributes: Readonly<Record<string, string>> };
}

const named =
  (service: string, prefix = '') =>
  (name: string) => ({
    ref: name,
    attributes: { Arn: `arn:aws:${service}:${region}:${account}:${prefix}${name}` },
  });

const namings: Readonly<Record<string, Naming>> = {
  'AWS::DynamoDB::Table': { property: 'TableName', identity: table },
  'AWS::DynamoDB::GlobalTable': { property: 'TableName', identity: table },
  'AWS::S3::Bucket': {
    property: 'BucketName',
    maximumLength: 63,
    identity: (name) => ({ ref: name, attributes: { Arn: `arn:aws:s3:::${name}` } }),
  },
  'AWS::SQS::Queue': {
    property: 'QueueName',
    maximumLength: 75,
    identity(name, { sqs }) {
      const url = `${sqs}/${account}/${name}`;
      return { ref: url, attributes: { Arn: `arn:aws:sqs:${region}:${account}:${name}`, QueueName: name, QueueUrl: url } };
    },
  },
  'AWS::Events::EventBus': { property: 'Name', identity: bus },
  'AWS::Events::Rule': { property: 'Name', identity: named('events', 'rule/') },
  'AWS::Lambda::Function': { property: 'FunctionName', maximumLength: 64, identity: named('lambda', 'function:') },
  'AWS::Lambda::Url': { identity: (name, { api }) => ({ ref: name, attributes: { FunctionUrl: `${api}/local/urls/${name}/` } }) },
  'AWS::ApiGatewayV2::Api': {
    identity: (name, { api }) => ({ ref: hash(name, 10), attributes: { ApiEndpoint: api, ApiId: hash(name, 10) } }),
  },
  'AWS::ApiGatewayV2::Stage': { property: 'StageName', identity: (name) => ({ ref: name, attributes: {} }) },
  'AWS::IAM::Role': {
    property: 'RoleName',
    maximumLength: 64,
    identity: (name) => ({ ref: name, attributes: { Arn: `arn:aws:iam::${account}:role/${name}` } }),
  },
  'AWS::SecretsManager::Secret': { property: 'Name', identity: secret },
  'AWS::Cognito::UserPool': { identity: userPool },
  'AWS::Cognito::UserPoolDomain': { property: 'Domain', identity: (name) => ({ ref: name, attributes: {} }) },
  'AWS::Cognito::UserPoolResourceServer': { property: 'Identifier', identity: (name) => ({ ref: name, attributes: {} }) },
  'AWS::SSM::Parameter': { property: 'Name', identity: (name) => ({ ref: name, attributes: {} }) },
  'AWS::Cognito::UserPoolClient': { identity: (name) => ({ ref: hash(name, 26), attributes: { ClientId: hash(name, 26) } }) },
};

/** Names resources as CloudFormation would, but the same at every start: `<stack>-<logical id>` where the template gives no name. */
export function identifyWith(addresses: Addresses): Identify {
  return (resolver, stack, id, resource) => {
    const naming: Naming = namings[resource.Type] ?? { identity: named(resource.Type.split('::')[1]?.toLowerCase() ?? 'local') };
    const name = physicalName(resolver, stack, id, resource, naming);
    const { ref, attributes } = naming.identity(name, addresses);
    return { ref, attribute: (wanted) => attributes[wanted] ?? unlisted(resource, stack, id, name, wanted) } satisfies Identity;
  };
}

function physicalName(resolver: Resolver, stack: Stack, id: string, resource: Resource, naming: Naming): string {
  const given = naming.property === undefined ? undefined : resource.Properties?.[naming.property];
  if (given !== undefined) return String(resolver.resolve(stack, given, `stack ${stack.name}, ${id} (${resource.Type})`));
  const suffix = resource.Type === 'AWS::SQS::Queue' && resource.Properties?.FifoQueue === true ? '.fifo' : '';
  const made = shorten(`${stack.name}-${id}`, naming.maximumLength ?? 128);
  return resource.Type === 'AWS::S3::Bucket' ? made.toLowerCase() : made + suffix;
}

/** Types without a local effect may be pointed at by anything; an interpreted type's unknown attribute is a fault. */
function unlisted(resource: Resource, stack: Stack, id: string, name: string, wanted: string): string {
  if (namings[resource.Type] === undefined) return `${name}.${wanted}`;
  throw new TemplateError(`stack ${stack.name}, ${id} (${resource.Type}): unknown attribute ${wanted}`);
}

function table(name: string) {
  const arn = `arn:aws:dynamodb:${region}:${account}:table/${name}`;
  return { ref: name, attributes: { Arn: arn, StreamArn: `${arn}/stream/local`, TableName: name } };
}

function bus(name: string) {
  return { ref: name, attributes: { Arn: `arn:aws:events:${region}:${account}:event-bus/${name}`, Name: name } };
}

function secret(name: string) {
  const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${hash(name, 6)}`;
  return { ref: arn, attributes: { Id: arn } };
}

function userPool(name: string, { api }: Addresses) {
  const id = `${region}_${hash(name, 9)}`;
  const provider = `cognito-idp.${region}.amazonaws.com/${id}`;
  const arn = `arn:aws:cognito-idp:${region}:${account}:userpool/${id}`;
  return { ref: id, attributes: { Arn: arn, UserPoolId: id, ProviderName: provider, ProviderURL: api + issuerPath } };
}

function hash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

function shorten(name: string, maximum: number): string {
  return name.length <= maximum ? name : `${name.slice(0, maximum - 9)}-${hash(name, 8)}`;
}
