import type { Claim } from '../../domain/mirroring/claim.ts';
import { unpackClaim, unpackOutcomes } from './packed.ts';

/** A finished entry as the end of a line: its rows are in the ledger already and are not unpacked. */
export const cursorOf = ({ plan: _plan, outcome: _outcome, ...item }: Record<string, unknown>): Claim => claimOf(item);

/** A claim's or result's item as the domain knows it; an opening marker has no rows. */
export function claimOf(item: Record<string, unknown>): Claim {
  const {
    plan,
    outcome,
    pk: _pk,
    sk: _sk,
    counts: _counts,
    ...rest
  } = item as Record<string, unknown> & { plan?: Uint8Array; outcome?: Uint8Array };
  return {
    // As putClaim and claimAsk write it, less the keys and what is packed.
    ...(rest as unknown as Omit<Claim, 'rows' | 'outcomes'>),
    rows: plan === undefined ? [] : unpackClaim(plan),
    outcomes: outcome === undefined ? [] : unpackOutcomes(outcome),
  };
}
