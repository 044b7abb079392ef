import { z } from 'zod';
import { time } from '../contract/fields.ts';
import type { EntitlementName } from './plans.ts';
import { entitlementFields } from './routes.ts';

const names = Object.keys(entitlementFields) as [EntitlementName, ...EntitlementName[]];
/** So much of a limit an operator can give: the tenant's followers are gone through with it in hand. */
const most: Readonly<Partial<Record<EntitlementName, number>>> = {
  vaults: 1_000,
  followers: 1_000_000,
  seats: 10_000,
  requests_per_minute: 60_000,
};

const fields = {
  entitlement: z.enum(names),
  value: z.union([z.number(), z.boolean(), z.string(), z.null()]),
  until: time.optional(),
  why: z.string().min(1).max(500),
  by: z.string().min(1).max(200),
};

/** Whether a value is one that the entitlement can have. */
export function fits({ entitlement, value }: { readonly entitlement: EntitlementName; readonly value: unknown }): boolean {
  const limit = most[entitlement];
  if (limit !== undefined && typeof value === 'number' && value > limit) return false;
  return entitlementFields[entitlement].safeParse(value).success;
}
const misfit = { message: 'is not a value of this entitlement', path: ['value'] };

/** What an operator gives a tenant beside its plan. */
export const overrideSchema = z.strictObject(fields).refine(fits, misfit);

/** The same as the bus brings it, and its end. */
export const overriddenDetail = z.strictObject({ tenant_id: z.string().min(1).max(40), ...fields }).refine(fits, misfit);
export const endedDetail = z.strictObject({
  tenant_id: z.string().min(1).max(40),
  entitlement: fields.entitlement,
  why: fields.why,
  by: fields.by,
});
