/**
 * Sizing (SPEC 6.2): the target position is the contract. A fold over the vault's log, in sequence, per follower and
 * symbol. Invariants, each a property in test/mirroring/sizing.test.ts:
 *  - a reduction never raises |want| and never |told|; a reduction to zero leaves exactly zero;
 *  - a cap alone never forces a sale; what it withheld stays in the target;
 *  - the numbers after follow from the numbers before, the movement and the inputs, and from nothing else.
 */
import {
  absolute,
  add,
  type Decimal,
  floorQuotient,
  format,
  maximum,
  minimum,
  multiply,
  negate,
  one,
  ratio,
  roundTowardZero,
  sign,
  subtract,
  zero,
} from '../../kit/decimal.ts';
import type { Reason } from './order.ts';

/** A follower's numbers in one symbol. `told` is the signed sum of its children that happened. */
export interface Levels {
  readonly baseline: Decimal;
  readonly target: Decimal;
  readonly base_want: Decimal;
  readonly want: Decimal;
  readonly told: Decimal;
}

export const flat: Levels = { baseline: zero, target: zero, base_want: zero, want: zero, told: zero };

/** What the manager did in the symbol, as accept pinned it: its position before and after, and how it trades. */
export interface Movement {
  readonly before: Decimal;
  readonly after: Decimal;
  readonly refPrice: Decimal;
  readonly increment: Decimal;
  readonly minQty?: Decimal;
  readonly minNotional?: Decimal;
}

/** What of the follower, and of the overlays active at the order's time, enters its size. */
export interface SizingInputs {
  readonly scale: Decimal;
  /** Multiplier without flips (for the baseline) and with them (for the target). */
  readonly p: Decimal;
  readonly m: Decimal;
  readonly basis: 'fixed' | 'nav';
  readonly nav?: { readonly follower: Decimal; readonly manager: Decimal };
  readonly maxPosUsd?: Decimal;
  readonly allowShort: boolean;
  readonly symbolAllowed: boolean;
}

export type SkipCode =
  | 'no_change'
  | 'below_minimum'
  | 'symbol_denied'
  | 'nav_missing'
  | 'position_unknown'
  | 'close_only'
  | 'fixup_dropped';

/** What the order does to this follower: the part it may not take part in is left out of it. */
export type Phase = 'increase' | 'reduce' | 'cross' | 'none';

export interface Folded {
  readonly after: Levels;
  readonly phase: Phase;
  /** Why an increase did not enter the target. */
  readonly withheld?: SkipCode;
  readonly reasons: readonly Reason[];
}

export const reason = (rule: string, before: Decimal, after: Decimal): Reason => ({
  rule,
  before: format(before),
  after: format(after),
});

interface Increase {
  readonly q: Decimal;
  readonly text: string;
}
interface Steps {
  readonly reduceTo: Decimal | undefined;
  readonly increaseBy: Increase | undefined;
}
/** All followers of a shard make the same steps: the last ones are at hand. */
let lastSteps: { readonly of: Movement; readonly steps: Steps } | undefined;

/** The movement as at most two steps: toward zero first, then away from it. */
function stepsOf(movement: Movement): Steps {
  if (lastSteps?.of === movement) return lastSteps.steps;
  const { before, after } = movement;
  const reduces = before !== zero && (sign(before) !== sign(after) || absolute(after) < absolute(before));
  const from = reduces ? (sign(before) === sign(after) ? after : zero) : before;
  const by = subtract(after, from);
  const steps = { reduceTo: reduces ? from : undefined, increaseBy: by === zero ? undefined : { q: by, text: format(by) } };
  lastSteps = { of: movement, steps };
  return steps;
}

/** A level after a reduction: rounded, never further from zero than it was, never on the other side of it. */
function reducedLevel(exact: Decimal, previous: Decimal, increment: Decimal): Decimal {
  const rounded = roundTowardZero(exact, increment);
  if (sign(rounded) !== sign(previous)) return zero;
  return absolute(rounded) < absolute(previous) ? rounded : previous;
}

/** True without the traces of a flip: the base is then what the target is, and is not computed beside it. */
const isPlain = (l: Levels): boolean => l.baseline === l.target && l.base_want === l.want;

function reduced(levels: Levels, to: Decimal, movement: Movement): Levels {
  const scaled = (level: Decimal) => (to === zero ? zero : ratio([level, to], [movement.before]));
  const target = scaled(levels.target);
  const want = reducedLevel(target, levels.want, movement.increment);
  if (isPlain(levels)) return { baseline: target, target, base_want: want, want, told: levels.told };
  const baseline = scaled(levels.baseline);
  return { baseline, target, base_want: reducedLevel(baseline, levels.base_want, movement.increment), want, told: levels.told };
}

/**
 * A level after an increase: rounded, within the cap (which never forces a sale) and not below zero where shorts are out. What changed
 * it comes behind the reasons given.
 */
export function increasedLevel(
  exact: Decimal,
  previous: Decimal,
  movement: Movement,
  inputs: SizingInputs,
  reasons: Reason[] = [],
): { level: Decimal; reasons: Reason[] } {
  const rounded = roundTowardZero(exact, movement.increment);
  if (rounded !== exact) reasons.push(reason('round', exact, rounded));
  const capped = inputs.maxPosUsd === undefined ? rounded : withinCap(rounded, previous, movement, inputs.maxPosUsd);
  if (capped !== rounded) reasons.push(reason('cap', rounded, capped));
  const level = inputs.allowShort ? capped : maximum(capped, zero);
  if (level !== capped) reasons.push(reason('no_short', capped, level));
  return { level, reasons };
}

function withinCap(level: Decimal, previous: Decimal, movement: Movement, maxPosUsd: Decimal): Decimal {
  const most = floorQuotient(maxPosUsd, movement.refPrice, movement.increment);
  return level >= zero ? minimum(level, maximum(most, previous)) : maximum(level, minimum(negate(most), previous));
}

/** Shares of the manager's increase that this follower takes: q x scale x multiplier (x NAV ratio). */
export function share(q: Decimal, multiplier: Decimal, inputs: SizingInputs): Decimal {
  const byNav = inputs.basis === 'nav' && inputs.nav !== undefined;
  if (!byNav && multiplier === one) return multiply(q, inputs.scale);
  const plain = multiplier === one ? [q, inputs.scale] : [q, inputs.scale, multiplier];
  return byNav ? ratio([...plain, inputs.nav.follower], [inputs.nav.manager]) : ratio(plain);
}

/** The NAV snapshots that a size was scaled by: the manager's, then the follower's. */
export const navReasons = ({ basis, nav }: SizingInputs): Reason[] =>
  basis === 'nav' && nav !== undefined ? [reason('nav', nav.manager, nav.follower)] : [];

function increased(
  levels: Levels,
  by: Increase,
  movement: Movement,
  inputs: SizingInputs,
): { levels: Levels; reasons: Reason[] } {
  const { q } = by;
  const part = share(q, inputs.m, inputs);
  const target = add(levels.target, part);
  const scaled = navReasons(inputs);
  if (part !== q) scaled.push({ rule: 'scale', before: by.text, after: format(part) });
  const { level: want, reasons } = increasedLevel(target, levels.want, movement, inputs, scaled);
  const alike = inputs.p === inputs.m && isPlain(levels);
  const baseline = alike ? target : add(levels.baseline, share(q, inputs.p, inputs));
  const base_want = alike ? want : increasedLevel(baseline, levels.base_want, movement, inputs).level;
  return { levels: { baseline, target, base_want, want, told: levels.told }, reasons };
}

export function withholding(inputs: SizingInputs): SkipCode | undefined {
  if (!inputs.symbolAllowed) return 'symbol_denied';
  const { basis, nav } = inputs;
  if (basis === 'nav' && (nav === undefined || nav.follower <= zero || nav.manager <= zero)) return 'nav_missing';
  return undefined;
}

/** One order folded into a follower's levels. `told` is never touched here: it moves when a child happened. */
export function fold(before: Levels, movement: Movement, inputs: SizingInputs): Folded {
  const { reduceTo, increaseBy } = stepsOf(movement);
  const reasons: Reason[] = [];
  let levels = before;
  if (reduceTo !== undefined) {
    levels = reduced(levels, reduceTo, movement);
    if (levels.want !== before.want) reasons.push(reason('reduce', before.want, levels.want));
  }
  if (increaseBy === undefined) return { after: levels, phase: reduceTo === undefined ? 'none' : 'reduce', reasons };
  const withheld = withholding(inputs);
  if (withheld !== undefined) {
    return { after: levels, phase: reduceTo === undefined ? 'none' : 'reduce', withheld, reasons };
  }
  const up = increased(levels, increaseBy, movement, inputs);
  if (reduceTo === undefined) return { after: up.levels, phase: 'increase', reasons: up.reasons };
  return { after: up.levels, phase: 'cross', reasons: [...reasons, ...up.reasons] };
}

export interface Quantity {
  /** Signed: positive buys. Zero when nothing is sent, and then there is a code. */
  readonly qty: Decimal;
  readonly code?: SkipCode;
  readonly reasons: readonly Reason[];
}

/**
 * Why a follower may only reduce: nobody knows what one of its children did, or it is closing only. `certain` is the part
 * of told that it surely holds, whatever the unknown ones did.
 */
export interface Restriction {
  readonly code: 'position_unknown' | 'close_only';
  readonly certain: Decimal;
}

/**
 * A child's quantity: its own order's want less told. Separate from the fold because a child that waited in the retry
 * lane gets its quantity when its turn comes. `wantBefore` tells whether the order also catches up on what it missed.
 */
export function quantity(folded: Folded, told: Decimal, wantBefore: Decimal, movement: Movement, only?: Restriction): Quantity {
  if (folded.phase === 'none') return { qty: zero, code: folded.withheld ?? 'no_change', reasons: [] };
  if (only !== undefined && folded.phase === 'increase') return { qty: zero, code: only.code, reasons: [] };
  const want = only !== undefined && folded.phase === 'cross' ? zero : folded.after.want;
  const plain = subtract(want, told);
  const reducing = only !== undefined || folded.phase === 'reduce';
  const qty = reducing ? towardZero(plain, only?.certain ?? told) : plain;
  const reasons: Reason[] = [];
  if (qty !== plain) reasons.push(reason(only?.code ?? 'told', plain, qty));
  if (!reducing && told !== wantBefore) reasons.push(reason('catch_up', subtract(want, wantBefore), qty));
  if (qty === zero)
    return {
      qty,
      code: plain === zero ? (folded.withheld ?? 'no_change') : (only?.code ?? folded.withheld ?? 'no_change'),
      reasons,
    };
  if (want !== zero && belowMinimum(qty, movement)) {
    return { qty: zero, code: 'below_minimum', reasons: [...reasons, reason('below_minimum', qty, zero)] };
  }
  return { qty, reasons };
}

/** A reduction sells at most what was told, and never buys: the part of `delta` that moves told toward zero. */
export function towardZero(delta: Decimal, told: Decimal): Decimal {
  if (sign(delta) !== -sign(told)) return zero;
  return absolute(delta) > absolute(told) ? negate(told) : delta;
}

export function belowMinimum(qty: Decimal, { minQty, minNotional, refPrice }: Movement): boolean {
  const size = absolute(qty);
  return (minQty !== undefined && size < minQty) || (minNotional !== undefined && multiply(size, refPrice) < minNotional);
}
