import { add, type Decimal, decimal, subtract, zero } from '../../kit/decimal.ts';
import type { Child } from '../mirroring/child.ts';
import { contribution } from '../mirroring/contribution.ts';

/**
 * Why an account does not hold what it was told, where the platform can tell: a child counts in full until its end says less
 * (SPEC 6.2), so what of it was not reported as filled yet is missing. Undefined where that is not all of it.
 */
export function explanation(missing: Decimal, symbol: string, children: readonly Child[]): string | undefined {
  const waiting = children.filter((child) => child.symbol === symbol && unfilled(child) !== zero);
  const sum = waiting.map(unfilled).reduce(add, zero);
  if (sum !== missing || waiting.length === 0) return undefined;
  return `not filled yet: ${waiting.map((child) => child.follower_order_id).join(', ')}`;
}

/** Signed: what told counts of a reported child beyond what was filled of it. */
const unfilled = (child: Child): Decimal => subtract(contribution(child), decimal(child.filled ?? '0'));
