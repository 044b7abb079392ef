/** The fold that runs again for a cancel (SPEC 6.1): from recorded inputs alone, with what was filled in the order's place. */
import { sign, zero } from '../../kit/decimal.ts';
import type { Follower } from '../followers/follower.ts';
import { flipIn } from '../overlays/counted.ts';
import type { Child } from './child.ts';
import type { Claim } from './claim.ts';
import { contribution } from './contribution.ts';
import type { CancelEntry, LineEntry, LogEntry } from './entry.ts';
import { type FoldedAgain, flipNames, isPlain, withoutFlips } from './flips.ts';
import { type Moved, positionsAgain } from './movement.ts';
import { type ClaimRow, levelsOf, movementOf, sizingInputs } from './plan.ts';
import { type CanceledChild, levelsAt, levelsFlat } from './retarget.ts';
import { fold, type Levels, type Movement } from './sizing.ts';
import { openStates } from './states.ts';

/** What a shard reads to fold a symbol again, from `from_seq` to the cancel. */
export interface Past {
  /** The symbol's entries of the vault's log, in sequence. */
  readonly log: readonly LogEntry[];
  /** The symbol's finished claims of this shard, in the order of its line. */
  readonly claims: readonly Claim[];
  /** Rows of their own of the canceled order's children, by place. */
  readonly children: ReadonlyMap<number, Child>;
  /** Of the flips that counted in the claims, those that this shard has reverted in the symbol. */
  readonly reverted: ReadonlySet<string>;
  /** How many reverts the shard had ended when that was read; absent where no flip counted. */
  readonly reverts?: number;
}

interface Step {
  readonly entry: LineEntry;
  readonly moved: Moved;
  readonly rows: ReadonlyMap<number, ClaimRow>;
}

function stepsOf(cancel: CancelEntry, past: Past): Step[] {
  const cancels = [...past.log.filter((e) => e.kind === 'cancel'), cancel];
  const positions = positionsAgain(past.log, cancels);
  const bySeq = new Map(past.log.map((e) => [e.seq, e]));
  return past.claims.flatMap((claim) => {
    const entry = claim.entry ?? bySeq.get(claim.seq);
    if (entry === undefined) return [];
    return [{ entry, moved: positionAt(positions, claim), rows: new Map(claim.rows.map((row) => [row.place, row])) }];
  });
}

/** The manager's move at an entry; for one of a single follower, its position since the symbol's last entry. */
function positionAt(positions: ReadonlyMap<number, Moved>, { seq, k }: Pick<Claim, 'seq' | 'k'>): Moved {
  const own = positions.get(seq);
  if (own !== undefined && k === undefined) return own;
  const last = Math.max(...[...positions.keys()].filter((s) => s <= seq));
  const position = positions.get(last)?.after ?? zero;
  return { before: position, after: position };
}

/** Every follower's levels after the fold ran again, by place; none for one that no entry of it concerned. */
export function levelsAgain(cancel: CancelEntry, past: Past): Map<number, FoldedAgain & { readonly joined: number }> {
  const found = new Map<number, FoldedAgain & { readonly joined: number }>();
  for (const step of stepsOf(cancel, past)) {
    for (const [place, row] of step.rows) {
      const known = found.get(place);
      // Who joined again counts from what its new joining began with.
      const before = known?.joined === row.joined ? known : beginning(row);
      found.set(place, { joined: row.joined, ...(row.fate === 'broken' ? before : steppedFlips(step, row, before)) });
    }
  }
  return found;
}

const beginning = (row: ClaimRow): FoldedAgain => ({ levels: levelsOf(row.before), flips: flipNames(row.inputs.flips) });

function steppedFlips({ entry, moved }: Step, row: ClaimRow, before: FoldedAgain): FoldedAgain {
  const movement = { ...movementOf(entry), ...moved };
  if (entry.kind !== 'order') return named(askedAgain(entry, row, before.levels, movement), before.flips);
  const { after, phase } = fold(before.levels, movement, sizingInputs(row.inputs));
  // A flip counts where an order increases: that it was on says nothing.
  const counted = phase === 'increase' || phase === 'cross' ? flipIn(row.inputs.overlays) : undefined;
  return named(after, counted === undefined ? before.flips : [...new Set([...before.flips, counted])]);
}

/** Plain levels have no names. */
const named = (levels: Levels, flips: readonly string[]): FoldedAgain => ({ levels, flips: isPlain(levels) ? [] : flips });

function askedAgain(entry: LineEntry, row: ClaimRow, before: Levels, movement: Movement): Levels {
  if (entry.kind === 'sync') return levelsAt(before, movement.after, movement, sizingInputs(row.inputs)).after;
  if (entry.kind === 'revert') return withoutFlips(before);
  return entry.kind === 'flatten' ? levelsFlat(before).after : before;
}

/** How the canceled order's child of a follower stands. */
export function canceledChild(cancel: CancelEntry, follower: Pick<Follower, 'place'>, past: Past): CanceledChild {
  const own = past.children.get(follower.place);
  if (own !== undefined) return standOf(own);
  const claim = past.claims.find((c) => c.seq === cancel.cancels.seq && c.k === undefined);
  const outcome = claim?.outcomes.find((o) => o.place === follower.place);
  return outcome?.state === 'ack' ? 'happened' : 'none';
}

/** How a child with a row of its own stands for its cancel. */
export function standOf(child: Child): CanceledChild {
  if (openStates.has(child.state)) return 'open';
  if (child.unknown) return 'unknown';
  return sign(contribution(child)) === 0 ? 'none' : 'happened';
}
