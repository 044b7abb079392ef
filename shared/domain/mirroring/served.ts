import { Refusal } from '../../kit/refusal.ts';
import type { Follower } from '../followers/follower.ts';
import type { Child } from './child.ts';
import type { Claim } from './claim.ts';
import { identityOf } from './delivery.ts';
import type { LineEntry } from './entry.ts';
import type { ClaimRow } from './plan.ts';

/**
 * The row that a child would have had its shard not served it to the end: what a first report starts from. Refused while
 * the entry is still being worked off, and for a child that was never sent.
 */
export function servedChild(entry: LineEntry, claim: Claim, row: ClaimRow, follower: Follower): Child {
  const outcome = claim.outcomes.find((o) => o.place === row.place);
  if (outcome === undefined || outcome.attempts === 0 || outcome.lane === true) {
    throw new Refusal(409, 'not_attempted', 'This child was not sent, or is still being sent: there is nothing to report yet.');
  }
  return {
    ...identityOf(entry, row, follower),
    state: outcome.state,
    unknown: outcome.unknown === true,
    attempts: outcome.attempts,
    due_at: 0,
    row,
    created_at: claim.claimed_at,
    updated_at: claim.finished_at ?? claim.claimed_at,
  };
}
