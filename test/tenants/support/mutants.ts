import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Node, parse, walk } from '../../tidy/source.ts';

/** A module with one change in it. */
export interface Mutant {
  readonly what: string;
  readonly text: string;
}

const flipped: Readonly<Record<string, string>> = { '===': '!==', '!==': '===' };

/** What one node can be turned into: checks taken out, conditions halved or turned round. */
function changesOf(text: string, node: Node): { from: number; to: number; by: string }[] {
  const of = (part: unknown) => text.slice((part as Node).start, (part as Node).end);
  const instead = (by: string) => ({ from: node.start, to: node.end, by });
  if (node.type === 'IfStatement') return [instead(';')];
  if (node.type === 'LogicalExpression') return [instead(of(node.left)), instead(of(node.right))];
  if (node.type === 'ConditionalExpression') return [instead(of(node.consequent)), instead(of(node.alternate))];
  const other = node.type === 'BinaryExpression' ? flipped[String(node.operator)] : undefined;
  return other === undefined ? [] : [instead(`${of(node.left)} ${other} ${of(node.right)}`)];
}

/** Every mutant of the functions named, in the order of the text. */
export function mutantsOf(path: string, functions: readonly string[]): Mutant[] {
  const text = readFileSync(path, 'utf8');
  const { tree } = parse(path, text);
  const bodies = [...walk(tree)].filter(
    ({ node }) => node.type === 'FunctionDeclaration' && functions.includes(String((node.id as Node | null)?.name)),
  );
  return bodies.flatMap(({ node: body }) =>
    [...walk(body as Node)].flatMap(({ node }) =>
      changesOf(text, node).map(({ from, to, by }) => ({
        what: `${text.slice(from, to).replace(/\s+/g, ' ')} -> ${by}`,
        text: text.slice(0, from) + by + text.slice(to),
      })),
    ),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'vanta-mutants-'));
let count = 0;

/** Loads a mutant in place of the module at `path`; what that imports it imports too. */
export async function load<T>(path: string, mutant: Mutant): Promise<T> {
  const at = (specifier: string) => pathToFileURL(resolve(dirname(path), specifier)).href;
  const text = stripTypeScriptTypes(mutant.text).replace(
    /from '(\.[^']+)'/g,
    (_, specifier: string) => `from '${at(specifier)}'`,
  );
  count += 1;
  const file = join(folder, `mutant-${count}.mjs`);
  writeFileSync(file, text);
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as T;
}
