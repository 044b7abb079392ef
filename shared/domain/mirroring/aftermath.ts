/** What a shard's dispatch leaves to be written about single followers, before the entry is finished. */
import { type Clock, timestamp } from '../../kit/clock.ts';
import type { Follower } from '../followers/follower.ts';
import type { Child } from './child.ts';
import type { Claim, Outcome } from './claim.ts';
import { identityOf } from './delivery.ts';
import type { At, LineEntry } from './entry.ts';
import { atPlaces } from './places.ts';
import type { ClaimRow } from './plan.ts';
import type { Resent } from './resend.ts';
import { retryAt } from './retry.ts';

/** Who writes: only while the claim is still its owner's. */
export type Ownership = Pick<Claim, 'seq' | 'k' | 'owner' | 'lease_until'>;

export interface Aftermath {
  readonly delays: readonly number[];
  /**
   * Children's rows and their followers' `lane_in`, many in one transaction with the claim; saying it again changes nothing.
   * False when the claim is not its owner's any more: then no more was written.
   */
  readonly enterLanes: (children: readonly Child[], claim: Ownership) => Promise<boolean>;
  /** Rings the lanes; `again` when they may have been rung for these children before. */
  readonly ringLanes: (children: readonly Child[], again: boolean) => Promise<void>;
  /**
   * Children that ended here and have to be found again: their rows, the followers' lists of unknowns, dead letters; once.
   * False like `enterLanes`.
   */
  readonly keep: (children: readonly Child[], claim: Ownership) => Promise<boolean>;
  /** The row of a child that was kept. */
  readonly kept: (follower: Follower, at: At) => Promise<Child | undefined>;
  /**
   * A cancel was answered: the unknown child that it took back is canceled, and unknown no more; once. False like
   * `enterLanes`.
   */
  readonly takenBack: (follower: Follower, canceled: At, claim: Ownership, at: string) => Promise<boolean>;
  /** What became of a child that went out again; once, whatever was said of it meanwhile. False like `enterLanes`. */
  readonly resent: (resent: Resent, claim: Ownership) => Promise<boolean>;
  /** Its endpoint answered: its unknown children ask their shard to go out again (SPEC 6.2). */
  readonly askAgain: (follower: Follower, at: string) => Promise<void>;
  /** Puts a dead letter on the queue that alarms. */
  readonly deadLetter: (child: Child, why: string) => Promise<void>;
  /** The endpoint is slow, or gone. */
  readonly noteEndpoint: (follower: Follower, note: { slow?: true; stops?: true }) => Promise<void>;
}

interface Dispatched {
  readonly entry: LineEntry;
  readonly claim: Claim;
  readonly outcomes: readonly Outcome[];
  readonly byPlace: readonly (Follower | undefined)[];
  readonly again: boolean;
}
type Ports = { readonly clock: Clock; readonly aftermath: Aftermath };

interface Written {
  readonly outcome: Outcome;
  readonly row: ClaimRow;
  readonly follower: Follower;
}

/**
 * Failed and waiting children go to their followers' lanes: first the rows with `lane_in`, then the rings. Repeated by
 * whoever takes the claim over; each write holds once, and for the claim's owner alone. False when the claim was lost: who
 * lost it stops, because its successor may have heard something else from the same endpoint.
 */
export async function afterDispatch(done: Dispatched, ports: Ports): Promise<boolean> {
  const { aftermath } = ports;
  const rows = atPlaces(done.claim.rows);
  const all = done.outcomes.flatMap((outcome): Written[] => {
    const follower = done.byPlace[outcome.place];
    const row = rows[outcome.place];
    return follower === undefined || row === undefined ? [] : [{ outcome, row, follower }];
  });
  await Promise.all(all.map((written) => notes(written, ports)));
  if (!(await takeBack(done, all, ports))) return false;
  const children = all
    .filter(({ outcome }) => outcome.lane === true || outcome.unknown === true || outcome.state === 'dead_lettered')
    .map((written) => ({ child: childOf(done.entry, written, ports), written }));
  const kept = children.filter(({ written }) => written.outcome.lane !== true).map(({ child }) => child);
  const waiting = children.filter(({ written }) => written.outcome.lane === true).map(({ child }) => child);
  const dead = kept.filter(({ state }) => state === 'dead_lettered');
  await Promise.all(dead.map((child) => aftermath.deadLetter(child, child.last_error ?? child.code ?? '')));
  if (kept.length > 0 && !(await aftermath.keep(kept, done.claim))) return false;
  if (waiting.length === 0) return true;
  if (!(await aftermath.enterLanes(waiting, done.claim))) return false;
  await aftermath.ringLanes(waiting, done.again);
  return true;
}

/** What an answer says of an endpoint: that it is slow, gone, or there again for what is unknown. */
async function notes({ outcome, follower }: Written, { clock, aftermath }: Ports): Promise<void> {
  if (outcome.slow !== undefined || outcome.stops !== undefined) await aftermath.noteEndpoint(follower, outcome);
  if (outcome.state !== 'ack' || Object.keys(follower.unknown).length === 0) return;
  await aftermath.askAgain(follower, timestamp(clock()));
}

/** Unknown children that an acknowledged cancel took back; one after the other, each checks the one claim. */
async function takeBack({ entry, claim }: Dispatched, all: readonly Written[], ports: Ports): Promise<boolean> {
  if (entry.kind !== 'cancel') return true;
  for (const { outcome, row, follower } of all) {
    if (outcome.state !== 'ack' || row.inputs.was !== 'unknown') continue;
    const at = timestamp(ports.clock());
    if (!(await ports.aftermath.takenBack(follower, { seq: entry.cancels.seq }, claim, at))) return false;
  }
  return true;
}

function childOf(entry: LineEntry, { outcome, row, follower }: Written, ports: Ports): Child {
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
