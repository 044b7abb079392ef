/**
 * A fix-up (SPEC 6.6): takes a follower from what it was told to what it should hold, within its cap at the symbol's last price. An
 * entry of its shard's line like any other; its levels stay.
 */
import { absolute, type Decimal, format, sign, subtract, zero } from '../../kit/decimal.ts';
import type { FixupFound } from './entry.ts';
import type { Reason } from './order.ts';
import {
  belowMinimum,
  increasedLevel,
  type Levels,
  type Movement,
  type Quantity,
  type Restriction,
  reason,
  type SizingInputs,
  towardZero,
} from './sizing.ts';

/** What asks for it: the same finding is the same fix-up, whoever finds it and however often. */
export const fixupCause = (followerId: string, { symbol, line, told, want }: FixupFound): string =>
  `fixup/${followerId}/${symbol}/${line}/${told}/${want}`;

/** Something moved since it was found: whatever did is the newer word. */
export const isMoved = ({ told, want }: FixupFound, now: Pick<Levels, 'told' | 'want'>): boolean =>
  format(now.told) !== told || format(now.want) !== want;

/** True when going from told to want adds to a position somewhere on the way. */
export const adds = ({ told, want }: Pick<Levels, 'told' | 'want'>): boolean =>
  want !== zero && (sign(want) !== sign(told) || absolute(want) > absolute(told));

/**
 * want - told; never past want, and where it adds, never past the cap (which forces no sale), into shorts that may not be, or in a
 * symbol that the follower denies. Who may only reduce reduces.
 */
export function fixupQuantity(levels: Levels, movement: Movement, inputs: SizingInputs, only?: Restriction): Quantity {
  const { told, want } = levels;
  const reasons = [reason('fixup', told, want)];
  if (only === undefined && adds(levels) && !inputs.symbolAllowed) return { qty: zero, code: 'symbol_denied', reasons };
  const level = only === undefined && adds(levels) ? levelWithin(levels, movement, inputs, reasons) : want;
  const plain = subtract(level, told);
  const qty = only === undefined ? plain : towardZero(plain, only.certain);
  if (qty !== plain) reasons.push(reason(only?.code ?? 'told', plain, qty));
  if (qty === zero) return { qty, code: plain === zero ? 'no_change' : (only?.code ?? 'no_change'), reasons };
  if (level === zero || !belowMinimum(qty, movement)) return { qty, reasons };
  return { qty: zero, code: 'below_minimum', reasons: [...reasons, reason('below_minimum', qty, zero)] };
}

/** What of want may be added to what is there. */
function levelWithin({ told, want }: Levels, movement: Movement, inputs: SizingInputs, reasons: Reason[]): Decimal {
  const from = sign(want) === sign(told) ? told : zero;
  return increasedLevel(want, from, movement, inputs, reasons).level;
}
