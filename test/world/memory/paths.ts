import type { Uses } from './expressions.ts';
import type { Reader } from './tokens.ts';
import { type Item, isList, isMap, type Value } from './values.ts';

/** Names of members and places in lists, from the item inwards. */
export type Steps = readonly (string | number)[];
/** A document path as written: steps that begin with `#` are placeholders. */
export interface Path {
  readonly steps: Steps;
  readonly plain: boolean;
}
export type Names = Readonly<Record<string, string>>;

export function readPath(reader: Reader, uses: Uses): Path {
  const steps: (string | number)[] = [readName(reader, uses)];
  for (;;) {
    if (reader.took('.')) steps.push(readName(reader, uses));
    else if (reader.took('[')) {
      if (!/^\d+$/.test(reader.peek())) throw reader.wrong();
      steps.push(Number(reader.next()));
      reader.need(']');
    } else break;
  }
  const path = { steps, plain: !steps.some((step) => typeof step === 'string' && step.startsWith('#')) };
  uses.paths.push(path);
  return path;
}

function readName(reader: Reader, uses: Uses): string {
  if (!reader.isName()) throw reader.wrong();
  const name = reader.next();
  if (name.startsWith('#')) uses.names.add(name);
  return name;
}

/** Every placeholder is known to be defined when an expression is bound. */
export const stepsOf = (path: Path, names: Names): Steps =>
  path.plain
    ? path.steps
    : path.steps.map((step) => (typeof step === 'string' && step.startsWith('#') ? (names[step] as string) : step));

export function valueAt(item: Item | undefined, steps: Steps): Value | undefined {
  let value: Value | undefined = item;
  for (const step of steps) value = memberOf(value, step);
  return value;
}

export function memberOf(value: Value | undefined, step: string | number): Value | undefined {
  if (typeof step === 'number') return isList(value) ? value[step] : undefined;
  return isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

export const textOf = (steps: Steps): string => `[${steps.map((s) => (typeof s === 'number' ? `[${s}]` : s)).join(', ')}]`;

/** Refuses two paths of one expression that overlap, or of which one takes for a list what the other takes for a map. */
export function refuseOverlaps(all: readonly Steps[], refuse: (message: string) => Error): void {
  if (all.length < 2 || areApart(all)) return;
  for (const [i, a] of all.entries()) {
    for (const b of all.slice(i + 1)) {
      const how = clash(a, b);
      if (how === undefined) continue;
      const rest = `must remove or rewrite one of these paths; path one: ${textOf(a)}, path two: ${textOf(b)}`;
      throw refuse(`Two document paths ${how} with each other; ${rest}`);
    }
  }
}

const areApart = (all: readonly Steps[]): boolean => new Set(all.map((steps) => steps[0])).size === all.length;

function clash(a: Steps, b: Steps): 'overlap' | 'conflict' | undefined {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    if (typeof a[i] !== typeof b[i]) return 'conflict';
    if (a[i] !== b[i]) return undefined;
  }
  return 'overlap';
}

interface Branches {
  readonly next: Map<string | number, Branches>;
}

/** The part of an item that lies on the paths: maps keep their shape, lists close up. Shares the item's values. */
export function project(item: Item, all: readonly Steps[]): Item {
  const root: Branches = { next: new Map() };
  for (const steps of all) {
    let at = root;
    for (const step of steps) {
      const next: Branches = at.next.get(step) ?? { next: new Map() };
      at.next.set(step, next);
      at = next;
    }
  }
  return (pick(item, root) as Item | undefined) ?? {};
}

function pick(value: Value, { next }: Branches): Value | undefined {
  if (next.size === 0) return value;
  const found = [...next].flatMap(([step, branches]) => {
    const member = memberOf(value, step);
    const picked = member === undefined ? undefined : pick(member, branches);
    return picked === undefined ? [] : [[step, picked] as const];
  });
  if (found.length === 0) return undefined;
  if (isMap(value)) return Object.fromEntries(found);
  return found.sort(([a], [b]) => Number(a) - Number(b)).map(([, picked]) => picked);
}
