import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { z } from 'zod';
import { routeSchemas } from '../../../shared/domain/contract/openapi.ts';
import { type Route, type RouteId, routes } from '../../../shared/wiring/routes.ts';

/** A request that no route may take, made from the routes' own schemas. */
export interface Malformed {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly body?: string | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

type Json = Record<string, unknown>;
interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Text that breaks what handles text carelessly. */
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud800',
    '../../etc/passwd',
    '%00',
    '%',
    "' OR 1=1 --",
    '$\u007bjndi:x}',
    '__proto__',
    'constructor',
  ),
  fc.constantFrom('1e400', '-0', 'NaN', '9'.repeat(400), '\u202e', '{"a":1}', '[]', 'null', 'x'.repeat(5000)),
);
/** Values of every kind, deep ones too. */
const anything = fc.oneof(
  odd,
  fc.anything({ maxDepth: 3, withBigInt: false, withDate: false, withMap: false, withSet: false, withNullPrototype: false }),
  fc.constantFrom(1e308, -1, 0.1, true, null),
  fc.constant(Array.from({ length: 500 }, () => [])),
);

/** Something that the schema describes, as far as JSON Schema says it. */
function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return fc.oneof(...branches.map(fitting));
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern)).map((text) => text.slice(0, 60));
  if (schema.type === 'object') return objectOf(schema);
  if (schema.type === 'array') return fc.array(fitting(schema.items ?? {}), { maxLength: 3 });
  if (schema.type === 'integer' || schema.type === 'number') return fc.integer({ min: 1, max: 3600 });
  if (schema.type === 'boolean') return fc.boolean();
  return fc.string({ maxLength: 20 });
}

const objectOf = ({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<Json> =>
  fc.record(Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, fitting(field)])), {
    requiredKeys: [...required],
  });

const wrongFor = (schema: JsonSchema | undefined): fc.Arbitrary<unknown> => {
  const misfits: unknown[] = [{ nested: { deep: [] } }, [[[]]], Number.MAX_VALUE, '\u0000'];
  return fc.oneof(fc.constantFrom(...misfits), anything).filter((value) => {
    if (schema?.type === 'string' || schema?.pattern !== undefined || schema?.enum !== undefined)
      return typeof value !== 'string';
    if (schema?.type === 'boolean') return typeof value !== 'boolean';
    if (schema?.type === 'array') return !Array.isArray(value);
    if (schema?.type === 'integer') return !Number.isInteger(value);
    return typeof value !== 'object' && value !== undefined;
  });
};

/** A body that fits but for one thing that makes it no body of the route. */
function brokenBody(schema: JsonSchema): fc.Arbitrary<{ what: string; text: string }> {
  const fits = fitting(schema) as fc.Arbitrary<Json>;
  const names = Object.keys(schema.properties ?? {});
  const required = schema.required ?? [];
  const json = (what: string) => (value: unknown) => ({ what, text: JSON.stringify(value) ?? 'undefined' });
  const extra = fc
    .tuple(fits, odd, anything)
    .filter(([, name]) => name !== '' && !names.includes(name))
    // A key that JSON itself treats like any other.
    .map(([body, name, value]) => json('an unknown field')(Object.fromEntries([...Object.entries(body), [name, value ?? null]])));
  const texts = fc.oneof(odd, fc.constantFrom('{', '{"a":', '[1,]', '\ufeff{}', '{}{}', 'undefined', "{'a':1}"));
  const torn = texts.filter((text) => !readsAsObject(text)).map((text) => ({ what: 'no JSON object', text }));
  const others = fc
    .constantFrom('[]', 'null', '1', '"text"', 'true', '['.repeat(20_000))
    .map((text) => ({ what: 'no object', text }));
  const without = required.map((name) => fits.map(({ [name]: _gone, ...rest }) => json(`without ${name}`)(rest)));
  const wrong = required.map((name) =>
    fc
      .tuple(fits, wrongFor(schema.properties?.[name]))
      .map(([body, value]) => json(`${name} of a wrong type`)({ ...body, [name]: value ?? null })),
  );
  return fc.oneof(extra, torn, others, ...without, ...wrong);
}

function readsAsObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // Not JSON: the question is answered.
    return false;
  }
}

const key = () => ({ 'idempotency-key': randomUUID() });
const badKeys = fc.oneof(
  fc.constantFrom(undefined, '', 'k'.repeat(256), 'with space', 'k\u00e9'),
  fc.string({ unit: fc.constantFrom('\u00e9', '\u00ff', ' '), minLength: 1, maxLength: 20 }),
);
const pathWith = (route: Route, of: (name: string) => string) => route.path.replace(/\{(\w+)\}/g, (_, name: string) => of(name));

interface Aim {
  readonly route: Route;
  readonly path: string;
  readonly body: JsonSchema | undefined;
  readonly keyed: boolean;
}
const plainly = ({ route, body, keyed }: Aim) => ({
  method: route.method,
  body: body === undefined ? undefined : '{}',
  headers: keyed ? key() : {},
});

const strayQuery = (aim: Aim): fc.Arbitrary<Malformed> =>
  fc
    .tuple(
      odd.filter((name) => name !== '' && name.isWellFormed()),
      odd.filter((value) => value.isWellFormed()),
    )
    .map(([name, value]) => ({
      ...plainly(aim),
      what: 'an unknown query parameter',
      path: `${aim.path}?zz${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
    }));

const strayIds = (aim: Aim): fc.Arbitrary<Malformed> =>
  odd
    .filter((text) => text.isWellFormed() && !text.includes('/') && !['', '.', '..'].includes(text))
    .map((text) => ({
      ...plainly(aim),
      what: 'an id that is none',
      path: pathWith(aim.route, () => encodeURIComponent(text)),
    }));

const badlyKeyed = (aim: Aim, body: JsonSchema): fc.Arbitrary<Malformed> =>
  fc.tuple(fitting(body), badKeys).map(([fits, bad]) => ({
    what: 'a bad Idempotency-Key',
    method: aim.route.method,
    path: aim.path,
    body: JSON.stringify(fits),
    headers: { 'idempotency-key': bad },
  }));

/** Arbitrary malformed requests to one route; `known` fills in its path. */
export function malformed(id: RouteId, known: Readonly<Record<string, string>>): fc.Arbitrary<Malformed> {
  const route: Route = routes[id];
  const { body: schema } = routeSchemas[id];
  const aim: Aim = {
    route,
    path: pathWith(route, (name) => known[name] ?? 'x'),
    body: schema === undefined ? undefined : (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema),
    keyed: route.method !== 'GET' && route.unkeyed !== true,
  };
  const { body } = aim;
  return fc.oneof(
    strayQuery(aim),
    ...(route.path.includes('{') ? [strayIds(aim)] : []),
    ...(body === undefined
      ? []
      : [brokenBody(body).map(({ what, text }) => ({ ...plainly(aim), what, path: aim.path, body: text }))]),
    ...(aim.keyed && body !== undefined ? [badlyKeyed(aim, body)] : []),
  );
}
