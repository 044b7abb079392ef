/** What a shard's dispatch leaves to be written about single followers, before the entry is finished. */
import { type Clock, timestamp } from '../../kit/clock.ts';
import type { Follower } from '../followers/follower.ts';
import type { Child } from './child.ts';
import type { Claim, Outcome } from './claim.ts';
import { identityOf } from './delivery.ts';
import { type At, atOf, type LineEntry } from './entry.ts';
import type { ClaimRow } from './plan.ts';
import type { Resent } from './resend.ts';
import { retryAt } from './retry.ts';

/** Who writes: only while the claim is still its owner's. */
export type Ownership = Pick<Claim, 'seq' | 'k' | 'owner' | 'lease_until'>;

export interface Aftermath {
  readonly delays: readonly number[];
  /**
   * Child's row and the follower's `lane_in` in one transaction; saying it again changes nothing. False when the claim is
   * not its owner's any more: then nothing was written.
   */
  readonly enterLane: (child: Child, claim: Ownership) => Promise<boolean>;
  /** Rings the lane; `again` when it may have been rung for this child before. */
  readonly ringLane: (child: Child, again: boolean) => Promise<void>;
  /**
   * A child that ended here and has to be found again: its row, the follower's list of unknowns, its dead letter; once.
   * False like `enterLane`.
   */
  readonly keep: (child: Child, claim: Ownership) => Promise<boolean>;
  /** The row of a child that was kept. */
  readonly kept: (follower: Follower, at: At) => Promise<Child | undefined>;
  /**
   * A cancel was answered: the unknown child that it took back is canceled, and unknown no more; once. False like
   * `enterLane`.
   */
  readonly takenBack: (follower: Follower, canceled: At, claim: Ownership, at: string) => Promise<boolean>;
  /** What became of a child that went out again; once, whatever was said of it meanwhile. False like `enterLane`. */
  readonly resent: (resent: Resent, claim: Ownership) => Promise<boolean>;
  /** Its endpoint answered: its unknown children ask their shard to go out again (SPEC 6.2). */
  readonly askAgain: (follower: Follower, cause: At, at: string) => Promise<void>;
  /** Puts a dead letter on the queue that alarms. */
  readonly deadLetter: (child: Child, why: string) => Promise<void>;
  /** The endpoint is slow, or gone. */
  readonly noteEndpoint: (follower: Follower, note: { slow?: true; stops?: true }) => Promise<void>;
}

interface Dispatched {
  readonly entry: LineEntry;
  readonly claim: Claim;
  readonly outcomes: readonly Outcome[];
  readonly byPlace: ReadonlyMap<number, Follower>;
  readonly again: boolean;
}
type Ports = { readonly clock: Clock; readonly aftermath: Aftermath };

/**
 * Failed and waiting children go to their followers' lanes: first the row with `lane_in`, then the ring. Repeated by
 * whoever takes the claim over; each write holds once, and for the claim's owner alone. False when the claim was lost: who
 * lost it stops, because its successor may have heard something else from the same endpoint.
 */
export async function afterDispatch(done: Dispatched, ports: Ports): Promise<boolean> {
  const rows = new Map(done.claim.rows.map((row) => [row.place, row]));
  // One after the other: each transaction checks the one claim, and two at once on one item reject each other on AWS.
  for (const outcome of done.outcomes) {
    const follower = done.byPlace.get(outcome.place);
    const row = rows.get(outcome.place);
    if (follower === undefined || row === undefined) continue;
    if (!(await writeOne(done, outcome, row, follower, ports))) return false;
  }
  return true;
}

async function writeOne(done: Dispatched, outcome: Outcome, row: ClaimRow, follower: Follower, ports: Ports): Promise<boolean> {
  const { aftermath } = ports;
  if (outcome.state === 'ack' && Object.keys(follower.unknown).length > 0)
    await aftermath.askAgain(follower, atOf(done.entry), timestamp(ports.clock()));
  if (outcome.slow !== undefined || outcome.stops !== undefined) await aftermath.noteEndpoint(follower, outcome);
  if (done.entry.kind === 'cancel' && outcome.state === 'ack' && row.inputs.was === 'unknown')
    return aftermath.takenBack(follower, { seq: done.entry.cancels.seq }, done.claim, timestamp(ports.clock()));
  const dead = outcome.state === 'dead_lettered';
  if (outcome.lane !== true && outcome.unknown !== true && !dead) return true;
  const child = childOf(done.entry, row, outcome, follower, ports);
  if (dead) await aftermath.deadLetter(child, outcome.error ?? outcome.code ?? '');
  if (outcome.lane !== true) return aftermath.keep(child, done.claim);
  const entered = await aftermath.enterLane(child, done.claim);
  if (entered) await aftermath.ringLane(child, done.again);
  return entered;
}

function childOf(
  entry: LineEntry,
  row: ClaimRow,
  outcome: Outcome,
  follower: Follower,
  ports: { clock: Clock; aftermath: Aftermath },
): Child {
  const now = ports.clock();
  const waits = outcome.attempts === 0;
  return {
    ...identityOf(entry, row, follower),
    state: outcome.state,
    ...(outcome.code === undefined ? {} : { code: outcome.code }),
    unknown: outcome.unknown === true,
    attempts: outcome.attempts,
    due_at: waits ? now : retryAt(now, outcome.attempts, outcome.retryAfterMs ?? 0, ports.aftermath.delays),
    row,
    ...(outcome.error === undefined ? {} : { last_error: outcome.error }),
    created_at: timestamp(now),
    updated_at: timestamp(now),
  };
}
