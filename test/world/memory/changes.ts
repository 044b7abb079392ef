import { tableSchema } from '../../../shared/wiring/table.ts';
import { invalid } from './errors.ts';
import type { Bound } from './expressions.ts';
import { plus } from './numbers.ts';
import { refuseOverlaps, type Steps, stepsOf, valueAt } from './paths.ts';
import { type Section, type Update, wrongType } from './updates.ts';
import { type Element, elementText, type Item, isList, isMap, isNumber, isSet, kindOf, type Value } from './values.ts';

/** An update bound to its request: where it writes, and what an item becomes by it. */
export interface Change {
  readonly paths: readonly Steps[];
  readonly apply: (item: Item) => Item;
}

interface Step {
  readonly section: Section;
  readonly steps: Steps;
  readonly value?: ((item: Item) => Value) | undefined;
}

const keyNames: readonly unknown[] = [tableSchema.partitionKey, tableSchema.sortKey];

/** Binds an update; paths that overlap or belong to the key are refused before any item is read. */
export function changeOf(update: Update, bound: Bound): Change {
  const all = update.actions.map(
    ({ section, path, value }): Step => ({
      section,
      steps: stepsOf(path, bound.names),
      value: value && ((item) => value(item, bound)),
    }),
  );
  const paths = all.map(({ steps }) => steps);
  refuseOverlaps(paths, (message) => invalid(`Invalid UpdateExpression: ${message}`));
  const key = paths.find(([first]) => keyNames.includes(first));
  if (key !== undefined) throw invalid(`Cannot update attribute ${key[0]}. This attribute is part of the key`);
  return { paths, apply: (item) => applied(item, all) };
}

/**
 * What an update touched, as UPDATED_OLD and UPDATED_NEW give it of an item: whole attributes, as DynamoDB Local does, of
 * which a path that was written is there.
 */
export function touched(item: Item, paths: readonly Steps[]): Item {
  const names = new Set(paths.filter((steps) => valueAt(item, steps) !== undefined).map(([first]) => first));
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

/** Every value is that of the item as it was; list members keep their places until all is set, then the removed go. */
function applied(item: Item, all: readonly Step[]): Item {
  const writes = all.map(({ section, steps, value }) => written(item, section, steps, value?.(item)));
  const next: Record<string, Value> = { ...item };
  for (const { steps, value } of writes.filter(({ value }) => value !== undefined).sort(byPlace)) {
    const [first, ...rest] = steps;
    next[String(first)] = placed(next[String(first)], rest, value as Value);
  }
  const removed = writes.filter(({ value, old }) => value === undefined && old !== undefined);
  for (const { steps } of removed.sort(byPlace).reverse()) {
    const [first, ...rest] = steps;
    if (rest.length === 0) delete next[String(first)];
    else next[String(first)] = without(next[String(first)] as Value, rest);
  }
  return next;
}

interface Write {
  readonly steps: Steps;
  readonly old: Value | undefined;
  /** Undefined removes what is there. */
  readonly value: Value | undefined;
}

function written(item: Item, section: Section, steps: Steps, operand: Value | undefined): Write {
  const last = steps.at(-1);
  const parent = valueAt(item, steps.slice(0, -1));
  if (typeof last === 'number' ? !isList(parent) : !isMap(parent))
    throw invalid('The document path provided in the update expression is invalid for update');
  const old = valueAt(item, steps);
  if (operand === undefined || section === 'SET') return { steps, old, value: operand };
  return { steps, old, value: section === 'ADD' ? added(old, operand) : taken(old, operand) };
}

function added(old: Value | undefined, operand: Value): Value {
  if (old === undefined) return operand;
  if (isNumber(old) && isNumber(operand)) return plus(old, operand);
  const [a, b] = setsOf(old, operand);
  const known = new Set([...a].map(elementText));
  return new Set([...a, ...[...b].filter((element) => !known.has(elementText(element)))]);
}

/** What is left of a set; a set of none is no attribute. */
function taken(old: Value | undefined, operand: Value): Value | undefined {
  if (old === undefined) return undefined;
  const [a, b] = setsOf(old, operand);
  const gone = new Set([...b].map(elementText));
  const left = [...a].filter((element) => !gone.has(elementText(element)));
  return left.length === 0 ? undefined : new Set(left);
}

function setsOf(old: Value, operand: Value): readonly [ReadonlySet<Element>, ReadonlySet<Element>] {
  if (!isSet(old) || !isSet(operand) || kindOf(old) !== kindOf(operand)) throw wrongType();
  return [old, operand];
}

/** Step by step, so that members of one list come by their places. */
function byPlace(a: { steps: Steps }, b: { steps: Steps }): number {
  for (let i = 0; i < Math.min(a.steps.length, b.steps.length); i += 1) {
    const [x, y] = [a.steps[i] as string | number, b.steps[i] as string | number];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function placed(holder: Value | undefined, [step, ...rest]: Steps, value: Value): Value {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = [...(holder as readonly Value[])];
    // A place behind the end is the end.
    const place = Math.min(step, list.length);
    list[place] = placed(list[place], rest, value);
    return list;
  }
  const map = holder as Item;
  return { ...map, [step]: placed(map[step], rest, value) };
}

function without(holder: Value, [step, ...rest]: Steps): Value {
  if (typeof step === 'number') {
    const list = holder as readonly Value[];
    return rest.length === 0
      ? list.filter((_, i) => i !== step)
      : list.map((member, i) => (i === step ? without(member, rest) : member));
  }
  const { [String(step)]: member, ...others } = holder as Item;
  return rest.length === 0 ? others : { ...others, [String(step)]: without(member as Value, rest) };
}
