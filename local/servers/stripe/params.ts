import { z } from 'zod';
import { StripeFailure } from './failure.ts';

/** What Stripe takes in a form: everything is text there, and an empty text takes a value away. */
export const int = z
  .string()
  .regex(/^-?\d+$/)
  .transform(Number);
export const bool = z.enum(['true', 'false']).transform((value) => value === 'true');
export const text = z.string().min(1);
export const cleared = z.literal('').transform(() => null);
export const metadata = z.union([z.literal(''), z.record(z.string().min(1).max(40), z.string().max(500))]);
export type MetadataParam = z.infer<typeof metadata>;

/** Whether a new billing cycle begins now. */
export const cycleAnchor = z.strictObject({ type: z.enum(['now', 'unchanged']) }).transform(({ type }) => type);

/** Parameters of Stripe that have no effect in the simulator. */
export const ignored = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<never, never>;

export const range = z.union([int, z.strictObject({ gt: int, gte: int, lt: int, lte: int }).partial()]);
export type Range = z.infer<typeof range>;

export const paging = {
  limit: int.refine((value) => value >= 1 && value <= 100).optional(),
  starting_after: text.optional(),
  ending_before: text.optional(),
};

/** Metadata after an update: keys are merged, an empty value takes its key away, an empty whole takes all. */
export function mergedMetadata(before: Readonly<Record<string, string>> | null, given: MetadataParam | undefined) {
  if (given === undefined) return before ?? {};
  if (given === '') return {};
  return Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, value]) => value !== ''));
}

export function within(range: Range | undefined, at: number): boolean {
  if (range === undefined) return true;
  if (typeof range === 'number') return at === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return at > gt && at >= gte && at < lt && at <= lte;
}

/** Checks a request's parameters; what is wrong is said as Stripe says it. */
export function checked<T>(schema: z.ZodType<T>, given: unknown): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw complaint(result.error.issues[0], given);
}

function complaint(issue: z.core.$ZodIssue | undefined, given: unknown): StripeFailure {
  if (issue === undefined) return refusal('Invalid request', {});
  if (issue.code === 'unrecognized_keys') {
    const param = named([...issue.path, issue.keys[0] ?? '']);
    return refusal(`Received unknown parameter: ${param}`, { param, code: 'parameter_unknown' });
  }
  const param = named(issue.path);
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], given);
  if (value === undefined) return refusal(`Missing required param: ${param}.`, { param, code: 'parameter_missing' });
  if (value === '') return refusal(`You passed an empty string for '${param}'.`, { param, code: 'parameter_invalid_empty' });
  if (issue.code === 'invalid_format') return refusal(`Invalid integer: ${value}`, { param, code: 'parameter_invalid_integer' });
  return refusal(`Invalid ${param}`, { param });
}

const refusal = (message: string, more: { param?: string; code?: string }) =>
  new StripeFailure(400, { type: 'invalid_request_error', message, ...more }, { early: true });

const named = ([first, ...rest]: readonly PropertyKey[]) => String(first ?? '') + rest.map((key) => `[${String(key)}]`).join('');
