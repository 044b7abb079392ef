import type { Components, JsonSchema } from './openapi-schemas.ts';

/**
 * An example of what a schema describes: what is written on it, else put together from its parts. Of an object only what
 * is required, so that rules between optional fields hold.
 */
export function sampleOf(schema: JsonSchema, components: Components): unknown {
  const { $ref, examples, anyOf, oneOf, default: preset, const: only } = schema;
  const allowed = schema['enum'];
  if (Array.isArray(examples)) return examples[0];
  if (preset !== undefined) return preset;
  if (only !== undefined) return only;
  if (Array.isArray(allowed)) return allowed[0];
  if (typeof $ref === 'string') return sampleOf(components[$ref.split('/').at(-1) as string] as JsonSchema, components);
  const choices = (anyOf ?? oneOf) as JsonSchema[] | undefined;
  if (choices !== undefined) return sampleOf(choices[0] as JsonSchema, components);
  return ofType(schema, components);
}

function ofType(schema: JsonSchema, components: Components): unknown {
  const { type, items, minimum } = schema;
  switch (type) {
    case 'object':
      return ofObject(schema, components);
    case 'array':
      return items === undefined ? [] : [sampleOf(items as JsonSchema, components)];
    case 'integer':
    case 'number':
      return minimum ?? 1;
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return 'text';
  }
}

function ofObject({ properties = {}, required = [] }: JsonSchema, components: Components): Record<string, unknown> {
  const fields = properties as Record<string, JsonSchema>;
  return Object.fromEntries((required as string[]).map((name) => [name, sampleOf(fields[name] ?? {}, components)]));
}
