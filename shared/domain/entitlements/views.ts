import { decimal, format } from '../../kit/decimal.ts';
import type { Subscription } from '../billing/subscription.ts';
import type { Effective } from './effective.ts';
import { type EntitlementName, type Plan, plans } from './plans.ts';
import type { EffectiveSubscription, PlanRecord } from './routes.ts';
import type { Usage } from './usage.ts';

const usd = (cents: number): string => format(decimal(`${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`));

const planView = ({ plan_id, name, priceCents, entitlements }: Plan): PlanRecord => ({
  plan_id,
  name,
  currency: 'USD',
  prices: { month: usd(priceCents.month), year: usd(priceCents.year) },
  entitlements,
});

/** The catalogue as everybody may read it. */
export const planViews = (): PlanRecord[] => plans.map(planView);

/** A subscription as its tenant reads it: what it is, what counts now and why, and what of it is used. */
export function subscriptionView(
  subscription: Subscription | undefined,
  now: Effective,
  used: Usage & { readonly seats: number },
): EffectiveSubscription {
  const { plan_id, status, entitlements, reasons, grace_until, changes_at } = now;
  const given = (Object.keys(entitlements) as EntitlementName[]).map((name) => [
    name,
    { value: entitlements[name], reason: reasons[name] },
  ]);
  const of = (name: 'vaults' | 'followers' | 'seats') => ({ used: used[name], limit: entitlements[name] });
  return {
    plan_id,
    status,
    rail: subscription?.rail ?? null,
    subscribed_plan_id: subscription?.plan_id ?? null,
    interval: subscription?.interval ?? null,
    ...timesOf(subscription),
    ...(grace_until === undefined ? {} : { grace_until }),
    ...(changes_at === undefined ? {} : { changes_at }),
    entitlements: Object.fromEntries(given) as EffectiveSubscription['entitlements'],
    usage: { vaults: of('vaults'), followers: of('followers'), seats: of('seats') },
  };
}

type Times = Pick<
  EffectiveSubscription,
  'period_start' | 'period_end' | 'renews_at' | 'cancel_at' | 'pending' | 'past_due_since'
>;

function timesOf(subscription: Subscription | undefined): Times {
  if (subscription === undefined) return {};
  const { rail, status, period_start, period_end, cancel_at, pending, past_due_since } = subscription;
  // By card it renews by itself; in bitcoin only who pays again goes on.
  const renews = rail === 'stripe' && (status === 'active' || status === 'trialing') && cancel_at === undefined;
  return {
    ...(period_start === undefined ? {} : { period_start }),
    ...(period_end === undefined ? {} : { period_end }),
    ...(renews && period_end !== undefined ? { renews_at: period_end } : {}),
    ...(cancel_at === undefined ? {} : { cancel_at }),
    ...(pending === undefined ? {} : { pending }),
    ...(past_due_since === undefined ? {} : { past_due_since }),
  };
}
