import { format } from '../../kit/decimal.ts';
import { Refusal } from '../../kit/refusal.ts';
import type { Follower } from '../followers/follower.ts';
import type { Claim } from './claim.ts';
import type { LogEntry } from './entry.ts';
import type { OrderEntry } from './order.ts';
import { inputsOf, type Ledger, movementOf, type StoredLevels, size, standing, withNav } from './plan.ts';
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
export async function levelsBefore(entry: OrderEntry, follower: Follower, ports: PreviewPorts): Promise<StoredLevels> {
  const claim = await ports.claim(entry.seq);
  const recorded = claim?.rows.find((row) => row.place === follower.place);
  if (recorded !== undefined) return recorded.before;
  const ledger = await ports.ledger(entry.order.symbol);
  let levels: Levels = standing(follower, entry.order.symbol, ledger.rows.get(follower.place));
  for (let seq = Math.max(await ports.cursor(), follower.joined_seq) + 1; seq < entry.seq; seq += 1) {
    const between = await ports.entry(seq);
    if (between === undefined || between.order.symbol !== entry.order.symbol) continue;
    if (between.kind === 'cancel') throw stillCanceling();
    const inputs = withNav(inputsOf(follower, entry.order.symbol, levels.told), follower, between.pinned);
    const sized = size(levels, movementOf(between), inputs);
    levels = { ...sized.after, told: sized.after.want };
  }
  const { baseline, target, base_want, want, told } = levels;
  return {
    baseline: format(baseline),
    target: format(target),
    base_want: format(base_want),
    want: format(want),
    told: format(told),
  };
}

/** A cancel folds again from what each follower had recorded: until its shard has come to it nobody knows the levels. */
const stillCanceling = (): Refusal =>
  new Refusal(409, 'expansion_in_progress', 'A cancel before this order is still being worked off: ask again in a moment.', {
    passing: true,
  });
