import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../checks.ts';

/** One resource of a template, as it stands there. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

/** One synthesized stack. */
export interface Stack {
  readonly name: string;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>>;
  readonly parameters: Readonly<Record<string, { readonly Default?: unknown }>>;
  /** Folder of each asset by its hash. */
  readonly assets: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}
interface Artifact {
  readonly type: string;
  readonly displayName?: string;
  readonly properties?: {
    readonly directoryName?: string;
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly file?: string;
  };
}

/** Reads the stacks of one stage out of a cloud assembly. */
export function loadStage(assembly: string, stage: string): Stack[] {
  const directory = join(assembly, stageDirectory(assembly, stage));
  const artifacts = Object.entries(readJson<Manifest>(join(directory, 'manifest.json')).artifacts ?? {});
  const assets = new Map(artifacts.flatMap(([, artifact]) => assetsOf(directory, artifact)));
  return artifacts
    .filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack')
    .map(([id, { properties }]) => {
      const template = readJson<TemplateFile>(join(directory, properties?.templateFile ?? ''));
      return {
        name: properties?.stackName ?? id,
        resources: template.Resources ?? {},
        outputs: template.Outputs ?? {},
        parameters: template.Parameters ?? {},
        assets,
      };
    });
}

interface TemplateFile {
  readonly Resources?: Stack['resources'];
  readonly Outputs?: Stack['outputs'];
  readonly Parameters?: Stack['parameters'];
}

function stageDirectory(assembly: string, stage: string): string {
  const manifest = join(assembly, 'manifest.json');
  if (!existsSync(manifest)) throw new SetupError(`${assembly} is no cloud assembly (no manifest.json)`);
  for (const [id, artifact] of Object.entries(readJson<Manifest>(manifest).artifacts ?? {})) {
    const named = artifact.displayName === stage || id === `assembly-${stage}`;
    if (artifact.type === 'cdk:cloud-assembly' && named) return artifact.properties?.directoryName ?? id;
  }
  throw new SetupError(`the assembly ${assembly} has no stage "${stage}"`);
}

function assetsOf(directory: string, artifact: Artifact): [string, string][] {
  if (artifact.type !== 'cdk:asset-manifest' || artifact.properties?.file === undefined) return [];
  const { files = {} } = readJson<{ files?: Record<string, { source: { path?: string } }> }>(
    join(directory, artifact.properties.file),
  );
  return Object.entries(files).map(([hash, { source }]) => [hash, join(directory, source.path ?? '')]);
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
