import { type Finding, finding, type Node, type Source, walk } from './source.ts';

const drawer = /(^|[-_.])(utils?|helpers?)([-_.]|$)/i;

/** A file named after no subject collects what has none. */
export function checkNames(source: Source): Finding[] {
  const part = source.path.split('/').find((name) => drawer.test(name));
  return part === undefined ? [] : [finding(source, source.tree, `${part}: name it after what it does`)];
}

/** What a published package exports has to stand in one file. */
const packageEntry = 'client/src/index.ts';

/** Files that only pass on what stands elsewhere hide where things are. */
export function checkBarrels(source: Source): Finding[] {
  if (source.path === packageEntry) return [];
  const body = source.tree.body as Node[];
  const passesOn = body.filter((node) => /^Export(All|Named)Declaration$/.test(node.type) && node.source != null);
  const onlyThat = passesOn.length > 0 && passesOn.length === body.length;
  return onlyThat ? [finding(source, source.tree, 'a barrel: import from where it stands')] : [];
}

const keysFile = 'shared/adapters/dynamo/keys.ts';
/** functions.ts names the sort keys that the stream's filter lets through. */
const mayNameKeys = [keysFile, 'shared/wiring/functions.ts'];
const keyText = /(^|#)[A-Z]{1,16}#/;

/** Key strings of the table are built in one file. */
export function checkKeys(source: Source): Finding[] {
  if (!/^(shared|functions)\//.test(source.path) || mayNameKeys.includes(source.path)) return [];
  return [...walk(source.tree)].flatMap(({ node }) =>
    keyText.test(textOf(node)) ? [finding(source, node, `a table key is built in ${keysFile} alone`)] : [],
  );
}

/** The text of a string, of a template's fixed part, or of a pattern. */
function textOf(node: Node): string {
  if (node.type === 'TemplateElement') return String((node.value as { raw: string }).raw);
  if (node.type !== 'Literal') return '';
  const pattern = (node.regex as { pattern: string } | undefined)?.pattern.replace(/^\^/, '');
  return pattern ?? (typeof node.value === 'string' ? node.value : '');
}

// Written apart, so that this file does not find itself. A row's key `TODO#cause` is a word of the design.
const mark = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b(?!#)`, 'g');

/** What is left to do stands in an issue, where somebody sees it. */
export function checkMarks(source: Source): Finding[] {
  return [...source.text.matchAll(mark)].map((match) =>
    finding(source, { start: match.index }, `${match[0]}: file an issue instead`),
  );
}
