import { invalid } from './errors.ts';
import { type Names, type Path, readPath, stepsOf, textOf, valueAt } from './paths.ts';
import type { Reader } from './tokens.ts';
import { type Item, isList, isMap, isSet, type Kind, kindOf, taken, type Value } from './values.ts';

/** What an expression's placeholders stand for in one request. */
export interface Bound {
  readonly names: Names;
  readonly values: Item;
}
export type Check = (bound: Bound) => void;

/** Which placeholders and paths an expression uses, and what must hold of them before it is evaluated. */
export interface Uses {
  readonly names: Set<string>;
  readonly values: Set<string>;
  readonly paths: Path[];
  readonly checks: Check[];
}
export const noUses = (): Uses => ({ names: new Set(), values: new Set(), paths: [], checks: [] });

export interface Parsed {
  readonly kind: string;
  readonly uses: Uses;
}

/** Texts come from code, so there are few: each is parsed once. */
export function remembered<P>(parse: (text: string) => P): (text: string) => P {
  const known = new Map<string, P>();
  return (text) => {
    const old = known.get(text);
    if (old !== undefined) return old;
    const parsed = parse(text);
    known.set(text, parsed);
    return parsed;
  };
}

interface Placeholders {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
}

const nothing: Bound = { names: {}, values: {} };

/** Binds the placeholders of a request's expressions; one that is missing, or not used, is refused as on AWS. */
export function bind(request: Placeholders, ...expressions: readonly (Parsed | undefined)[]): Bound {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: given } = request;
  const parsed = expressions.filter((expression) => expression !== undefined);
  if (names === undefined && given === undefined && parsed.every(({ uses }) => usesNone(uses))) {
    for (const { uses } of parsed) for (const check of uses.checks) check(nothing);
    return nothing;
  }
  const values = given === undefined ? {} : (taken(given) as Item);
  if (names !== undefined) refuseUnused('ExpressionAttributeNames', names, parsed);
  if (given !== undefined) refuseUnused('ExpressionAttributeValues', values, parsed);
  const bound = { names: names ?? {}, values };
  for (const expression of parsed) bindOne(expression, bound);
  return bound;
}

const usesNone = ({ names, values }: Uses): boolean => names.size === 0 && values.size === 0;

function bindOne({ kind, uses }: Parsed, bound: Bound): void {
  for (const name of uses.names) if (bound.names[name] === undefined) throw undefinedPlaceholder(kind, 'name', name);
  for (const name of uses.values) if (bound.values[name] === undefined) throw undefinedPlaceholder(kind, 'value', name);
  for (const check of uses.checks) check(bound);
}

const undefinedPlaceholder = (kind: string, what: 'name' | 'value', placeholder: string): Error =>
  invalid(
    `Invalid ${kind}: An expression attribute ${what} used in expression is not defined; attribute ${what}: ${placeholder}`,
  );

function refuseUnused(
  member: 'ExpressionAttributeNames' | 'ExpressionAttributeValues',
  given: object,
  parsed: readonly Parsed[],
): void {
  if (parsed.length === 0) throw invalid(`${member} can only be specified when using expressions`);
  let count = 0;
  for (const placeholder in given) {
    count += 1;
    const isUsed = ({ uses }: Parsed) => uses.names.has(placeholder) || uses.values.has(placeholder);
    if (!parsed.some(isUsed)) throw invalid(`Value provided in ${member} unused in expressions: keys: {${placeholder}}`);
  }
  if (count === 0) throw invalid(`${member} must not be empty`);
}

/** Something that has a value: a path, a placeholder, or what a function makes of them. */
export interface Operand {
  readonly read: (item: Item | undefined, bound: Bound) => Value | undefined;
  readonly path?: Path;
  /** The value's placeholder, when it is one. */
  readonly value?: string;
  /** Of a function's result. */
  readonly kind?: Kind;
}

export function readOperand(reader: Reader, uses: Uses): Operand {
  if (reader.peek().startsWith(':')) {
    const value = reader.next();
    uses.values.add(value);
    return { value, read: (_item, bound) => bound.values[value] };
  }
  if (reader.peek() === 'size' && reader.isCall()) return readSize(reader, uses);
  if (reader.isCall()) throw reader.refuse(`The function is not allowed to be used this way; function: ${reader.peek()}`);
  const path = readPath(reader, uses);
  return { path, read: readerOf(path) };
}

function readerOf(path: Path): Operand['read'] {
  const [first, ...rest] = path.steps;
  if (rest.length > 0 || !path.plain) return (item, { names }) => valueAt(item, stepsOf(path, names));
  const name = String(first);
  return (item) => (item !== undefined && Object.hasOwn(item, name) ? item[name] : undefined);
}

function readSize(reader: Reader, uses: Uses): Operand {
  reader.next();
  reader.need('(');
  const operand = readOperand(reader, uses);
  reader.need(')');
  requireKinds(reader, uses, 'size', { operand, kinds: new Set<Kind>(['S', 'B', 'SS', 'NS', 'BS', 'L', 'M']) });
  return { kind: 'N', read: (item, bound) => sizeOf(operand.read(item, bound)) };
}

function sizeOf(value: Value | undefined): number | undefined {
  if (typeof value === 'string' || value instanceof Uint8Array || isList(value)) return value.length;
  if (isSet(value)) return value.size;
  return isMap(value) ? Object.keys(value).length : undefined;
}

/** A placeholder's type is known before any item is read, and a wrong one is refused; an attribute's is not. */
export function requireKinds(
  reader: Reader,
  uses: Uses,
  name: string,
  { operand, kinds }: { operand: Operand; kinds: ReadonlySet<Kind> },
): void {
  const refuse = (kind: Kind) =>
    reader.refuse(`Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${kind}`);
  if (operand.kind !== undefined && !kinds.has(operand.kind)) throw refuse(operand.kind);
  const { value } = operand;
  if (value === undefined) return;
  uses.checks.push(({ values }) => {
    const kind = kindOf(values[value] as Value);
    if (!kinds.has(kind)) throw refuse(kind);
  });
}

/** AWS refuses to compare a path with itself. */
export function requireOthers(reader: Reader, uses: Uses, name: string, [first, ...others]: readonly Operand[]): void {
  const path = first?.path;
  const paths = others.flatMap((other) => other.path ?? []);
  if (path === undefined || paths.length === 0) return;
  uses.checks.push(({ names }) => {
    const text = textOf(stepsOf(path, names));
    if (!paths.some((other) => textOf(stepsOf(other, names)) === text)) return;
    const rest = `the remaining operands for this operator or function; operator: ${name}, first operand: ${text}`;
    throw reader.refuse(`The first operand must be distinct from ${rest}`);
  });
}
