/** The store of one shard's line: what its worker reads and writes. */
import type { Follower } from '../followers/follower.ts';
import type { Switched } from '../vaults/status.ts';
import type { Past } from './again.ts';
import type { Asked } from './asks.ts';
import type { Claim, Counts, Outcome, ShardKey } from './claim.ts';
import type { Again, Ask, AskEntry, At, CancelEntry, LogEntry } from './entry.ts';
import type { Ledger } from './plan.ts';

/** The followers of a shard. */
export interface Roster {
  readonly roster: readonly Follower[];
  /** What is asked for single followers, by cause. */
  readonly asks: readonly Ask[];
}
export interface ShardView extends Roster {
  /** The newest claim or result: the shard's cursor. */
  readonly last: Claim;
}

/** The vault as its shards need it; `canceled_to` is the highest sequence number of a canceled order. */
export type VaultNow = Switched & { readonly seq: number; readonly canceled_to?: number };

export interface Finish {
  readonly claim: Claim;
  readonly outcomes: readonly Outcome[];
  readonly counts: Counts;
  readonly ledgerLineBefore: number;
  readonly ledger: Ledger;
  readonly finished_at: string;
}

/** Every write is conditional; `false` means that somebody else was there first. */
export interface ShardStore {
  readonly last: (key: ShardKey) => Promise<Claim>;
  /** To be read after the cursor: before it, followers could lack what the last entry wrote of them, as a lane that they are in. */
  readonly roster: (key: ShardKey) => Promise<Roster>;
  /** The cursor, and after it the followers. */
  readonly load: (key: ShardKey) => Promise<ShardView>;
  readonly entry: (key: ShardKey, seq: number) => Promise<LogEntry | undefined>;
  readonly vault: (key: ShardKey) => Promise<VaultNow>;
  /** The ledger of a symbol, and the vault with its switches, in one read. */
  readonly inputs: (key: ShardKey, symbol: string) => Promise<{ readonly ledger: Ledger; readonly vault: VaultNow }>;
  readonly isCanceled: (key: ShardKey, seq: number) => Promise<boolean>;
  /** What a cancel folds again. */
  readonly past: (key: ShardKey, cancel: CancelEntry, roster: readonly Follower[]) => Promise<Past>;
  /** What an ask still has to do. */
  readonly asked: (key: ShardKey, ask: Ask) => Promise<Asked>;
  /** The child that a resend sends again, with its entry; undefined when there is nothing to send, or it was done. */
  readonly toResend: (key: ShardKey, ask: Ask) => Promise<Again | undefined>;
  /**
   * Puts the claim if nothing stands there, and nothing came into the line since `after` was its end; with `reverts`, if no revert of
   * the shard has ended since there were so many.
   */
  readonly claim: (key: ShardKey, claim: Claim, after: At, reverts?: number) => Promise<boolean>;
  /** As `claim`, for one symbol of an ask that has not ended, which is then done for that symbol for ever. */
  readonly claimAsk: (key: ShardKey, claim: Claim & { readonly entry: AskEntry }) => Promise<boolean>;
  /**
   * The ask is done in all symbols: its row goes, what it was stays; one who was leaving has left. It ends only while the line
   * ends with `after`: else it is looked at again.
   */
  readonly endAsk: (key: ShardKey, ask: Ask, at: string, after: At) => Promise<void>;
  /** Changes the owner of an unfinished claim; holds only while it is as read. */
  readonly takeOver: (key: ShardKey, claim: Claim, next: { owner: string; lease_until: number }) => Promise<boolean>;
  /** Ledger and result in one transaction, for the owner of the claim alone. */
  readonly finish: (key: ShardKey, finish: Finish) => Promise<boolean>;
  readonly mark: (key: ShardKey, entry: Pick<LogEntry, 'seq' | 'pinned'>) => Promise<void>;
}
