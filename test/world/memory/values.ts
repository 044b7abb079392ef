import { invalid } from './errors.ts';

/** What an attribute can hold, as the document client hands it out. Stored values are never changed: only replaced. */
export type Value = Scalar | Uint8Array | ReadonlySet<Element> | readonly Value[] | Item;
export type Scalar = string | number | bigint | boolean | null;
export type Element = string | number | bigint | Uint8Array;
/** A stored item or map. Hooks get the table's own: read it, never change it; `copyOf` gives a copy. */
export interface Item {
  readonly [name: string]: Value;
}
export type Kind = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'SS' | 'NS' | 'BS' | 'L' | 'M';

export function kindOf(value: Value): Kind {
  if (typeof value === 'string') return 'S';
  if (typeof value === 'number' || typeof value === 'bigint') return 'N';
  if (typeof value === 'boolean') return 'BOOL';
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return 'L';
  if (value instanceof Uint8Array) return 'B';
  return value instanceof Set ? setKind(value as ReadonlySet<Element>) : 'M';
}

function setKind(set: ReadonlySet<Element>): Kind {
  const [first] = set;
  if (typeof first === 'string') return 'SS';
  return first instanceof Uint8Array ? 'BS' : 'NS';
}

export const isMap = (value: Value | undefined): value is Item =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array) &&
  !(value instanceof Set);
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);
export const isSet = (value: Value | undefined): value is ReadonlySet<Element> => value instanceof Set;
export const isNumber = (value: Value | undefined): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

/** A caller's value as it is stored: a copy, without `undefined` members, as `removeUndefinedValues: true` marshals it. */
export function taken(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return takenNumber(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value !== 'object') throw unsupported(value);
  if (Array.isArray(value)) return value.filter(isKept).map(taken);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (value instanceof Set) return takenSet(value);
  return takenMap(value);
}

const isKept = (value: unknown): boolean => value !== undefined && typeof value !== 'function';

function takenNumber(value: number): number {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  if (!Number.isFinite(value)) throw new Error(`Special numeric value ${value} is not allowed`);
  const size = Math.abs(value);
  if (size > Number.MAX_SAFE_INTEGER) throw new Error(`Number ${value} is not a safe integer. Use NumberValue.`);
  if (size < 1e-130) throw invalid('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  return value;
}

function takenSet(set: ReadonlySet<unknown>): ReadonlySet<Element> {
  const elements = [...set].filter((element) => element !== undefined).map(taken) as Element[];
  if (elements.length === 0) throw new Error('Pass a non-empty set, or options.convertEmptyValues=true.');
  const kinds = new Set(elements.map(kindOf));
  if (kinds.size > 1) throw invalid('A set holds values of one type');
  if (!['S', 'N', 'B'].includes([...kinds][0] as Kind))
    throw new Error('Only Number Set (NS), Binary Set (BS) or String Set (SS) are allowed.');
  const texts = new Set(elements.map(elementText));
  if (texts.size < elements.length)
    throw invalid('One or more parameter values were invalid: Input collection contains duplicates.');
  return new Set(elements);
}

function takenMap(value: object): Item {
  if (value instanceof Map) return takenMap(Object.fromEntries(value));
  const maker: { name: string } | undefined = value.constructor;
  if (maker !== undefined && maker !== Object && maker.name !== 'Object') throw unsupported(value);
  const map: Record<string, Value> = {};
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name];
    if (isKept(member)) map[name] = taken(member);
  }
  return map;
}

const unsupported = (value: unknown): Error =>
  new Error(
    `Unsupported type passed: ${value}. Pass options.convertClassInstanceToMap=true to marshall typeof object as map attribute.`,
  );

/** A copy that shares nothing with the stored value. */
export function copyOf<V extends Value>(value: V): V;
export function copyOf(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (value instanceof Set) return new Set([...value].map(copyOf));
  const map: Record<string, Value> = {};
  for (const name in value as Item) map[name] = copyOf((value as Item)[name] as Value);
  return map;
}

/** Names an element of a set, whatever object holds it. */
export const elementText = (element: Element): string =>
  element instanceof Uint8Array ? Buffer.from(element).toString('latin1') : String(element);

/** Equal as DynamoDB has it: of one type, and all members equal. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array)
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((member, i) => same(member, b[i]));
  if (isSet(a) || isSet(b)) return isSet(a) && isSet(b) && sameSet(a, b);
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && same((a as Item)[name], (b as Item)[name]));
}

function sameSet(a: ReadonlySet<Element>, b: ReadonlySet<Element>): boolean {
  return a.size === b.size && setKind(a) === setKind(b) && [...a].every((element) => hasElement(b, element));
}

export function hasElement(set: ReadonlySet<Element>, element: Element): boolean {
  if (!(element instanceof Uint8Array)) return set.has(element);
  const text = elementText(element);
  return [...set].some((other) => other instanceof Uint8Array && elementText(other) === text);
}

/** Below, at or above zero; undefined when the two have no order: other types, or types without one. */
export function order(a: Value | undefined, b: Value | undefined): number | undefined {
  if (typeof a === 'string') return typeof b === 'string' ? orderTexts(a, b) : undefined;
  if (isNumber(a)) return isNumber(b) ? Number(a > b) - Number(a < b) : undefined;
  return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) : undefined;
}

/** Strings are ordered by their UTF-8 bytes, which differs from UTF-16 for characters beyond U+FFFF. */
export function orderTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return byBytes(x) - byBytes(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for the highest characters: above U+E000 to U+FFFF. */
function byBytes(code: number): number {
  if (code < 0xd800) return code;
  return code < 0xe000 ? code + 0x2000 : code - 0x800;
}
