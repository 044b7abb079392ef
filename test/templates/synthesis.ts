import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { type StageName, stages } from '../../lib/stages.ts';
import { VantaStage } from '../../lib/vanta-stage.ts';

export type Properties = Readonly<Record<string, unknown>>;

/** A resource of a template, as CloudFormation reads it; values imported from other stacks are put in their place. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Properties;
  readonly DeletionPolicy?: string;
}

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>>;
}

/** One statement of a policy, with lists where CloudFormation also takes single values. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
  readonly condition: unknown;
}

const flags = (JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> }).context;

/** An app with the flags of cdk.json; functions are not bundled, which takes most of a synthesis' time. */
export function testApp(): App {
  const outdir = mkdtempSync(join(tmpdir(), 'vanta-templates-'));
  return new App({ outdir, analyticsReporting: false, context: { ...flags, 'aws:cdk:bundling-stacks': [] } });
}

/** Adds one stage of lib/stages.ts to an app. */
export function stageIn(app: App, name: StageName): VantaStage {
  return new VantaStage(app, { name, ...stages[name] });
}

/** The synthesized templates of one stage, read as one. */
export class Synthesis {
  readonly name: StageName;
  readonly #resources: readonly (readonly [string, Resource])[];
  readonly #stacks: readonly Stack[];

  constructor(name: StageName) {
    this.name = name;
    const stage = stageIn(testApp(), name);
    this.#stacks = [stage.data, stage.mirroring, stage.controlPlane, stage.watch];
    const assembly = stage.synth();
    const templates = this.#stacks.map((s) => templateOf(assembly, s));
    const exported = exportsOf(templates);
    this.#resources = templates.flatMap(({ Resources }) => Object.entries(withImports(Resources, exported)));
  }

  /** All resources of a type, by logical id. */
  all(type: string): readonly (readonly [string, Resource])[] {
    return this.#resources.filter(([, r]) => r.Type === type);
  }

  /** The only resource of a type whose properties have these values. */
  one(type: string, where: Properties = {}): Resource {
    const found = this.all(type).filter(([, r]) => Object.entries(where).every(([k, v]) => r.Properties[k] === v));
    const [first] = found;
    if (found.length !== 1 || first === undefined) throw new Error(`${found.length} ${type} with ${JSON.stringify(where)}`);
    return first[1];
  }

  /** What a Ref or GetAtt stands for: a physical name where there is one, else the logical id. */
  nameOf(reference: unknown): string {
    const id = logicalIdOf(reference);
    const resource = this.#resources.find(([key]) => key === id)?.[1];
    const names = ['QueueName', 'FunctionName', 'Name'].map((key) => resource?.Properties[key]);
    return names.find((n): n is string => typeof n === 'string') ?? id;
  }

  /** The statements of the role that a function runs as. */
  statementsOf(functionName: string): Statement[] {
    return this.statementsOfRole(
      logicalIdOf(this.one('AWS::Lambda::Function', { FunctionName: functionName }).Properties['Role']),
    );
  }

  /** The statements of a role, by its logical id. */
  statementsOfRole(role: string): Statement[] {
    return this.all('AWS::IAM::Policy')
      .filter(([, p]) => (p.Properties['Roles'] as unknown[]).map(logicalIdOf).includes(role))
      .flatMap(([, p]) => statementsIn(p.Properties['PolicyDocument']));
  }

  /** Every policy statement, of roles, buckets, queues, topics and keys. */
  statements(): Statement[] {
    return this.#resources.flatMap(([, r]) =>
      ['PolicyDocument', 'AssumeRolePolicyDocument', 'KeyPolicy'].flatMap((key) => statementsIn(r.Properties[key])),
    );
  }

  /** Chains of resources that wait for each other and come back to where they began: CloudFormation refuses them. */
  circles(): string[] {
    const ids = new Set(this.#resources.map(([id]) => id));
    const after = new Map(
      this.#resources.map(([id, r]) => {
        const { DependsOn = [], ...rest } = r as Resource & { readonly DependsOn?: string | readonly string[] };
        const named = [...JSON.stringify(rest).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].map(([, to]) => to as string);
        return [id, [...named, ...[DependsOn].flat()].filter((to) => ids.has(to))] as const;
      }),
    );
    const done = new Set<string>();
    const walk = (id: string, above: readonly string[]): string[] => {
      if (above.includes(id)) return [[...above.slice(above.indexOf(id)), id].join(' -> ')];
      if (done.has(id)) return [];
      const found = (after.get(id) ?? []).flatMap((to) => walk(to, [...above, id]));
      done.add(id);
      return found;
    };
    return [...ids].flatMap((id) => walk(id, []));
  }

  /** Which stack refers to which, as `from -> to`. */
  dependencies(): string[] {
    return this.#stacks.flatMap((s) => s.dependencies.map((d) => `${s.node.id} -> ${d.node.id}`));
  }
}

/** The logical id inside a Ref or a GetAtt, or inside a text that is joined from one. */
export function logicalIdOf(reference: unknown): string {
  const text = JSON.stringify(reference);
  return /"(?:Ref|Fn::GetAtt)":\[?"([\w:]+)"/.exec(text)?.[1] ?? text;
}

function statementsIn(document: unknown): Statement[] {
  const statements = (document as { readonly Statement: readonly Properties[] } | undefined)?.Statement ?? [];
  return statements.map((s) => ({
    effect: s['Effect'] as string,
    actions: [s['Action']].flat() as string[],
    resources: [s['Resource'] ?? []].flat(),
    condition: s['Condition'],
  }));
}

function templateOf(assembly: CloudAssembly, stack: Stack): Template {
  return assembly.getStackArtifact(stack.artifactId).template as Template;
}

function exportsOf(templates: readonly Template[]): ReadonlyMap<string, unknown> {
  const outputs = templates.flatMap(({ Outputs = {} }) => Object.values(Outputs));
  return new Map(outputs.map((o) => [o.Export?.Name ?? '', o.Value]));
}

function withImports<T>(value: T, exported: ReadonlyMap<string, unknown>): T {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) => {
    const name = (inner as { readonly 'Fn::ImportValue'?: string } | null)?.['Fn::ImportValue'];
    return name === undefined ? inner : exported.get(name);
  }) as T;
}
