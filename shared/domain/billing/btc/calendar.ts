import type { Interval } from '../../entitlements/plans.ts';

const monthsOf: Readonly<Record<Interval, number>> = { month: 1, year: 12 };
const lastDayOf = (year: number, month: number): number => new Date(Date.UTC(year, month + 1, 0)).getUTCDate();

/** The day of the month that periods are counted from: that on which the first of them began. */
export const anchorOf = (startMs: number): number => new Date(startMs).getUTCDate();

/**
 * Where a period ends that starts then: calendar months later, at the same time of day (UTC), on the anchor's day; in a month that
 * has no such day on its last one, and in the next month on the anchor's day again. 31 January, 28 February, 31 March.
 */
export function periodEnd(startMs: number, interval: Interval, anchorDay: number): number {
  const start = new Date(startMs);
  const months = start.getUTCMonth() + monthsOf[interval];
  const year = start.getUTCFullYear() + Math.floor(months / 12);
  const month = months % 12;
  const day = Math.min(anchorDay, lastDayOf(year, month));
  return Date.UTC(year, month, day) + (startMs - Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()));
}
