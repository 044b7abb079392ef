import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Card } from '../../shared/wiring/card.ts';
import { type FunctionName, functions } from '../../shared/wiring/functions.ts';
import { type Access, type ResourceName, resources } from '../../shared/wiring/resources.ts';
import { keysByWord, tenantKeys } from '../tenants/leading-keys.ts';

/** A resource as functions get it: the value of its variable, the ARN for its grants, its customer key if it has one. */
export interface Shelved {
  readonly value: string;
  /** Empty where there is nothing to grant. */
  readonly arn: string;
  readonly keyArn?: string;
  /** What cdk-nag finds in a grant on it, and why that is meant. */
  readonly finding?: { readonly id: string; readonly reason: string };
}

/** What every function finds; its tenant role is made with it. */
export type Shelf = { readonly [R in Exclude<ResourceName, 'tenantRole'>]: Shelved };
/** Every resource that a card may name. */
type FullShelf = { readonly [R in ResourceName]?: Shelved };

/** What a function's card needs of the shelf: a function that is made before all resources are there takes no more. */
export type ShelfOf<F extends FunctionName> = Pick<Shelf, keyof (typeof functions)[F]['needs'] & keyof Shelf>;

type KeyWord = 'Decrypt' | 'Encrypt' | 'ReEncryptFrom' | 'ReEncryptTo' | 'GenerateDataKey' | 'DescribeKey';
type GrantRules = {
  readonly [R in ResourceName]: {
    readonly service: 'dynamodb' | 'sqs' | 'events' | 's3' | 'secretsmanager' | 'sts' | 'cognito-idp' | 'ssm' | 'ses' | 'none';
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
  tenantStatus: { service: 'sqs', key: { SendMessage: none } },
  entitlements: { service: 'sqs', key: { SendMessage: none } },
  reconcile: { service: 'sqs', key: { SendMessage: none } },
  dispatchDlx: { service: 'sqs', key: { SendMessage: none } },
  billing: { service: 'sqs', key: { SendMessage: none } },
  notices: { service: 'sqs', key: { SendMessage: none } },
  overlayTimer: { service: 'sqs', key: { SendMessage: none } },
  bus: { service: 'events', key: { PutEvents: none, DescribeEventBus: none } },
  auditBucket: { service: 's3', key: { PutObject: ['Decrypt', 'GenerateDataKey'] } },
  masterSecret: { service: 'secretsmanager', key: { GetSecretValue: read } },
  billingSecret: { service: 'secretsmanager', key: { GetSecretValue: read } },
  mail: { service: 'ses', key: { SendEmail: none } },
  userPool: { service: 'cognito-idp', key: { AdminCreateUser: none, AdminGetUser: none, AdminUserGlobalSignOut: none } },
  machineClients: { service: 'ssm', key: { GetParameter: none } },
  issuer: { service: 'none', key: {} },
  signInDomain: { service: 'none', key: {} },
  clientIds: { service: 'none', key: {} },
  tenantRole: { service: 'sts', key: { AssumeRole: none, TagSession: none } },
};

/** What a card's needs give: the variables by name, and one statement for each resource and for each customer key. */
export function grantsOf(name: FunctionName, shelf: FullShelf) {
  const card: Card = functions[name];
  const needs = Object.entries(card.needs) as [ResourceName, readonly string[]][];
  const variables = Object.fromEntries(needs.map(([r]) => [resources[r].variable, shelved(shelf, r).value]));
  const statements = needs
    .filter(([, words]) => words.length > 0)
    .flatMap(([r, words]) =>
      r === 'table' && isConfined(card) ? unnamedStatements(card, shelved(shelf, r)) : statementsFor(r, words, shelved(shelf, r)),
    );
  const findings = needs.flatMap(([r]) => shelved(shelf, r).finding ?? []);
  return { variables, statements, findings };
}

/** Whether a function touches the table only as the tenant that it acts for (docs/decisions/0018). */
export const isConfined = ({ needs }: Card): boolean => needs.tenantRole !== undefined;

/** What a function's tenant role may do: the card's words for the table, each for its keys. */
export function tenantStatements(card: Card, table: Shelved): PolicyStatement[] {
  const words = card.needs.table ?? [];
  return [...confined(tenantKeys(words, card.reach ?? {}), table), ...keyStatements('table', words, table)];
}

/** What is left to the function's own role: the few keys that are read before it is known who calls. */
function unnamedStatements({ unnamed = {} }: Card, table: Shelved): PolicyStatement[] {
  const words = [...new Set(Object.values(unnamed).flat())];
  return [...confined(keysByWord(words, unnamed), table), ...keyStatements('table', words, table)];
}

/** One statement for all words with the same keys: a request's keys must all stand in one of them. */
function confined(byWord: ReadonlyMap<string, readonly string[]>, table: Shelved): PolicyStatement[] {
  const lists = [...new Set([...byWord.values()].map((keys) => JSON.stringify(keys)))];
  return lists.map((list) => {
    const words = [...byWord].filter(([, keys]) => JSON.stringify(keys) === list).map(([word]) => word);
    return new PolicyStatement({
      actions: words.map((w) => `dynamodb:${w}`),
      resources: [table.arn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': JSON.parse(list) as string[] },
        // ForAllValues holds of no keys at all: a request without any is not one of these.
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    });
  });
}

function shelved(shelf: FullShelf, resource: ResourceName): Shelved {
  const found = shelf[resource];
  if (found === undefined) throw new Error(`nothing shelves ${resource}`);
  return found;
}

const statementsFor = (resource: ResourceName, words: readonly string[], where: Shelved): PolicyStatement[] => [
  resourceStatement(resource, words, where),
  ...keyStatements(resource, words, where),
];

function resourceStatement(resource: ResourceName, words: readonly string[], { arn }: Shelved): PolicyStatement {
  return new PolicyStatement({ actions: words.map((w) => `${rules[resource].service}:${w}`), resources: [arn] });
}

function keyStatements(resource: ResourceName, words: readonly string[], { keyArn }: Shelved): PolicyStatement[] {
  const ofKey: Readonly<Record<string, readonly KeyWord[]>> = rules[resource].key;
  const actions = [...new Set(words.flatMap((w) => ofKey[w] ?? []))].map((w) => `kms:${w}`);
  if (keyArn === undefined || actions.length === 0) return [];
  return [new PolicyStatement({ actions, resources: [keyArn] })];
}
