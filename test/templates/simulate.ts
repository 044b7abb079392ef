import { runSimulation } from '@cloud-copilot/iam-simulate';
import { isAllowed, readPolicy } from '../../local/iam/policy.ts';
import { resources } from '../../shared/wiring/resources.ts';
import { logicalIdOf, type Properties, type Synthesis } from './synthesis.ts';

const account = '000000000000';
export const tableArn = `arn:aws:dynamodb:us-east-1:${account}:table/vanta`;
export type Context = Readonly<Record<string, string | string[]>>;
export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly Properties[];
}

/** A role of a synthesis with its policies as IAM reads them: references are ARNs. */
export interface SimulatedRole {
  readonly arn: string;
  readonly trust: PolicyDocument;
  readonly policies: readonly PolicyDocument[];
}

const arnOfRole = (id: string): string => `arn:aws:iam::${account}:role/${id}`;

/** A function's own role and the one that it takes on for tenants. */
export function rolesOf(synthesis: Synthesis, functionName: string): { own: SimulatedRole; tenant: SimulatedRole } {
  const { Role, Environment } = synthesis.one('AWS::Lambda::Function', { FunctionName: functionName }).Properties as {
    Role: unknown;
    Environment: { Variables: Properties };
  };
  const tenant = logicalIdOf(Environment.Variables['TENANT_ROLE_ARN']);
  return { own: roleOf(synthesis, logicalIdOf(Role)), tenant: roleOf(synthesis, tenant) };
}

function roleOf(synthesis: Synthesis, id: string): SimulatedRole {
  const role = synthesis.all('AWS::IAM::Role').find(([key]) => key === id)?.[1];
  if (role === undefined) throw new Error(`there is no role ${id}`);
  const policies = synthesis
    .all('AWS::IAM::Policy')
    .filter(([, p]) => (p.Properties['Roles'] as unknown[]).map(logicalIdOf).includes(id))
    .map(([, p]) => plain(p.Properties['PolicyDocument']));
  return { arn: arnOfRole(id), trust: plain(role.Properties['AssumeRolePolicyDocument']), policies };
}

/** A document with ARNs in place of references; only the table's matters, of the others only that they are not it. */
function plain(document: unknown): PolicyDocument {
  const text = JSON.stringify(document, (_, value: unknown) => {
    const reference =
      typeof value === 'object' && value !== null && ('Fn::GetAtt' in value || 'Ref' in value || 'Fn::Join' in value);
    if (!reference) return value;
    const id = logicalIdOf(value);
    if (/^Table[0-9A-F]{8}$/.test(id)) return tableArn;
    return /Role[0-9A-F]{8}$/.test(id) ? arnOfRole(id) : `arn:aws:sqs:us-east-1:${account}:${id}`;
  });
  return JSON.parse(text) as PolicyDocument;
}

const tagged = (tags: Readonly<Record<string, string>>): Context =>
  Object.fromEntries(Object.entries(tags).map(([name, value]) => [`aws:PrincipalTag/${name}`, value]));

/** Whether a session of the role with these tags may do this to these partitions of the table; none = no key in the request. */
export async function may(
  role: SimulatedRole,
  tags: Readonly<Record<string, string>>,
  action: string,
  keys: readonly string[],
): Promise<boolean> {
  return simulated({
    principal: `arn:aws:sts::${account}:assumed-role/${role.arn.split('/')[1]}/test`,
    action: `dynamodb:${action}`,
    resource: tableArn,
    context: { ...tagged(tags), ...(keys.length === 0 ? {} : { 'dynamodb:LeadingKeys': [...keys] }) },
    policies: role.policies,
  });
}

/** Whether a role may take on another one with these tags. */
export async function mayAssume(
  by: SimulatedRole,
  role: SimulatedRole,
  tags: Readonly<Record<string, string>>,
  action = 'AssumeRole',
): Promise<boolean> {
  const asked = Object.fromEntries(Object.entries(tags).map(([name, value]) => [`aws:RequestTag/${name}`, value]));
  const names = Object.keys(tags);
  return simulated({
    principal: by.arn,
    action: `sts:${action}`,
    resource: role.arn,
    context: { ...asked, ...(names.length === 0 ? {} : { 'aws:TagKeys': names }) },
    policies: by.policies,
    trust: role.trust,
  });
}

interface Question {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  readonly policies: readonly PolicyDocument[];
  readonly trust?: PolicyDocument;
}

/** The simulator's verdict; the local platform's own evaluator must come to the same. */
async function simulated(question: Question): Promise<boolean> {
  const [theirs, ours] = [await judged(question), judgedHere(question)];
  if (theirs !== ours) throw new Error(`the local platform says ${ours} to ${JSON.stringify(question)}`);
  return theirs;
}

function judgedHere({ principal, action, resource, context, policies, trust }: Question): boolean {
  const asked = { action, resource, principal, context: new Map(Object.entries(context)) };
  const understood = policies.map((policy) => readPolicy(policy, 'a role'));
  return isAllowed(understood, asked) && (trust === undefined || isAllowed([readPolicy(trust, 'a trust')], asked));
}

async function judged({ principal, action, resource, context, policies, trust }: Question): Promise<boolean> {
  const result = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId: account }, contextVariables: { ...context } },
      identityPolicies: policies.map((policy, n) => ({ name: `policy-${n}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(trust === undefined ? {} : { resourcePolicy: trust }),
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  const ignored = result.resultType === 'single' ? result.result.ignoredContextKeys : undefined;
  // The simulator leaves out what AWS does not give with an action. Where we rely on the key it must be there.
  const relied =
    (resources.table.access as readonly string[]).some((word) => action === `dynamodb:${word}`) &&
    action !== 'dynamodb:DescribeTable';
  if (relied && ignored !== undefined && ignored.length > 0)
    throw new Error(`${action}: the simulator ignored ${ignored.join(', ')}`);
  return result.overallResult === 'Allowed';
}
