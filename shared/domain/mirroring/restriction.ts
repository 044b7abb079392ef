import { add, type Decimal, decimal, sign, zero } from '../../kit/decimal.ts';
import type { Follower } from '../followers/follower.ts';
import type { Restriction } from './sizing.ts';

/** Signed quantities of a follower's unknown children in a symbol. */
function unknownOf({ unknown }: Pick<Follower, 'unknown'>, symbol: string, except?: string): readonly Decimal[] {
  if (isEmpty(unknown)) return none;
  const counted = Object.keys(unknown).filter((name) => name.startsWith(`${symbol} `) && name !== except);
  return counted.map((name) => decimal(unknown[name] as string));
}
const none: readonly Decimal[] = [];

/** Without making a list of its names, as nearly every follower of nearly every shard has none. */
function isEmpty(record: Readonly<Record<string, string>>): boolean {
  for (const _name in record) return false;
  return true;
}

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
