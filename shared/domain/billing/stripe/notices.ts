import { milliseconds } from '../../../kit/clock.ts';
import { id, ulidFromCause } from '../../../kit/ids.ts';
import { isGood } from '../live.ts';
import type { Notice, NoticeKind } from '../notice.ts';
import type { Subscription } from '../subscription.ts';

/** Of seven days' grace: its end is told two days ahead. */
export const graceWarningMs = 5 * 86_400_000;

const factsOf = ({ plan_id, interval, rail, period_end }: Subscription): Record<string, string> => ({
  plan_id,
  interval,
  rail,
  ...(period_end === undefined ? {} : { period_end }),
});

/** What the owners are told when the record changes. Each follows from the two records alone: told twice is told once. */
export function noticesOf(before: Subscription | undefined, next: Subscription): Notice[] {
  const was = before !== undefined && before.rail !== 'granted' && isGood(before.status);
  const is = isGood(next.status);
  const told: NoticeKind[] = [];
  if (is && !was) told.push('plan_active');
  if (is && was && !samePlan(before, next)) told.push('plan_changed');
  if (next.pending !== undefined && !same(before?.pending, next.pending)) told.push('downgrade_scheduled');
  if (next.cancel_at !== undefined && before?.cancel_at === undefined) told.push('cancel_scheduled');
  if (is && was && next.cancel_at === undefined && before.cancel_at !== undefined) told.push('resumed');
  if (next.past_due_since !== undefined && before?.past_due_since !== next.past_due_since) told.push('payment_failed');
  if (lost(next) && before !== undefined && before.rail === 'stripe' && !lost(before)) told.push('plan_lost');
  return told.map((kind) => noticeOf(kind, next));
}

const lost = ({ status }: Subscription): boolean => ['canceled', 'unpaid', 'incomplete_expired', 'paused'].includes(status);
const samePlan = (a: Subscription, b: Subscription): boolean => a.plan_id === b.plan_id && a.interval === b.interval;
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function noticeOf(kind: NoticeKind, next: Subscription): Notice {
  const { tenant_id, updated_at, pending, cancel_at, past_due_since } = next;
  return notice(kind, {
    tenantId: tenant_id,
    at: updated_at,
    cause: `subscription#${next.ver}`,
    facts: {
      ...factsOf(next),
      ...(pending === undefined
        ? {}
        : { next_plan_id: pending.plan_id, next_interval: pending.interval, effective_at: pending.at }),
      ...(cancel_at === undefined ? {} : { cancel_at }),
      ...(past_due_since === undefined ? {} : { past_due_since }),
    },
  });
}

/** A notice with the id that follows from its cause. */
export function notice(
  kind: NoticeKind,
  { tenantId, at, cause, facts }: { tenantId: string; at: string; cause: string; facts: Readonly<Record<string, string>> },
): Notice {
  const notice_id = id('evt', ulidFromCause(milliseconds(at), `notice#${tenantId}#${kind}#${cause}`));
  return { tenant_id: tenantId, notice_id, kind, at, facts };
}
