import { z } from 'zod';
import type { RouteSchema } from './route-schema.ts';

/** A JSON Schema (draft 2020-12, which OpenAPI 3.1 takes as it is). */
export type JsonSchema = Readonly<Record<string, unknown>>;
export type Components = Readonly<Record<string, JsonSchema>>;
type Named = ReadonlyMap<string, z.ZodType>;

const home = '#/components/schemas/';
export const reference = (name: string) => ({ $ref: `${home}${name}` });
export const pascal = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);

/** Names under which schemas stand in the document: their own (`meta({id})`) or their route's. */
export const bodyName = (id: string, schema: z.ZodType): string => ownName(schema) ?? `${pascal(id)}Body`;
export const answerName = (id: string, schema: z.ZodType): string => ownName(schema) ?? `${pascal(id)}Answer`;
const ownName = (schema: z.ZodType): string | undefined => z.globalRegistry.get(schema)?.id as string | undefined;

/** All schemas of the document: bodies as they are taken, answers (and `more`) as they are given. */
export function componentsOf(
  routes: Readonly<Record<string, RouteSchema>>,
  more: Readonly<Record<string, z.ZodType>>,
): Components {
  const bodies = new Map<string, z.ZodType>();
  const answers = new Map<string, z.ZodType>(Object.entries(more));
  for (const [id, { body, answer }] of Object.entries(routes)) {
    if (body !== undefined) bodies.set(bodyName(id, body), body);
    if (answer.contentTypes === undefined) answers.set(answerName(id, answer.schema), answer.schema);
  }
  return { ...converted(bodies, 'input'), ...converted(answers, 'output') };
}

function converted(named: Named, io: 'input' | 'output'): Components {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of named) registry.add(schema, { id: name });
  const { schemas } = z.toJSONSchema(registry, { io, uri: (id) => `${home}${id}`, unrepresentable: 'any' });
  // Schemas with a name of their own that hang only below others come in one heap, which is no component.
  const { __shared: heap, ...own } = schemas as Record<string, JsonSchema>;
  const shared = (heap?.['$defs'] ?? {}) as Components;
  return Object.fromEntries(Object.entries({ ...shared, ...own }).map(([name, schema]) => [name, plain(schema) as JsonSchema]));
}

/** One field's schema, as a parameter has it. */
export const fieldSchema = (schema: z.ZodType): JsonSchema =>
  plain(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })) as JsonSchema;

const noise = new Set(['$id', '$schema', 'id', '~standard']);

/** Without what means something else inside an OpenAPI document, or says nothing to its reader. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, v]) => !(noise.has(key) && typeof v !== 'object') && !isSafeBound(key, v));
  const kept = Object.fromEntries(
    entries.map(([key, v]) => [key, key === '$ref' ? String(v).replace(/__shared#\/\$defs\//, '') : plain(v)]),
  );
  // The format says all but that it is UTC; zod's own pattern is a calendar of 300 characters.
  return kept['format'] === 'date-time' ? { ...kept, pattern: 'Z$' } : kept;
}

/** `int()` bounds every integer by what a double holds. */
const isSafeBound = (key: string, value: unknown): boolean =>
  (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) || (key === 'maximum' && value === Number.MAX_SAFE_INTEGER);
