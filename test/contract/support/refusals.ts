import { isFunction, lineAt, type Node, nameOf, type Source } from '../../tidy/source.ts';

/** A place in the source that refuses: with which status and code. */
export interface Site {
  readonly path: string;
  readonly line: number;
  readonly status: number;
  readonly code: string;
}

/** A function that makes a refusal of one of its parameters, as `notFound('vault')` does. */
interface Maker {
  readonly name: string;
  readonly argument: number;
  readonly status: number;
  readonly form: (given: string) => string;
}

interface Reading {
  readonly sites: Site[];
  readonly makers: Maker[];
  /** Refusals whose code the text does not tell. */
  readonly riddles: string[];
}

/** Every refusal of the sources, with the calls of functions that make one from a code or a part of it. */
export function refusalsIn(sources: readonly Source[]): Reading {
  const all: Reading = { sites: [], makers: [], riddles: [] };
  for (const source of sources) visit(source.tree, [], (node, above) => readRefusal(source, node, above, all));
  for (const source of sources) visit(source.tree, [], (node) => readCall(source, node, all));
  return all;
}

function visit(node: Node, above: readonly Node[], look: (node: Node, above: readonly Node[]) => void): void {
  look(node, above);
  for (const value of Object.values(node).flat()) {
    if (typeof value === 'object' && value !== null && 'type' in value && 'start' in value)
      visit(value as Node, [...above, node], look);
  }
}

const argumentsOf = (node: Node): Node[] => (node['arguments'] ?? []) as Node[];
const textOf = (node: Node | undefined): string | undefined =>
  node?.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined;

function readRefusal(source: Source, node: Node, above: readonly Node[], all: Reading): void {
  if (node.type !== 'NewExpression' || nameOf(node['callee'] as Node) !== 'Refusal') return;
  const [first, second] = argumentsOf(node);
  const status = first?.type === 'Literal' ? Number(first['value']) : Number.NaN;
  const line = lineAt(source, node.start);
  const code = textOf(second);
  const maker = makerOf(second, above, status);
  if (!Number.isNaN(status) && code !== undefined) all.sites.push({ path: source.path, line, status, code });
  else if (!Number.isNaN(status) && maker !== undefined) all.makers.push(maker);
  else all.riddles.push(`${source.path}#${functionAbove(above).name}`);
}

function functionAbove(above: readonly Node[]): { name: string; parameters: string[] } {
  const at = above.findLastIndex(isFunction);
  const node = above[at];
  const holder = above[at - 1];
  const name = nameOf(node?.['id'] as Node | null) ?? nameOf((holder?.['id'] ?? holder?.['key']) as Node | undefined);
  const parameters = ((node?.['params'] ?? []) as Node[]).map((p) => nameOf(p) ?? '');
  return { name: name ?? '', parameters };
}

function makerOf(code: Node | undefined, above: readonly Node[], status: number): Maker | undefined {
  const { name, parameters } = functionAbove(above);
  const parts = code?.type === 'TemplateLiteral' ? (code['expressions'] as Node[]) : [];
  const variable = nameOf(parts[0] ?? code);
  const argument = parameters.indexOf(variable ?? '-');
  if (argument < 0 || parts.length > 1) return undefined;
  const [before = '', after = ''] = ((code?.['quasis'] ?? []) as { value: { cooked: string } }[]).map((q) => q.value.cooked);
  return { name, argument, status, form: (given) => before + given + after };
}

function readCall(source: Source, node: Node, all: Reading): void {
  if (node.type !== 'CallExpression') return;
  const name = nameOf(node['callee'] as Node);
  for (const maker of all.makers.filter((m) => m.name === name)) {
    const given = textOf(argumentsOf(node)[maker.argument]);
    const line = lineAt(source, node.start);
    if (given === undefined) all.riddles.push(`${source.path}#${name}`);
    else all.sites.push({ path: source.path, line, status: maker.status, code: maker.form(given) });
  }
}
