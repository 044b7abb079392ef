/**
 * Entries that do not add to a follower's target but set it anew: a cancel (its symbol's fold ran again), joining by sync,
 * leaving flat. Their child's quantity is want - told, within what is certain.
 */
import { absolute, type Decimal, sign, subtract, zero } from '../../kit/decimal.ts';
import {
  belowMinimum,
  type Folded,
  flat,
  increasedLevel,
  type Levels,
  type Movement,
  navReasons,
  type Phase,
  type Quantity,
  type Restriction,
  reason,
  type SizingInputs,
  share,
  towardZero,
  withholding,
} from './sizing.ts';

/** How a child stands whose order is canceled: it happened, nobody knows, it certainly did not, or its lane is still at it. */
export type CanceledChild = 'happened' | 'unknown' | 'none' | 'open';

/** The levels that the manager's present position asks for, whatever they were: joining by sync, and PATCH with it. */
export function levelsAt(before: Levels, position: Decimal, movement: Movement, inputs: SizingInputs): Omit<Folded, 'phase'> {
  const withheld = position === zero ? undefined : withholding(inputs);
  if (withheld !== undefined) return { after: before, withheld, reasons: [] };
  const baseline = share(position, inputs.p, inputs);
  const target = share(position, inputs.m, inputs);
  const want = increasedLevel(target, zero, movement, inputs);
  const base = increasedLevel(baseline, zero, movement, inputs);
  const after = { baseline, target, base_want: base.level, want: want.level, told: before.told };
  return { after, reasons: [reason('sync', before.want, after.want), ...navReasons(inputs), ...want.reasons] };
}

/** Everything to zero: leaving flat. */
export const levelsFlat = (before: Levels): Omit<Folded, 'phase'> => ({
  after: { ...flat, told: before.told },
  reasons: before.want === zero ? [] : [reason('flatten', before.want, zero)],
});

/** What going from told to want is. */
export function phaseOf(told: Decimal, want: Decimal): Phase {
  if (told === want) return 'none';
  if (told !== zero && sign(want) === -sign(told)) return 'cross';
  return absolute(want) < absolute(told) ? 'reduce' : 'increase';
}

/** want - told; while something is unknown, or closing only, no more than what surely reduces. */
export function retarget(after: Levels, told: Decimal, movement: Movement, only?: Restriction): Quantity {
  const plain = subtract(after.want, told);
  const qty = only === undefined ? plain : towardZero(plain, only.certain);
  const reasons = qty === plain ? [] : [reason(only?.code ?? 'told', plain, qty)];
  if (qty === zero) return { qty, code: plain === zero ? 'no_change' : (only?.code ?? 'no_change'), reasons };
  if (after.want !== zero && belowMinimum(qty, movement)) {
    return { qty: zero, code: 'below_minimum', reasons: [...reasons, reason('below_minimum', qty, zero)] };
  }
  return { qty, reasons };
}

/**
 * A cancel's quantity. Where the canceled order's child certainly did not happen, only what its cancel moved is traded
 * back: what a follower missed otherwise is for the next increase (SPEC 6.2). Where it happened or is unknown the
 * message goes out also with a quantity of zero: there may be something open to cancel.
 */
export function cancelQuantity(
  levels: { readonly before: Levels; readonly after: Levels },
  movement: Movement,
  was: CanceledChild,
  only?: Restriction,
): Quantity {
  const { before, after } = levels;
  const sized = retarget(after, before.told, movement, only);
  if (was === 'happened' || was === 'unknown') return sized;
  const moved = subtract(after.want, before.want);
  return sized.qty === zero || sign(sized.qty) === sign(moved) ? sized : { qty: zero, code: 'no_change', reasons: [] };
}
