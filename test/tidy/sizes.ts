import { children, type Finding, isFunction, lineAt, type Node, nameOf, type Source } from './source.ts';

export const limits = { file: 300, function: 40, handler: 25 } as const;

/** Known exceptions and their sizes, by file or `file#function`. It may only shrink. */
export type Ratchet = Readonly<Record<string, number>>;

export interface Size {
  readonly key: string;
  readonly path: string;
  readonly line: number;
  readonly lines: number;
  readonly limit: number;
}

/** The sizes of a file and of every function in it. */
export function measure(source: Source): Size[] {
  const whole = source.text.replace(/\n$/, '').split('\n').length;
  const file = { key: source.path, path: source.path, line: 1, lines: whole, limit: limits.file };
  return [file, ...functionSizes(source, source.tree, [])];
}

function functionSizes(source: Source, node: Node, above: readonly Node[]): Size[] {
  const own = isFunction(node) && !isDescribe(source, above.at(-1)) ? [functionSize(source, node, above)] : [];
  return [...own, ...children(node).flatMap((child) => functionSizes(source, child, [...above, node]))];
}

function functionSize(source: Source, node: Node, above: readonly Node[]): Size {
  const line = lineAt(source, node.start);
  const lines = lineAt(source, node.end) - line + 1;
  const limit = /^functions\/(?!edge\/)/.test(source.path) ? limits.handler : limits.function;
  return { key: `${source.path}#${functionName(node, above)}`, path: source.path, line, lines, limit };
}

/** A function's own name, or that of the variable, property or method it is the value of. */
function functionName(node: Node, above: readonly Node[]): string {
  const holder = above.at(-1);
  const own = nameOf(node.id as Node | null) ?? nameOf((holder?.id ?? holder?.key) as Node | undefined);
  if (own !== undefined) return own;
  const outer = above.findLastIndex(isFunction);
  return outer < 0 ? '(anonymous)' : `${functionName(above[outer] as Node, above.slice(0, outer))}.(anonymous)`;
}

/** `describe` only groups: what counts is each test in it. */
const isDescribe = (source: Source, call: Node | undefined): boolean =>
  call?.type === 'CallExpression' && /^describe\b/.test(source.text.slice(call.start, call.end));

/** Everything over its limit that the ratchet does not list at exactly this size, and every stale line of the ratchet. */
export function checkSizes(sizes: readonly Size[], ratchet: Ratchet): Finding[] {
  const over = sizes.filter((size) => size.lines > size.limit);
  const wrong = over.flatMap((size) => {
    const listed = ratchet[size.key];
    return listed === size.lines ? [] : [{ path: size.path, line: size.line, message: complaint(size, listed) }];
  });
  const fine = Object.keys(ratchet).filter((key) => !over.some((size) => size.key === key));
  return [
    ...wrong,
    ...fine.map((key) => ({ path: 'test/tidy/ratchet.json', line: 1, message: `${key} is fine now: take it out` })),
  ];
}

function complaint({ key, lines, limit }: Size, listed: number | undefined): string {
  if (listed === undefined) return `${key} has ${lines} lines, more than ${limit}`;
  if (lines > listed) return `${key} grew from ${listed} to ${lines} lines; it may only shrink`;
  return `${key} shrank from ${listed} to ${lines} lines: write that into test/tidy/ratchet.json`;
}
