import { dirname, join } from 'node:path/posix';
import { type Finding, finding, importsOf, type Node, type Source, walk } from './source.ts';

/** Who may read whom (ARCHITECTURE 1). A file is in the first zone whose path begins its own. */
interface Zone {
  readonly path: string;
  /** Zones it may import from; its own is always allowed. */
  readonly from: readonly string[];
  /** Packages it may import; `any` where vendors belong. */
  readonly packages: 'any' | readonly string[];
}

const allShared = ['shared/wiring/', 'shared/kit/', 'shared/domain/', 'shared/adapters/'];

export const zones: readonly Zone[] = [
  { path: 'shared/wiring/', from: [], packages: [] },
  { path: 'shared/kit/', from: [], packages: ['node:crypto'] },
  { path: 'shared/domain/', from: ['shared/kit/', 'shared/wiring/'], packages: ['zod'] },
  { path: 'shared/adapters/', from: ['shared/domain/', 'shared/kit/', 'shared/wiring/'], packages: 'any' },
  { path: 'functions/', from: allShared, packages: 'any' },
  { path: 'package.json', from: [], packages: [] },
  { path: 'lib/', from: ['shared/wiring/', 'package.json'], packages: 'any' },
  { path: 'bin/', from: ['lib/', 'shared/wiring/'], packages: 'any' },
  // The published client stands alone: it knows the OpenAPI document, and Node.
  { path: 'client/src/', from: [], packages: ['node:crypto', 'node:timers'] },
  { path: 'client/', from: [], packages: 'any' },
  // The command line is the client's first customer: it knows the platform by its contract, too.
  {
    path: 'cli/',
    from: ['client/src/'],
    packages: [
      '@aws-sdk/client-eventbridge',
      'commander',
      ...['child_process', 'crypto', 'fs', 'http', 'module', 'net', 'os', 'path', 'stream', 'timers'].map(
        (name) => `node:${name}`,
      ),
    ],
  },
  // The demo is a stranger's client: what it knew from inside would prove nothing.
  { path: 'local/demo/', from: ['client/src/'], packages: 'any' },
  { path: 'local/', from: ['client/src/', 'local/demo/', 'lib/', 'package.json', ...allShared], packages: 'any' },
  { path: 'bench/', from: ['client/src/', 'local/', 'local/demo/', 'lib/', 'functions/', ...allShared], packages: 'any' },
  {
    path: 'test/',
    from: ['client/src/', 'cli/', 'bin/', 'bench/', 'local/', 'local/demo/', 'lib/', 'functions/', 'package.json', ...allShared],
    packages: 'any',
  },
];

const zoneOf = (path: string): Zone | undefined => zones.find((zone) => path.startsWith(zone.path));
const isRelative = (specifier: string): boolean => specifier.startsWith('.');
const isPlace = (specifier: string): boolean =>
  isRelative(specifier) || specifier.startsWith('/') || specifier.startsWith('file:');

/** The path, from the root, of what a relative import names. */
export const target = (source: Source, specifier: string): string => join(dirname(source.path), specifier);

/** Imports against the arrows, and out of the repository. */
export function checkArrows(source: Source): Finding[] {
  const zone = zoneOf(source.path);
  return importsOf(source).flatMap(({ specifier, node }) => {
    const wrong = isPlace(specifier) ? wrongPlace(source, zone, specifier) : wrongPackage(zone, specifier);
    return wrong === undefined ? [] : [finding(source, node, wrong)];
  });
}

function wrongPlace(source: Source, zone: Zone | undefined, specifier: string): string | undefined {
  const path = target(source, specifier);
  if (!isRelative(specifier) || path.startsWith('..')) return `imports ${specifier}, which is outside of the repository`;
  const other = zoneOf(path);
  if (zone === other || (other && zone?.from.includes(other.path))) return undefined;
  return `${zone?.path ?? 'the root'} may not import from ${other?.path ?? 'the root'} (${path})`;
}

function wrongPackage(zone: Zone | undefined, specifier: string): string | undefined {
  if (!zone || zone.packages === 'any') return undefined;
  if (zone.packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return undefined;
  return `${zone.path} may not import the package ${specifier}`;
}

const roomOf = (path: string): string | undefined => /^shared\/domain\/([^/]+)\//.exec(path)?.[1];

/** Use cases are the files that export an async function: another room's may be named as types, but not called. */
export function checkRooms(source: Source, find: (path: string) => Source | undefined): Finding[] {
  const room = roomOf(source.path);
  if (room === undefined) return [];
  return importsOf(source).flatMap(({ specifier, runtime, node }) => {
    const path = target(source, specifier);
    const other = roomOf(path);
    if (!runtime || !isRelative(specifier) || other === undefined || other === room) return [];
    const file = find(path);
    return file && exportsAsync(file) ? [finding(source, node, `room ${room} calls a use case of room ${other} (${path})`)] : [];
  });
}

function exportsAsync(source: Source): boolean {
  const exported = [...walk(source.tree)].filter(({ node }) => node.type.startsWith('Export')).map(({ node }) => node);
  const names = exported.flatMap((node) => ((node.specifiers ?? []) as Node[]).map((s) => (s.local as Node | undefined)?.name));
  const inPlace = exported.flatMap((node) => (node.declaration ? declared(node.declaration as Node) : []));
  const elsewhere = (source.tree.body as Node[]).flatMap(declared).filter(({ name }) => names.includes(name));
  return [...inPlace, ...elsewhere].some(({ value }) => value !== undefined && isAsync(value));
}

function declared(node: Node): { name: unknown; value: Node | undefined }[] {
  if (node.type !== 'VariableDeclaration') return [{ name: (node.id as Node | null | undefined)?.name, value: node }];
  return (node.declarations as Node[]).map((d) => ({
    name: (d.id as Node).name,
    value: (d.init ?? undefined) as Node | undefined,
  }));
}

/** Marked async, or said to return a promise. */
function isAsync(node: Node): boolean {
  if (node.async === true) return true;
  const type = (node.returnType as Node | null | undefined)?.typeAnnotation as Node | undefined;
  return /^(Promise|AsyncGenerator|AsyncIterable)$/.test(String((type?.typeName as Node | undefined)?.name));
}
