/** What of the moment enters a size beside a follower's settings: NAV snapshots, and overlays. */
import type { Follower } from '../followers/follower.ts';
import type { Counted } from '../overlays/counted.ts';
import type { Pinned } from './order.ts';
import type { RecordedInputs } from './plan.ts';

/** The NAV snapshots of a follower and of its manager that a size is scaled by, and of when they are. */
export interface NavUsed {
  readonly follower: string;
  readonly follower_ts: string;
  readonly manager: string;
  readonly manager_ts: string;
}

/** Who is sized by NAV is so by the manager's snapshot that was pinned for the entry, and its own latest. */
export function withNav(inputs: RecordedInputs, { nav: own }: Pick<Follower, 'nav'>, pinned: Pinned): RecordedInputs {
  const { nav: manager, nav_ts: manager_ts } = pinned;
  if (inputs.basis !== 'nav' || own === undefined || manager === undefined || manager_ts === undefined) return inputs;
  return { ...inputs, nav: { follower: own.nav, follower_ts: own.ts, manager, manager_ts } };
}

/** The inputs with what counts of overlays, and which flips stood in the levels: as a rule nothing. */
export function withOverlays(inputs: RecordedInputs, overlays: readonly Counted[] | undefined, flips?: string): RecordedInputs {
  if (overlays === undefined && flips === undefined) return inputs;
  return { ...inputs, ...(overlays === undefined ? {} : { overlays }), ...(flips === undefined ? {} : { flips }) };
}
