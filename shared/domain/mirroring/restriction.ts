import { add, type Decimal, decimal, sign, zero } from '../../kit/decimal.ts';
import type { Follower } from '../followers/follower.ts';
import type { Restriction } from './sizing.ts';

/** Signed quantities of a follower's unknown children in a symbol. */
const unknownOf = (follower: Pick<Follower, 'unknown'>, symbol: string, except?: string): Decimal[] =>
  Object.entries(follower.unknown).flatMap(([name, qty]) =>
    name.startsWith(`${symbol} `) && name !== except ? [decimal(qty)] : [],
  );

/** While a child is unknown only the certain part may be sold (SPEC 6.2); closing only (by the platform or by its own people), all of it and nothing else. */
export function restrictionOf(
  follower: Pick<Follower, 'unknown' | 'close_only' | 'reduce_only'>,
  symbol: string,
  told: Decimal,
  except?: string,
): Restriction | undefined {
  const unknown = unknownOf(follower, symbol, except);
  // By the platform's word or by its own people's: one code, so that what was recorded before reads the same.
  const closing = follower.close_only || follower.reduce_only;
  if (unknown.length === 0) return closing ? { code: 'close_only', certain: told } : undefined;
  const against = unknown.filter((qty) => sign(qty) === -sign(told)).reduce(add, zero);
  const certain = add(told, against);
  return { code: 'position_unknown', certain: sign(certain) === sign(told) ? certain : zero };
}
