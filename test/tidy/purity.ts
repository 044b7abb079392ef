import { type Finding, finding, type Node, nameOf, type Source, walk } from './source.ts';

const pure = /^shared\/(domain|kit)\//;
const atTheEdge = 'time, entropy and I/O enter in functions/edge';
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'process', 'globalThis', 'performance'];
const entropy = ['randomUUID', 'randomBytes', 'randomInt', 'randomFillSync', 'getRandomValues', 'generateKeySync'];

/** No clock, randomness, process, timer or network in the domain and the kit. */
export function checkPurity(source: Source): Finding[] {
  if (!pure.test(source.path)) return [];
  return [...walk(source.tree)].flatMap(({ node, parent }) => {
    const what = impurity(node, parent);
    return what === undefined ? [] : [finding(source, node, `${what} in a pure file: ${atTheEdge}`)];
  });
}

function impurity(node: Node, parent: Node | undefined): string | undefined {
  if (node.type === 'MemberExpression') return impureMember(node);
  if (node.type === 'Identifier') return impureName(node, parent);
  const callee = nameOf(node.callee as Node | undefined);
  const noArguments = (node.arguments as Node[] | undefined)?.length === 0;
  if (callee !== 'Date') return undefined;
  if (node.type === 'CallExpression') return 'Date()';
  return node.type === 'NewExpression' && noArguments ? 'new Date()' : undefined;
}

function impureMember(node: Node): string | undefined {
  const name = `${nameOf(node.object as Node)}.${nameOf(node.property as Node)}`;
  return name === 'Date.now' || name === 'Math.random' ? name : undefined;
}

function impureName(node: Node, parent: Node | undefined): string | undefined {
  const name = node.name as string;
  if (entropy.includes(name)) return name;
  return timers.includes(name) && !isLabel(node, parent) ? name : undefined;
}

/** A name after a dot, or before a colon, is somebody else's property and not the global. */
function isLabel(node: Node, parent: Node | undefined): boolean {
  if (parent?.type === 'MemberExpression') return parent.property === node && parent.computed !== true;
  const labelled = /^(Property|PropertyDefinition|MethodDefinition|TSPropertySignature|TSMethodSignature)$/;
  return labelled.test(parent?.type ?? '') && parent?.key === node && parent.shorthand !== true && parent.computed !== true;
}

/** The environment is read in one file, so that a function's card says all that it depends on. */
export function checkEnvironment(source: Source): Finding[] {
  const watched = /^(shared|functions)\//.test(source.path) && source.path !== 'shared/wiring/env.ts';
  if (!watched) return [];
  return [...walk(source.tree)].flatMap(({ node, parent }) => {
    const reads = readsEnvironment(node, parent);
    return reads ? [finding(source, node, 'process.env is read in shared/wiring/env.ts alone')] : [];
  });
}

function readsEnvironment(node: Node, parent: Node | undefined): boolean {
  if (node.type === 'ImportDeclaration') return /^(node:)?process$/.test(String(nameOf(node.source as Node)));
  if (node.type === 'MemberExpression') return nameOf(node.property as Node) === 'env' && isProcess(node.object as Node);
  return node.type === 'VariableDeclarator' && parent !== undefined && isProcess(node.init as Node | null);
}

const isProcess = (node: Node | null): boolean =>
  nameOf(node) === 'process' || (node?.type === 'MemberExpression' && nameOf(node.property as Node) === 'process');
