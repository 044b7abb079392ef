import { Refusal } from '../../kit/refusal.ts';
import type { Follower } from '../followers/follower.ts';
import { type Counted, countedFor } from '../overlays/counted.ts';
import type { Claim } from './claim.ts';
import type { LogEntry } from './entry.ts';
import type { OrderEntry } from './order.ts';
import { inputsOf, type Ledger, movementOf, type StoredLevels, size, standing, storeLevels } from './plan.ts';
import { withNav, withOverlays } from './sized-by.ts';
import type { Levels } from './sizing.ts';

export interface PreviewPorts {
  readonly claim: (seq: number) => Promise<Claim | undefined>;
  readonly ledger: (symbol: string) => Promise<Ledger>;
  readonly entry: (seq: number) => Promise<LogEntry | undefined>;
  /** The shard's last finished entry: all up to it is in the ledger. */
  readonly cursor: () => Promise<number>;
}

/**
 * The levels that an order meets: as its claim recorded them, or, before it is claimed, the ledger's with the entries
 * between folded in (their children counted as told).
 */
export async function levelsBefore(entry: OrderEntry, follower: Follower, ports: PreviewPorts): Promise<Met> {
  const claim = await ports.claim(entry.seq);
  const recorded = claim?.rows.find((row) => row.place === follower.place);
  if (recorded !== undefined) return met(recorded.before, recorded.inputs.overlays);
  const ledger = await ports.ledger(entry.order.symbol);
  let levels: Levels = standing(follower, entry.order.symbol, ledger.rows.get(follower.place));
  for (let seq = Math.max(await ports.cursor(), follower.joined_seq) + 1; seq < entry.seq; seq += 1) {
    const between = await ports.entry(seq);
    if (between === undefined || between.order.symbol !== entry.order.symbol) continue;
    if (between.kind === 'cancel') throw stillCanceling();
    const own = withNav(inputsOf(follower, entry.order.symbol, levels.told), follower, between.pinned);
    const inputs = withOverlays(own, countedFor(follower, between));
    const sized = size(levels, movementOf(between), inputs);
    levels = { ...sized.after, told: sized.after.want };
  }
  return met(storeLevels(levels), countedFor(follower, entry));
}

/** What an order meets: the levels before it, and the overlays that count for the follower. */
export interface Met {
  readonly before: StoredLevels;
  readonly overlays?: readonly Counted[];
}
const met = (before: StoredLevels, overlays: readonly Counted[] | undefined): Met => ({
  before,
  ...(overlays === undefined ? {} : { overlays }),
});

/** A cancel folds again from what each follower had recorded: until its shard has come to it nobody knows the levels. */
const stillCanceling = (): Refusal =>
  new Refusal(409, 'expansion_in_progress', 'A cancel before this order is still being worked off: ask again in a moment.', {
    passing: true,
  });
