/** Says whether an event (parsed JSON) matches. */
export type Matcher = (event: unknown) => boolean;

type Test = (value: unknown) => boolean;
type Json = Readonly<Record<string, unknown>>;

/**
 * Compiles an EventBridge pattern; event source mapping filters have the same language. An operator that is not known
 * throws here, at boot, instead of silently matching nothing.
 */
export function compilePattern(pattern: Json): Matcher {
  const parts = Object.entries(pattern).map(([key, rule]) => (key === '$or' ? anyOf(rule) : field(key, rule)));
  return (event) => parts.every((part) => part(event));
}

/** Whether one of the patterns matches; no pattern at all lets everything pass. */
export function compileFilters(patterns: readonly Json[]): Matcher {
  if (patterns.length === 0) return () => true;
  const matchers = patterns.map(compilePattern);
  return (event) => matchers.some((matches) => matches(event));
}

function anyOf(rule: unknown): Matcher {
  if (!Array.isArray(rule)) throw new Error('$or takes a list of patterns');
  return compileFilters(rule as Json[]);
}

function field(key: string, rule: unknown): Matcher {
  const test = Array.isArray(rule) ? leaf(rule) : nested(key, rule);
  return (event) => test(isObject(event) ? event[key] : undefined);
}

function nested(key: string, rule: unknown): Test {
  if (!isObject(rule)) throw new Error(`a pattern's "${key}" must be a list or an object`);
  const matches = compilePattern(rule);
  return (value) => (Array.isArray(value) ? value.some((item) => matches(item)) : matches(value));
}

function leaf(alternatives: readonly unknown[]): Test {
  const tests = alternatives.map(alternative);
  return (value) => tests.some((test) => test(value));
}

function alternative(rule: unknown): Test {
  if (!isObject(rule)) return each((value) => value === rule);
  const entries = Object.entries(rule);
  const [operator, argument] = entries[0] ?? [''];
  if (entries.length !== 1) throw new Error(`a pattern's alternative has one operator, not ${entries.length}`);
  if (operator === 'exists') return exists(argument === true);
  return each(comparison(operator, argument));
}

/** A list matches if one of its elements does; what is absent never does. */
function each(test: Test): Test {
  return (value) => (Array.isArray(value) ? value.some((item) => test(item)) : value !== undefined && test(value));
}

// Like EventBridge, `exists` looks at leaves only: an object is none.
function exists(wanted: boolean): Test {
  return (value) => (value !== undefined && !isObject(value)) === wanted;
}

function comparison(operator: string, argument: unknown): Test {
  switch (operator) {
    case 'prefix':
      return text(argument, (value, part) => value.startsWith(part));
    case 'suffix':
      return text(argument, (value, part) => value.endsWith(part));
    case 'equals-ignore-case':
      return ignoringCase(argument, (value, part) => value === part);
    case 'wildcard':
      return wildcard(String(argument));
    case 'numeric':
      return numeric(argument as readonly unknown[]);
    case 'anything-but':
      return anythingBut(argument);
    default:
      throw new Error(`unknown pattern operator "${operator}"`);
  }
}

type Compare = (value: string, part: string) => boolean;

/** `prefix` and `suffix` take a string, or `{"equals-ignore-case": string}`. */
function text(argument: unknown, compare: Compare): Test {
  if (isObject(argument)) return ignoringCase(argument['equals-ignore-case'], compare);
  if (typeof argument !== 'string') throw new Error('prefix and suffix take a string');
  return (value) => typeof value === 'string' && compare(value, argument);
}

function ignoringCase(argument: unknown, compare: Compare): Test {
  if (typeof argument !== 'string') throw new Error('equals-ignore-case takes a string');
  return (value) => typeof value === 'string' && compare(value.toLowerCase(), argument.toLowerCase());
}

function wildcard(argument: string): Test {
  const expression = new RegExp(
    `^${argument
      .split('*')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
  return (value) => typeof value === 'string' && expression.test(value);
}

const orders: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** `[">", 0, "<=", 5]`: all must hold. */
function numeric(argument: readonly unknown[]): Test {
  const tests: ((value: number) => boolean)[] = [];
  for (let i = 0; i < argument.length; i += 2) {
    const order = orders[String(argument[i])];
    if (order === undefined) throw new Error(`unknown numeric comparison "${String(argument[i])}"`);
    const limit = Number(argument[i + 1]);
    tests.push((value) => order(value, limit));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

/** Takes values, or one operator with one argument or a list of them: `{"anything-but": {"suffix": ["0", "1"]}}`. */
function anythingBut(argument: unknown): Test {
  if (!isObject(argument)) {
    const refused = [argument].flat();
    return (value) => !refused.includes(value);
  }
  const [operator = '', parts] = Object.entries(argument)[0] ?? [];
  const tests = [parts].flat().map((part) => comparison(operator, part));
  return (value) => !tests.some((test) => test(value));
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
