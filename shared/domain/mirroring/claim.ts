import type { AskEntry } from './entry.ts';
import type { ClaimRow } from './plan.ts';
import type { ChildState } from './states.ts';

export interface ShardKey {
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly shard: number;
}

/** What became of one child, as its shard's worker saw it. */
export interface Outcome {
  readonly place: number;
  readonly state: ChildState;
  readonly code?: string;
  readonly attempts: number;
  readonly error?: string;
  /** True when nobody knows whether it happened (SPEC 6.2). */
  readonly unknown?: true;
  /** True when the child went on to the retry lane: its own row is the truth from then on. */
  readonly lane?: true;
  /** The endpoint took too long: from the next entry on it is served through its lane. */
  readonly slow?: true;
  /** The endpoint is gone (410): the follower stops. */
  readonly stops?: true;
  /** What the endpoint asked us to wait. */
  readonly retryAfterMs?: number;
}

/** Children by state; `lane` counts those whose state is told by their own rows, `unknown` those nobody knows of. */
export type Counts = Readonly<Partial<Record<ChildState | 'lane' | 'unknown', number>>>;

/**
 * The record of one entry in one shard: first the claim, which is the intent with the whole plan inside, then the
 * result. `opened` marks where a shard began: it has no rows and is done.
 */
export interface Claim {
  readonly seq: number;
  /** Stands for `seq.k` in the shard's line; absent for the vault's own entries. */
  readonly k?: number;
  /** What is not in the vault's log: the entry of a single follower itself. */
  readonly entry?: AskEntry;
  readonly symbol: string;
  readonly manager_order_id?: string;
  readonly state: 'claimed' | 'done';
  readonly owner: string;
  /** Until then (ms) the claim is its owner's. */
  readonly lease_until: number;
  /** It was taken over: an owner before this one may have sent what it says. */
  readonly taken?: true;
  readonly accepted_at: string;
  readonly claimed_at: string;
  readonly finished_at?: string;
  readonly rows: readonly ClaimRow[];
  readonly outcomes: readonly Outcome[];
}

export function countsOf(outcomes: readonly Outcome[]): Counts {
  const counts: Partial<Record<keyof Counts, number>> = {};
  for (const { state, lane, unknown } of outcomes) {
    const name = lane === true ? 'lane' : state;
    counts[name] = (counts[name] ?? 0) + 1;
    if (unknown === true && lane !== true) counts.unknown = (counts.unknown ?? 0) + 1;
  }
  return counts;
}
