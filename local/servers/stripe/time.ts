import type { Price } from './wire.ts';

export const day = 86_400;

type Interval = Pick<NonNullable<Price['recurring']>, 'interval' | 'interval_count'>;

/**
 * The moment `count` intervals after the anchor. Months are calendar months in UTC: an anchor on the 31st bills on the
 * last day of shorter months and on the 31st again after them.
 */
export function after(anchor: number, { interval, interval_count }: Interval, count: number): number {
  const steps = count * interval_count;
  if (interval === 'day') return anchor + steps * day;
  if (interval === 'week') return anchor + steps * 7 * day;
  const at = new Date(anchor * 1000);
  const month = at.getUTCMonth() + steps * (interval === 'year' ? 12 : 1);
  const lastDay = new Date(Date.UTC(at.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const date = Math.min(at.getUTCDate(), lastDay);
  const moved = Date.UTC(at.getUTCFullYear(), month, date, at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds());
  return moved / 1000;
}

/** The end of the period that begins at `start`, of a cycle with this anchor. */
export function periodEnd(anchor: number, interval: Interval, start: number): number {
  let count = 1;
  while (after(anchor, interval, count) <= start) count += 1;
  return after(anchor, interval, count);
}

/** `25 Nov 2026`, as Stripe's line descriptions have it. */
export function dayText(at: number): string {
  return new Date(at * 1000).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
}

/** `$49.00`. */
export function moneyText(cents: number, currency: string): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(cents / 100);
}
