import type { Allowed } from '../followers/follower.ts';
import type { Entitled } from './feature.ts';
import type { Entitlements } from './plans.ts';

/** What of a tenant's limits is used. */
export interface Usage {
  /** That take part: all but those that left or are leaving. */
  readonly followers: number;
  /** Distinct vaults that it owns and has not closed, or follows. */
  readonly vaults: number;
}

/** What a tenant has and uses, as it was read for one decision; what is written because of it holds only while that is so. */
export interface Room extends Entitled {
  readonly usage: Usage;
  /** Why the one vault in question counts for the tenant: its followers there, and one more for owning it. */
  readonly here: number;
  /** Version of the subscription that says so; absent where there is none. */
  readonly subscription_ver?: number | undefined;
}

/** What expansion knows of a follower's tenant, on the follower's row. */
export const allowedBy = ({ flip_mode, persona_boosts }: Entitlements): Allowed => ({ flip_mode, persona_boosts });
