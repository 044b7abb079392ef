import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, RecursiveLoop, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import release from '../../package.json' with { type: 'json' };
import type { Card } from '../../shared/wiring/card.ts';
import { type FunctionName, functions } from '../../shared/wiring/functions.ts';
import { tagsFor } from '../../shared/wiring/reach.ts';
import { type SettingName, settings } from '../../shared/wiring/settings.ts';
import { acknowledge } from '../acknowledgements.ts';
import type { StageRow } from '../stages.ts';
import { tenantRole } from '../tenants/tenant-role.ts';
import { grantsOf, isConfined, type Shelf, type ShelfOf, type Shelved, tenantStatements } from './grants.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

const bundling: BundlingOptions = {
  format: OutputFormat.ESM,
  target: 'node24',
  minify: true,
  // Minified class names would end up in error names, which logs and retries go by.
  keepNames: true,
  mainFields: ['module', 'main'],
  // Also the SDK: the bytes that were tested are the bytes that run, not the runtime's own version.
  externalModules: [],
  // Some dependencies are CommonJS inside and call require for Node's own modules.
  banner: "import{createRequire as vantaRequire}from'node:module';const require=vantaRequire(import.meta.url);",
  forceDockerBundling: false,
};

/** Runs a program of ours after the bundler, on the Node that synthesizes. */
const filesOf = (program: string) => ({
  beforeBundling: () => [],
  beforeInstall: () => [],
  afterBundling: (_input: string, output: string) => [`"${process.execPath}" "${repository}${program}" "${output}"`],
});

export interface VantaFunctionProps<F extends FunctionName> {
  readonly name: F;
  readonly row: StageRow;
  readonly shelf: ShelfOf<F>;
}

/** A Lambda made from its card: exactly the card's variables and grants, and a log group of its own. */
export class VantaFunction<F extends FunctionName = FunctionName> extends Construct {
  readonly name: F;
  readonly card: Card;
  readonly lambda: NodejsFunction;

  constructor(scope: Construct, { name, row, shelf }: VantaFunctionProps<F>) {
    super(scope, name);
    this.name = name;
    this.card = functions[name];
    // A role of our own: the managed policy that Lambda's default role carries may write to every log group.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const { variables, statements, findings } = grantsOf(name, { ...shelf, ...this.#tenantRole(role, shelf as Shelf) });
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/vanta/${row.name}/${name}`,
      retention: row.watch.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.lambda = new NodejsFunction(this, 'Function', {
      functionName: functionNameOf(row, name),
      entry: `${repository}${this.card.entry}`,
      projectRoot: repository,
      depsLockFilePath: `${repository}package-lock.json`,
      bundling: this.card.files === undefined ? bundling : { ...bundling, commandHooks: filesOf(this.card.files) },
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: this.card.memoryMb,
      timeout: Duration.seconds(this.card.timeoutSeconds),
      tracing: Tracing.ACTIVE,
      recursiveLoop: ringsItself(this.card) ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      environment: { ...variables, ...settingsOf(this.card, row) },
      logGroup,
      role,
    });
    for (const statement of [logStatement(logGroup), ...statements]) role.addToPolicy(statement);
    acknowledge(this, 'AwsSolutions-IAM5[Resource::*]', "X-Ray's PutTraceSegments and PutTelemetryRecords know no resources");
    for (const { id, reason } of findings) acknowledge(this, id, reason);
  }

  #tenantRole(own: Role, { table }: Shelf): { tenantRole?: Shelved } {
    if (!isConfined(this.card)) return {};
    const { roleArn } = tenantRole(this, {
      own,
      tags: tagsFor(this.card.reach ?? {}),
      statements: tenantStatements(this.card, table),
    });
    return { tenantRole: { value: roleArn, arn: roleArn } };
  }
}

/** A function's physical name, known without a reference to it. */
export function functionNameOf(row: StageRow, name: FunctionName): string {
  return `vanta-${row.name}-${name}`;
}

function settingsOf(card: Card, row: StageRow): Record<string, string> {
  const values: Record<SettingName, string> = { stage: row.name, version: release.version, ...row.functions };
  return Object.fromEntries(card.settings.map((s) => [settings[s], values[s]]));
}

// Lambda stops a function that sends to the queue it is run by after about 16 rounds, unless the loop is meant:
// the shard worker rings its own shard, accept puts back an order that waits for another.
function ringsItself({ trigger, needs }: Card): boolean {
  return trigger.kind === 'queue' && (needs[trigger.queue] as readonly string[] | undefined)?.includes('SendMessage') === true;
}

function logStatement(logGroup: LogGroup): PolicyStatement {
  return new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] });
}
