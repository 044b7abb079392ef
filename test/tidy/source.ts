import { parseAst } from 'vitest/node';

/** A node of the syntax tree, as far as the checks look into it (ESTree with TypeScript's additions). */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Source {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly tree: Node;
}

/** What a check has to say; `path` and `line` so that an editor can jump there. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export interface Import {
  readonly specifier: string;
  /** False for what disappears when types are stripped. */
  readonly runtime: boolean;
  readonly node: Node;
}

/** Parses a file. vitest's own parser: TypeScript 7 has no compiler API to ask. */
export function parse(path: string, text: string): Source {
  const lang = path.endsWith('.ts') || path.endsWith('.mts') ? 'ts' : 'js';
  return { path, text, tree: parseAst(text, { lang, astType: 'ts' } as object) as unknown as Node };
}

/** The nodes directly below one, in the order of the text. */
export function children(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => typeof value === 'object' && value !== null && 'type' in value && 'start' in value);
}

/** Every node below (and with) this one, each with the node above it. */
export function* walk(node: Node, parent?: Node): Generator<{ node: Node; parent: Node | undefined }> {
  yield { node, parent };
  for (const child of children(node)) yield* walk(child, node);
}

export const lineAt = (source: Source, position: number): number => source.text.slice(0, position).split('\n').length;

export const finding = (source: Source, node: { readonly start: number }, message: string): Finding => ({
  path: source.path,
  line: lineAt(source, node.start),
  message,
});

/** `import`, `export ... from`, `import()` and `import('...').Type`, whatever its form. */
export function importsOf(source: Source): Import[] {
  return [...walk(source.tree)].flatMap(({ node }) => {
    const specifier = specifierOf(node);
    return specifier === undefined ? [] : [{ specifier, runtime: isRuntime(node), node }];
  });
}

function specifierOf(node: Node): string | undefined {
  const value = (node.source as Node | null | undefined)?.value;
  return typeof value === 'string' && /^(Import|Export|TSImport)/.test(node.type) ? value : undefined;
}

function isRuntime(node: Node): boolean {
  if (node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type') return false;
  const names = (node.specifiers ?? []) as Node[];
  const onlyTypes = names.length > 0 && names.every((n) => n.importKind === 'type' || n.exportKind === 'type');
  return !onlyTypes;
}

/** The name an expression or key has in the text, where it is a plain one. */
export function nameOf(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Identifier' || node?.type === 'PrivateIdentifier') return node.name as string;
  return node?.type === 'Literal' ? String(node.value) : undefined;
}

export const isFunction = (node: Node): boolean =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
