/** Why an account does not hold what it was told, where the platform can tell (SPEC 6.6). */
import { milliseconds } from '../../kit/clock.ts';
import { add, type Decimal, decimal, subtract, zero } from '../../kit/decimal.ts';
import type { Child } from '../mirroring/child.ts';
import type { Claim } from '../mirroring/claim.ts';
import { contribution } from '../mirroring/contribution.ts';
import { type At, lineNumber } from '../mirroring/entry.ts';
import type { Difference } from './compare.ts';

/** What was recorded of a follower's children: rows of their own, and the newest claims of its shard. */
export interface Recorded {
  readonly children: readonly Child[];
  readonly claims: readonly Claim[];
}

/** So long a report may be on its way, or an order open at a broker: a trading day and the night. */
const reportGraceMs = 24 * 3_600_000;

/** Signed: what told counts of a child beyond what was reported as filled of it. */
interface Waiting {
  readonly at: At;
  readonly qty: Decimal;
}

/**
 * A child counts in full until its end says less (SPEC 6.2): what of it was not reported as filled yet is missing from what is
 * held. Undefined where that does not account for all of it.
 */
export function explanation(d: Difference, missing: Decimal, { children, claims }: Recorded, now: number): string | undefined {
  const own = children.filter((child) => child.symbol === d.symbol);
  const waiting = [...own.flatMap((child) => partly(child, now)), ...unreported(d, own, claims, now)];
  const sum = waiting.map(({ qty }) => qty).reduce(add, zero);
  if (sum !== missing || waiting.length === 0) return undefined;
  return `not reported as filled yet, by entry: ${waiting.map(({ at }) => (at.k === undefined ? at.seq : `${at.seq}.${at.k}`)).join(', ')}`;
}

const isRecent = (time: string, now: number): boolean => now - milliseconds(time) <= reportGraceMs;

/** A child with a row of its own: one that is filled in part may stay so, any other is reported on within the grace. */
function partly(child: Child, now: number): Waiting[] {
  const qty = subtract(contribution(child), decimal(child.filled ?? '0'));
  const waits = child.state === 'partially_filled' || isRecent(child.created_at, now);
  return qty !== zero && waits ? [{ at: child, qty }] : [];
}

/** Children that their shard served to the end, and nobody has reported on. */
function unreported({ symbol, follower }: Difference, own: readonly Child[], claims: readonly Claim[], now: number): Waiting[] {
  const known = new Set(own.map(lineNumber));
  return claims.flatMap((claim) => {
    const { place, joined_seq } = follower;
    if (claim.symbol !== symbol || claim.entry?.kind === 'resend' || known.has(lineNumber(claim))) return [];
    const row = claim.rows.find((r) => r.place === place && r.joined === joined_seq);
    const took = claim.outcomes.some((o) => o.place === place && o.state === 'ack');
    const waits = row !== undefined && took && row.qty !== '0' && isRecent(claim.claimed_at, now);
    return waits ? [{ at: claim, qty: decimal(row.qty) }] : [];
  });
}
