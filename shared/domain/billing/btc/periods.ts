import { milliseconds } from '../../../kit/clock.ts';
import { type Interval, type PlanId, planOf, rankOf } from '../../entitlements/plans.ts';
import { anchorOf, periodEnd } from './calendar.ts';

/** How long a plan outlives its period (SPEC 5). */
export const graceMs = 7 * 86_400_000;

/**
 * What one paid invoice gives. Grants are kept in the order in which they were given; one that was taken back stays, with when.
 * Everything that a tenant has paid in bitcoin follows from this list.
 */
export interface Grant {
  readonly invoice_id: string;
  /** `start` and `renewal` give a period, `upgrade` raises the plan of what is paid already. */
  readonly purpose: Purpose;
  readonly plan_id: PlanId;
  readonly interval: Interval;
  /** When it was given, in whole seconds. */
  readonly at: string;
  /** Of an upgrade: the end of what was paid when its price was made. */
  readonly until?: string;
  readonly taken_back_at?: string;
}
export type Purpose = 'start' | 'renewal' | 'upgrade';

/** A paid stretch of time under one plan, from `from` to `end`; an upgrade cuts a period into two of them. */
export interface Stretch {
  readonly invoice_id: string;
  readonly plan_id: PlanId;
  readonly interval: Interval;
  readonly from: number;
  readonly end: number;
  /** When the whole period began that it is a part of: its price is for that. */
  readonly period: number;
  readonly anchor: number;
}

/** What is paid, stretch after stretch, in time order and without overlaps. */
export function paidStretches(grants: readonly Grant[]): readonly Stretch[] {
  let stretches: readonly Stretch[] = [];
  for (const grant of grants) {
    if (grant.taken_back_at !== undefined) continue;
    stretches = grant.purpose === 'upgrade' ? raised(stretches, grant) : extended(stretches, grant);
  }
  return stretches;
}

/**
 * A period begins when the paid one before it ends, or now. A renewal in the grace begins where that ended, too: the plan was there all
 * the time. Later there was none, and it begins now.
 */
function extended(stretches: readonly Stretch[], { invoice_id, purpose, plan_id, interval, at }: Grant): readonly Stretch[] {
  const now = milliseconds(at);
  const last = stretches.at(-1);
  const patience = purpose === 'renewal' ? graceMs : 0;
  const follows = last !== undefined && now < last.end + patience;
  const from = follows ? last.end : now;
  const anchor = follows ? last.anchor : anchorOf(from);
  const end = periodEnd(from, interval, anchor);
  return [...stretches, { invoice_id, plan_id, interval, from, end, period: from, anchor }];
}

function raised(stretches: readonly Stretch[], { plan_id, at, until }: Grant): readonly Stretch[] {
  const start = milliseconds(at);
  const stop = until === undefined ? start : milliseconds(until);
  return stretches.flatMap((stretch) => {
    const touched = stretch.from < stop && stretch.end > start && rankOf(stretch.plan_id) < rankOf(plan_id);
    if (!touched) return [stretch];
    if (stretch.from >= start) return [{ ...stretch, plan_id }];
    return [
      { ...stretch, end: start },
      { ...stretch, from: start, plan_id },
    ];
  });
}

/** The stretch that a moment is in; past the last one, the last one. */
export const stretchAt = (stretches: readonly Stretch[], now: number): Stretch | undefined =>
  stretches.findLast(({ from }) => from <= now) ?? stretches[0];

/** When the last of what is paid ends. */
export const paidUntil = (stretches: readonly Stretch[]): number | undefined => stretches.at(-1)?.end;

/** From the stretch of a moment on, how long its plan and interval go on without a gap. */
export function samePlanUntil(stretches: readonly Stretch[], current: Stretch): number {
  let { end } = current;
  for (const next of stretches)
    if (next.from === end && next.plan_id === current.plan_id && next.interval === current.interval) end = next.end;
  return end;
}

const secondsOf = (ms: number): bigint => BigInt(Math.floor(ms / 1000));

/**
 * What a higher plan costs for the rest of what is paid, in cents: for each stretch the difference of the two prices, times the seconds
 * that are left of it, over the seconds of its whole period; each rounded up to a cent. It is exact: whole numbers all the way.
 */
export function differenceCents(stretches: readonly Stretch[], planId: PlanId, now: number): number {
  return stretches.reduce((cents, stretch) => cents + restOf(stretch, planId, now), 0);
}

function restOf({ plan_id, interval, from, end, period, anchor }: Stretch, planId: PlanId, now: number): number {
  const difference = planOf(planId).priceCents[interval] - planOf(plan_id).priceCents[interval];
  const left = secondsOf(end) - secondsOf(Math.max(now, from));
  if (difference <= 0 || left <= 0n) return 0;
  const whole = secondsOf(periodEnd(period, interval, anchor)) - secondsOf(period);
  return Number((BigInt(difference) * left + whole - 1n) / whole);
}
