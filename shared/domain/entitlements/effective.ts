import { milliseconds, timestamp } from '../../kit/clock.ts';
import type { Subscription, SubscriptionStatus } from '../billing/subscription.ts';
import { type EntitlementName, type Entitlements, noPlan, type PlanId, planIds, planOf } from './plans.ts';

/** What a tenant may do at a moment, why, and when that changes by itself. */
export interface Effective {
  readonly plan_id: PlanId | null;
  readonly status: SubscriptionStatus | 'none';
  readonly entitlements: Entitlements;
  readonly reasons: Readonly<Record<EntitlementName, string>>;
  /** The plan is still there, and ends then unless it is paid. */
  readonly grace_until?: string;
  /** The next moment at which it is another by time alone. */
  readonly changes_at?: string;
}

export interface Asked {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of tenants that never had a subscription; null gives them none. */
  readonly defaultPlan: PlanId | null;
}

/** How long a plan outlives its payment (SPEC 5). */
export const graceMs = 7 * 86_400_000;

const names = Object.keys(noPlan) as EntitlementName[];

/** The stage's default plan as its setting says it: a plan's id, or `none`. */
export function defaultPlanOf(setting: string): PlanId | null {
  const found = planIds.find((planId) => planId === setting);
  if (found === undefined && setting !== 'none') throw new Error(`DEFAULT_PLAN is none or a plan, not "${setting}"`);
  return found ?? null;
}

/**
 * The one decision about plans (SPEC 5), asked at every call and again when orders are expanded. It follows from the
 * subscription as it was last written and from the time, so that an end needs nobody to come by.
 */
export function effective(subscription: Subscription | undefined, asked: Asked): Effective {
  const now = at(subscription, asked);
  const moments = turningPoints(subscription).filter((moment) => moment > asked.now);
  const next = moments.find((moment) => !same(at(subscription, { ...asked, now: moment }), now));
  return next === undefined ? now : { ...now, changes_at: timestamp(next) };
}

/** As it stands at one moment, without a look ahead. */
function at(subscription: Subscription | undefined, { now, defaultPlan }: Asked): Effective {
  const held = holding(subscription, now, defaultPlan);
  const given: Record<string, unknown> = { ...(held.plan === null ? noPlan : planOf(held.plan).entitlements) };
  const reasons = Object.fromEntries(names.map((name) => [name, held.why])) as Record<EntitlementName, string>;
  for (const { entitlement, value, until } of subscription?.overrides ?? []) {
    if (until !== undefined && milliseconds(until) <= now) continue;
    given[entitlement] = value;
    reasons[entitlement] = until === undefined ? 'override' : `override until ${until}`;
  }
  return {
    plan_id: held.plan,
    status: subscription?.status ?? 'none',
    // A plan's entitlements, with overrides of the same names; their values passed the schema when they were stored (override.ts).
    entitlements: given as unknown as Entitlements,
    reasons,
    ...(held.graceUntil === undefined ? {} : { grace_until: timestamp(held.graceUntil) }),
  };
}

interface Holding {
  readonly plan: PlanId | null;
  readonly why: string;
  readonly graceUntil?: number;
}

const nothing = (why: string): Holding => ({ plan: null, why: `no plan: ${why}` });

/** The plan that a subscription gives at a moment. */
function holding(subscription: Subscription | undefined, now: number, defaultPlan: PlanId | null): Holding {
  if (subscription === undefined)
    return defaultPlan === null ? nothing('no subscription') : { plan: defaultPlan, why: `default plan ${defaultPlan}` };
  const { status, cancel_at } = subscription;
  if (cancel_at !== undefined && milliseconds(cancel_at) <= now) return nothing(`canceled at ${cancel_at}`);
  if (!holds(status)) return nothing(status);
  const plan = planAt(subscription, now);
  const owed = owedSince(subscription, now);
  if (owed === undefined) return { plan, why: `plan ${plan}` };
  const graceUntil = owed + graceMs;
  if (graceUntil <= now) return nothing(`grace ended ${timestamp(graceUntil)}`);
  return { plan, why: `plan ${plan}, grace until ${timestamp(graceUntil)}`, graceUntil };
}

const holds = (status: SubscriptionStatus): boolean => status === 'active' || status === 'trialing' || status === 'past_due';

/** A downgrade counts from its time on, whether or not anybody has written that yet. */
const planAt = ({ plan_id, pending }: Subscription, now: number): PlanId =>
  pending !== undefined && milliseconds(pending.at) <= now ? pending.plan_id : plan_id;

/**
 * Since when a payment is owed: since it failed, or since the paid period ended and nobody said more (renewals come late, and
 * so do their events). The earlier of the two counts. What is granted is never owed by its period.
 */
function owedSince({ rail, status, past_due_since, period_start, period_end, created_at }: Subscription, now: number) {
  const failed = status === 'past_due' ? milliseconds(past_due_since ?? period_start ?? created_at) : undefined;
  const ended = rail === 'granted' || period_end === undefined ? undefined : milliseconds(period_end);
  const owed = [failed, ended].filter((since) => since !== undefined && since <= now) as number[];
  return owed.length === 0 ? undefined : Math.min(...owed);
}

/** Every moment at which something may turn, in order. */
function turningPoints(subscription: Subscription | undefined): number[] {
  if (subscription === undefined) return [];
  const { cancel_at, pending, past_due_since, period_start, period_end, created_at, overrides = [] } = subscription;
  const ends = [cancel_at, pending?.at, ...overrides.map(({ until }) => until)];
  const owed = [past_due_since, period_start, period_end, created_at];
  const moments = [
    ...ends.flatMap((text) => (text === undefined ? [] : [milliseconds(text)])),
    ...owed.flatMap((text) => (text === undefined ? [] : [milliseconds(text) + graceMs])),
  ];
  return moments.sort((a, b) => a - b);
}

const same = (a: Effective, b: Effective): boolean =>
  a.plan_id === b.plan_id && names.every((name) => a.entitlements[name] === b.entitlements[name]);
