import { timestamp } from '../../../kit/clock.ts';
import { timeOf } from '../../../kit/ids.ts';
import { Refusal } from '../../../kit/refusal.ts';
import { planOf } from '../../entitlements/plans.ts';
import { isLive } from '../live.ts';
import { currency, dollars } from '../money.ts';
import type { Asking, Wanted } from '../rail.ts';
import type { ChangePreview } from '../routes.ts';
import { prorationMsOf } from './act.ts';
import { changeKind } from './change.ts';
import type { StripePorts } from './ports.ts';
import { fromStripe } from './state.ts';

/** What a change would come to now, by Stripe's own reckoning. Reads only. */
export async function previewChange(
  asking: Asking,
  wanted: Wanted,
  { store, stripe, clock }: StripePorts,
): Promise<ChangePreview> {
  const { tenantId, seed } = asking;
  const { plan_id, interval } = wanted;
  const [account, before] = [await store.account(tenantId), await store.subscription(tenantId)];
  const about = { rail: 'stripe', plan_id, interval, currency, effective_at: timestamp(timeOf(seed)) } as const;
  const price = dollars(planOf(plan_id).priceCents[interval]);
  if (account === undefined) return { ...about, kind: 'subscribe', amount_due: price };
  const facts = await stripe.facts(account.customer_id);
  const { subscription, fact } = fromStripe(facts, { tenantId, before, nowMs: clock() });
  if (!isLive(subscription ?? before, clock())) return { ...about, kind: 'subscribe', amount_due: price };
  if (subscription === undefined || fact === undefined)
    throw new Refusal(409, 'other_rail', 'The tenant pays in another way: end that first.');
  const kind = changeKind(subscription, wanted);
  if (kind === 'downgrade')
    return { ...about, kind, amount_due: '0', effective_at: subscription.period_end ?? about.effective_at };
  if (kind !== 'upgrade') return { ...about, kind, amount_due: '0' };
  const prorationMs = prorationMsOf(wanted, seed, fact);
  const cents = await stripe.preview(account.customer_id, { fact, to: wanted, prorationMs });
  return { ...about, kind, amount_due: dollars(cents), proration_date: timestamp(prorationMs) };
}
