import { z } from 'zod';
import { rails, subscriptionStatuses } from '../billing/subscription.ts';
import { time } from '../contract/fields.ts';
import type { RoomSchemas } from '../contract/route-schema.ts';
import { type EntitlementName, intervals, planIds } from './plans.ts';

const limit = z.int().min(0).nullable();
const unlimited = '; null: without a limit';

/** What a plan gives, field by field; an operator's override takes the same values. */
export const entitlementFields = {
  vaults: limit.describe(`Distinct vaults owned or followed${unlimited}`),
  followers: limit.describe(`Followers${unlimited}`),
  seats: limit.describe(`Members, without followers' own people${unlimited}`),
  requests_per_minute: z.int().min(1),
  mode_capped: z.boolean(),
  mode_shadow: z.boolean(),
  persona_boosts: z.boolean(),
  flip_mode: z.boolean(),
  replay: z.enum(['none', 'own', 'all']),
  dedicated_keys: z.boolean(),
  machine_clients: z.boolean(),
} as const satisfies Record<EntitlementName, z.ZodType>;

const entitlements = z.strictObject(entitlementFields).meta({ id: 'Entitlements' });
const usd = z.string().meta({ examples: ['199'] });

const plan = z
  .strictObject({
    plan_id: z.enum(planIds),
    name: z.string(),
    currency: z.literal('USD'),
    prices: z.strictObject({ month: usd, year: usd }).describe('For one period, paid ahead; decimal strings'),
    entitlements,
  })
  .meta({ id: 'Plan' });
export type PlanRecord = z.infer<typeof plan>;

const withReason = <T extends z.ZodType>(value: T) => z.strictObject({ value, reason: z.string() });
const reasoned = {
  vaults: withReason(entitlementFields.vaults),
  followers: withReason(entitlementFields.followers),
  seats: withReason(entitlementFields.seats),
  requests_per_minute: withReason(entitlementFields.requests_per_minute),
  mode_capped: withReason(entitlementFields.mode_capped),
  mode_shadow: withReason(entitlementFields.mode_shadow),
  persona_boosts: withReason(entitlementFields.persona_boosts),
  flip_mode: withReason(entitlementFields.flip_mode),
  replay: withReason(entitlementFields.replay),
  dedicated_keys: withReason(entitlementFields.dedicated_keys),
  machine_clients: withReason(entitlementFields.machine_clients),
} as const satisfies Record<EntitlementName, z.ZodType>;
const used = z.strictObject({ used: z.int(), limit });

const subscription = z
  .strictObject({
    plan_id: z.enum(planIds).nullable().describe('What counts now; null: no plan'),
    status: z.enum([...subscriptionStatuses, 'none']),
    rail: z.enum(rails).nullable(),
    subscribed_plan_id: z.enum(planIds).nullable().describe('What is subscribed, whether it counts now or not'),
    interval: z.enum(intervals).nullable(),
    period_start: time.optional(),
    period_end: time.optional(),
    renews_at: time.optional().describe('When it renews by itself, unless it is canceled'),
    cancel_at: time.optional(),
    pending: z.strictObject({ plan_id: z.enum(planIds), interval: z.enum(intervals), at: time }).optional(),
    past_due_since: time.optional(),
    grace_until: time.optional().describe('A payment is owed: the plan ends then'),
    changes_at: time.optional().describe('When what is given changes next by time alone'),
    entitlements: z.strictObject(reasoned),
    usage: z.strictObject({ vaults: used, followers: used, seats: used }),
  })
  .meta({ id: 'EffectiveSubscription' });
export type EffectiveSubscription = z.infer<typeof subscription>;

export const entitlementsSchemas: RoomSchemas<'entitlements'> = {
  listPlans: {
    summary: 'The plans, what they cost and what they give',
    params: {},
    answer: { status: 200, schema: z.strictObject({ plans: z.array(plan) }) },
    codes: [],
  },
  getMySubscription: {
    summary: 'Your plan, what it gives and why, and what of it you use',
    params: {},
    answer: { status: 200, schema: subscription },
    codes: [],
  },
};
