import type { z } from 'zod';
import { readJson } from '../../shared/kit/json.ts';
import { type FieldError, Refusal } from '../../shared/kit/refusal.ts';

const escaped = (part: PropertyKey): string => String(part).replaceAll('~', '~0').replaceAll('/', '~1');
const pointer = (path: readonly PropertyKey[]): string => path.map((p) => `/${escaped(p)}`).join('');

/** A schema's issues as field errors by JSON pointer; an unknown field is named itself (SPEC 2). */
function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), detail: 'unknown field' }))
      : [{ pointer: pointer(issue.path), detail: issue.message }],
  );
}

/** The value as the schema has it, or a 400 that names every faulty field. */
export function validated<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error.issues).slice(0, 50);
  throw new Refusal(400, 'validation_failed', `The ${what} is not valid: see errors.`, { errors });
}

/** JSON text as a value, or a 400. */
export function parsedJson(text: string): unknown {
  const value = readJson(text);
  if (value === undefined) throw new Refusal(400, 'json_malformed', 'The body is not well-formed JSON.');
  return value;
}
