import { Refusal } from '../../kit/refusal.ts';
import type { Child } from './child.ts';
import type { Claim } from './claim.ts';
import { openStates } from './states.ts';

/** What is known of the cancel of a child's order, for one follower: the claim of its shard and its own row. */
export interface CancelOf {
  readonly claim: Claim | undefined;
  readonly child: Child | undefined;
  readonly place: number;
}

/**
 * Whether a cancel has taken a child back: what is reported of that child then moves told no more, because the cancel's answer
 * said where the follower stands. Refused while nobody can say yet: the cancel is being worked off, or is itself unknown.
 */
export function takenBack({ claim, child, place }: CancelOf): boolean {
  if (claim?.state !== 'done') throw stillCanceling();
  const row = claim.rows.find((r) => r.place === place);
  const outcome = claim.outcomes.find((o) => o.place === place);
  if (row?.inputs.was === undefined || outcome === undefined) return false;
  const { state, unknown } = child ?? outcome;
  if (openStates.has(state)) throw stillCanceling();
  if (unknown === true)
    throw new Refusal(409, 'cancel_unknown', 'Nobody knows whether its cancel happened: settle the cancel first.');
  return state === 'ack' || state === 'partially_filled' || state === 'confirmed';
}

const stillCanceling = (): Refusal =>
  new Refusal(409, 'cancel_in_progress', 'The order is being canceled for this follower: say it again in a moment.', {
    passing: true,
  });
