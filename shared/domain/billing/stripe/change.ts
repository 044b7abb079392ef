import { rankOf } from '../../entitlements/plans.ts';
import type { Subscription } from '../subscription.ts';
import type { Chosen } from './facts.ts';

export type ChangeKind = 'subscribe' | 'upgrade' | 'downgrade' | 'unschedule' | 'unchanged';

/**
 * What a wish comes to. A higher plan is an upgrade whatever its interval, and so is paying by the year for the same one: at once. Less,
 * or the same by the month instead of the year, comes at the end of what is paid. The present plan takes back a change that waits.
 */
export function changeKind(live: Subscription | undefined, to: Chosen): ChangeKind {
  if (live === undefined) return 'subscribe';
  if (samePlan(live, to)) return live.pending === undefined ? 'unchanged' : 'unschedule';
  if (live.pending !== undefined && samePlan(live.pending, to)) return 'unchanged';
  const [from, wanted] = [rankOf(live.plan_id), rankOf(to.plan_id)];
  if (wanted !== from) return wanted > from ? 'upgrade' : 'downgrade';
  return to.interval === 'year' ? 'upgrade' : 'downgrade';
}

export const samePlan = (a: Chosen, b: Chosen): boolean => a.plan_id === b.plan_id && a.interval === b.interval;
