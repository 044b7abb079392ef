import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { FunctionName } from '../../shared/wiring/functions.ts';
import { functions } from '../../shared/wiring/functions.ts';
import { type Access, type ResourceName, resources } from '../../shared/wiring/resources.ts';

/** A resource as functions get it: the value of its variable, the ARN for its grants, its customer key if it has one. */
export interface Shelved {
  readonly value: string;
  /** Empty where there is nothing to grant. */
  readonly arn: string;
  readonly keyArn?: string;
  /** What cdk-nag finds in a grant on it, and why that is meant. */
  readonly finding?: { readonly id: string; readonly reason: string };
}

/** Every resource that a card may name. */
export type Shelf = { readonly [R in ResourceName]: Shelved };

/** What a function's card needs of the shelf: a function that is made before all resources are there takes no more. */
export type ShelfOf<F extends FunctionName> = Pick<Shelf, keyof (typeof functions)[F]['needs'] & ResourceName>;

type KeyWord = 'Decrypt' | 'Encrypt' | 'ReEncryptFrom' | 'ReEncryptTo' | 'GenerateDataKey' | 'DescribeKey';
type GrantRules = {
  readonly [R in ResourceName]: {
    readonly service: 'dynamodb' | 'sqs' | 'events' | 's3' | 'secretsmanager' | 'cognito-idp' | 'ssm' | 'none';
    /** What each access asks of the resource's customer key. */
    readonly key: { readonly [A in Access<R>]: readonly KeyWord[] };
  };
};

const none = [] as const;
const read = ['Decrypt', 'DescribeKey'] as const;
const write = [...read, 'Encrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey'] as const;
const send = { SendMessage: none, GetQueueAttributes: none } as const;

// The table's key words: "DynamoDB encryption at rest: using customer managed keys", without its wildcards and CreateGrant,
// which only creating the table needs. Queues are encrypted with keys of SQS, which ask nothing of the caller.
const rules: GrantRules = {
  table: {
    service: 'dynamodb',
    key: {
      GetItem: read,
      BatchGetItem: read,
      Query: read,
      ConditionCheckItem: read,
      PutItem: write,
      UpdateItem: write,
      DeleteItem: write,
      DescribeTable: none,
    },
  },
  vaultIntents: { service: 'sqs', key: send },
  shardNodes: { service: 'sqs', key: { SendMessage: none } },
  shards: { service: 'sqs', key: { ...send, ChangeMessageVisibility: none } },
  followerRetry: { service: 'sqs', key: { SendMessage: none, ChangeMessageVisibility: none } },
  dispatchDlx: { service: 'sqs', key: { SendMessage: none } },
  bus: { service: 'events', key: { PutEvents: none, DescribeEventBus: none } },
  auditBucket: { service: 's3', key: { PutObject: ['Decrypt', 'GenerateDataKey'] } },
  masterSecret: { service: 'secretsmanager', key: { GetSecretValue: read } },
  userPool: { service: 'cognito-idp', key: { AdminCreateUser: none, AdminGetUser: none, AdminUserGlobalSignOut: none } },
  machineClients: { service: 'ssm', key: { GetParameter: none } },
  issuer: { service: 'none', key: {} },
  signInDomain: { service: 'none', key: {} },
  clientIds: { service: 'none', key: {} },
};

/** What a card's needs give: the variables by name, and one statement for each resource and for each customer key. */
export function grantsOf(name: FunctionName, shelf: Shelf) {
  const needs = Object.entries(functions[name].needs) as [ResourceName, readonly string[]][];
  const variables = Object.fromEntries(needs.map(([r]) => [resources[r].variable, shelf[r].value]));
  const statements = needs
    .filter(([, words]) => words.length > 0)
    .flatMap(([r, words]) => [resourceStatement(r, words, shelf[r]), ...keyStatements(r, words, shelf[r])]);
  const findings = needs.flatMap(([r]) => shelf[r].finding ?? []);
  return { variables, statements, findings };
}

function resourceStatement(resource: ResourceName, words: readonly string[], shelved: Shelved): PolicyStatement {
  return new PolicyStatement({ actions: words.map((w) => `${rules[resource].service}:${w}`), resources: [shelved.arn] });
}

function keyStatements(resource: ResourceName, words: readonly string[], shelved: Shelved): PolicyStatement[] {
  const ofKey: Readonly<Record<string, readonly KeyWord[]>> = rules[resource].key;
  const actions = [...new Set(words.flatMap((w) => ofKey[w] ?? []))].map((w) => `kms:${w}`);
  if (shelved.keyArn === undefined || actions.length === 0) return [];
  return [new PolicyStatement({ actions, resources: [shelved.keyArn] })];
}
