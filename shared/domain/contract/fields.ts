import { z } from 'zod';
import { decimal, isDecimal } from '../../kit/decimal.ts';
import { isId, type Kind, parseChildId } from '../../kit/ids.ts';
import { whyNotPlain } from '../../kit/plain-json.ts';
import { limits } from '../../wiring/limits.ts';

/** The fields that every interface shares (SPEC 2). Bodies are strict objects: an unknown field is named and refused. */

const decimalPattern = /^-?\d{1,18}(\.\d{1,18})?$/;

/** A decimal string, any sign. Refinements run only on well-formed text. */
const decimalText = z.string().regex(decimalPattern, 'must be a decimal string such as "0.35"');
const decimalMeta = (description: string, example: string) => ({ description, examples: [example] });
export const decimalString = decimalText.meta(decimalMeta('Exact decimal, never a JSON number', '0.35'));

const compared = (holds: (value: bigint) => boolean, rule: string, example = '10') =>
  decimalText
    .refine((text) => !isDecimal(text) || holds(decimal(text)), { message: `must ${rule}` })
    .meta(decimalMeta(`Exact decimal; must ${rule}`, example));

export const positiveDecimal = compared((v) => v > 0n, 'be greater than 0');
export const nonNegativeDecimal = compared((v) => v >= 0n, 'not be negative');
export const decimalUpTo = (max: string) =>
  compared((v) => v > 0n && v <= decimal(max), `be greater than 0 and at most ${max}`, max);

export const decimalBetween = (min: string, max: string) =>
  compared((v) => v >= decimal(min) && v <= decimal(max), `be between ${min} and ${max}`, max);

/** RFC 3339 UTC; milliseconds optional on input, always written on output. */
export const time = z.iso
  .datetime({ offset: false, message: 'must be an RFC 3339 time in UTC' })
  .meta({ examples: ['2026-03-02T14:30:00.000Z'] });

const idPatterns: Record<Kind, RegExp> = {
  ten: /^ten_[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  usr: /^usr_[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  vlt: /^vlt_[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  fol: /^fol_[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  mo: /^mo_[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  ovl: /^ovl_[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  evt: /^evt_[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  inv: /^inv_[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
};
const exampleUlid = '01JNA5T8Q2V4W6X8Y0Z2B4D6F8';
export const idOf = (kind: Kind) =>
  z
    .string()
    .regex(idPatterns[kind], `must be an id of the form ${kind}_ and a ULID`)
    .meta({ examples: [`${kind}_${exampleUlid}`] });
export const childIdField = z
  .string()
  .regex(/^fo_[0-9A-HJKMNP-TV-Z]{36}$/, 'must be the id of a follower order')
  .meta({ examples: [`fo_${exampleUlid}00000A0003`] });

export const isKnownId = (kind: Kind | 'fo', text: string): boolean =>
  kind === 'fo' ? parseChildId(text) !== undefined : isId(kind, text);

export const symbolField = z
  .string()
  .regex(/^[A-Z0-9./-]{1,24}$/, 'must be a symbol: 1 to 24 of A-Z 0-9 . / -')
  .meta({ examples: ['AAPL'] });
export const label = z
  .string()
  .min(1)
  .max(100)
  .meta({ examples: ['Growth'] });

/** Visible text without control characters: names from outside systems that we store and show. */
export const externalId = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters')
  .meta({ examples: ['desk-2026-03-02-17'] });

/** Foreign JSON that is carried along and stored: bounded in depth, names and numbers. */
export const plainJson = z.unknown().superRefine((value, context) => {
  const fault = whyNotPlain(value);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, continue: false });
});
export const plainJsonObject = z
  .custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    message: 'must be an object',
    abort: true,
  })
  .superRefine((value, context) => {
    const fault = whyNotPlain(value);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, continue: false });
  })
  .meta({ type: 'object', additionalProperties: true });

const pageLimit = z
  .string()
  .refine((text) => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= limits.pageItems, {
    message: `must be a whole number between 1 and ${limits.pageItems}`,
  })
  // In a query all is text; what is meant, and what clients should send, is a number.
  .meta({
    description: 'Items of a page',
    type: 'integer',
    minimum: 1,
    maximum: limits.pageItems,
    default: limits.pageItemsDefault,
  });
export const cursorField = z.string().min(1).max(1024).meta({ description: "The page before's `next_cursor`; opaque" });
export const sinceField = z
  .union([z.string().regex(/^\d{1,15}$/), time], 'must be a time or a sequence number')
  .meta({ description: 'Only what came after this time, or after this sequence number', examples: ['42'] });

/** The query of every list (SPEC 2). */
export const pageQuery = { limit: pageLimit.optional(), cursor: cursorField.optional() };
export const listOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    items: z.array(item),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Give it as `cursor` for the next page; null on the last one', examples: [null] }),
  });

/** Loose: RFC 9457 lets a problem say more, as the scope or the entitlement that is missing. */
export const problem = z
  .looseObject({
    type: z.string().meta({ description: 'A URN that ends in the code' }),
    title: z.string().meta({ description: "The status' name" }),
    status: z.int(),
    detail: z.string().meta({ description: 'For people; may change' }),
    instance: z.string().meta({ description: 'A URN that ends in the request id' }),
    code: z.string().meta({ description: 'For programs; the list of a route and status is closed' }),
    errors: z
      .array(z.strictObject({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'Faulty fields, by JSON pointer into the body or the query' }),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457)' });
