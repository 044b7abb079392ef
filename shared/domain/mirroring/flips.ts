/**
 * What flips leave in a follower's levels, and taking it back (SPEC 6.3). A ledger's row names the flips that counted since its
 * levels were last plain: a flip's revert concerns the rows that name it, and no others.
 */
import { type Decimal, subtract, zero } from '../../kit/decimal.ts';
import type { Follower } from '../followers/follower.ts';
import { flipIn } from '../overlays/counted.ts';
import type { Asked } from './asks.ts';
import type { Ask, LineEntry } from './entry.ts';
import type { ClaimRow, LedgerRow, StoredLevels } from './plan.ts';
import {
  belowMinimum,
  type Folded,
  type Levels,
  type Movement,
  type Quantity,
  type Restriction,
  reason,
  towardZero,
} from './sizing.ts';

/** True where flips have left nothing: of levels as numbers, or as they are stored. */
export const isPlain = (l: Levels | StoredLevels): boolean => l.baseline === l.target && l.base_want === l.want;

/** The flips of a ledger's row, one by one. */
export const flipNames = (flips: string | undefined): string[] => (flips === undefined ? [] : flips.split(' '));

/** The flips that stand in a follower's levels of its present joining. */
export const flipsOf = ({ joined_seq }: Pick<Follower, 'joined_seq'>, row: LedgerRow | undefined): string | undefined =>
  row?.joined === joined_seq ? row.flips : undefined;

/** Which flips stand in a row's levels after an entry: none where they are plain. */
export function flipsAfter(entry: LineEntry, row: ClaimRow): string | undefined {
  const { inputs, phase } = row;
  if (isPlain(row.after)) return undefined;
  if (entry.kind === 'cancel') return inputs.stands;
  const counted = phase === 'increase' || phase === 'cross' ? flipIn(inputs.overlays) : undefined;
  return counted === undefined ? inputs.flips : [...new Set([...flipNames(inputs.flips), counted])].join(' ');
}

export const revertCause = (overlayId: string): string => `revert/${overlayId}`;

/** True when a flip counted for this follower, and its levels have not been plain since. */
export const isTouched = (
  overlayId: string | undefined,
  follower: Pick<Follower, 'joined_seq'>,
  row: LedgerRow | undefined,
): boolean => overlayId !== undefined && flipNames(flipsOf(follower, row)).includes(overlayId);

/** The next symbol in which a flip has something to give back, in the order of their names; undefined when all are done. */
export function nextTouched(ask: Ask, roster: readonly Follower[], asked: Asked): string | undefined {
  if (asked.ended) return undefined;
  const touched = asked.ledgers.filter((ledger) =>
    roster.some((follower) => isTouched(ask.overlay_id, follower, ledger.rows.get(follower.place))),
  );
  return touched
    .map(({ symbol }) => symbol)
    .sort()
    .find((symbol) => !asked.done.has(symbol));
}

/** Without what flips added: the target is the baseline again. */
export const withoutFlips = ({ baseline, base_want, told }: Levels): Levels => ({
  baseline,
  target: baseline,
  base_want,
  want: base_want,
  told,
});

/** Its target goes back to the baseline. */
export function levelsReverted(overlayId: string | undefined, before: Levels): Omit<Folded, 'phase'> {
  const after = withoutFlips(before);
  const reasons = before.want === after.want ? [] : [reason(revertCause(overlayId ?? ''), before.want, after.want)];
  return { after, reasons };
}

/** base_want - told, as far as that takes something back: a revert never raises |told|, and never crosses zero. */
export function revertQuantity(after: Levels, told: Decimal, movement: Movement, only?: Restriction): Quantity {
  const plain = subtract(after.want, told);
  const qty = towardZero(plain, only?.certain ?? told);
  const reasons = qty === plain ? [] : [reason(only?.code ?? 'told', plain, qty)];
  if (qty === zero) return { qty, code: plain === zero ? 'no_change' : (only?.code ?? 'no_change'), reasons };
  if (after.want !== zero && belowMinimum(qty, movement)) {
    return { qty: zero, code: 'below_minimum', reasons: [...reasons, reason('below_minimum', qty, zero)] };
  }
  return { qty, reasons };
}

/** Levels that were folded again, and the flips that counted in them since they were last plain. */
export interface FoldedAgain {
  readonly levels: Levels;
  readonly flips: readonly string[];
}

/**
 * What a cancel leaves of flips. Folded again, an extra can come back that was gone when its flip was reverted: there was nothing to
 * take back then, so it is taken out here.
 */
export function standingAgain(
  { levels, flips }: FoldedAgain,
  reverted: ReadonlySet<string>,
): { readonly levels: Levels; readonly stands?: string } {
  if (isPlain(levels)) return { levels };
  if (flips.length === 0 || flips.some((name) => reverted.has(name))) return { levels: withoutFlips(levels) };
  return { levels, stands: flips.join(' ') };
}
