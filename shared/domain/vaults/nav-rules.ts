/** What holds of every reported NAV, of a vault or of a follower, over the API or from the bus. */
import { milliseconds, timestamp } from '../../kit/clock.ts';
import { decimal, format } from '../../kit/decimal.ts';
import { Refusal } from '../../kit/refusal.ts';
import type { NavBody, NavSnapshot } from './vault.ts';

/** How far a time may lie ahead of our clock. */
const futureToleranceMs = 5000;

/** A reported value as it is recorded; refused when it lies in the future. `now` in ms. */
export function navAt(body: NavBody, now: number): Pick<NavSnapshot, 'ts' | 'nav' | 'recorded_at'> {
  const at = milliseconds(body.ts);
  if (at > now + futureToleranceMs) {
    const errors = [{ pointer: '/ts', detail: 'lies more than 5 s in the future' }];
    throw new Refusal(422, 'nav_in_future', 'ts lies more than 5 s in the future.', { errors });
  }
  return { ts: timestamp(at), nav: format(decimal(body.nav)), recorded_at: timestamp(now) };
}

/** What stands there stays: another value of the same time is refused. */
export function requireSameNav({ ts, nav }: Pick<NavSnapshot, 'ts' | 'nav'>, stored: Pick<NavSnapshot, 'nav'>): void {
  if (stored.nav === nav) return;
  throw new Refusal(409, 'nav_recorded', `Another NAV is recorded for ${ts}.`, { extra: { nav: stored.nav } });
}
