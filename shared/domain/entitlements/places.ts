import type { Allowed, CloseOnlyWhy, Follower } from '../followers/follower.ts';
import type { Effective } from './effective.ts';
import type { Limit } from './plans.ts';
import { allowedBy } from './usage.ts';

/** All that decides about a tenant's followers: with the same terms they end in the same places. */
export interface Terms {
  readonly suspended: boolean;
  readonly planless: boolean;
  readonly vaults: Limit;
  readonly followers: Limit;
  readonly capped: boolean;
  readonly shadow: boolean;
  readonly allowed: Allowed;
}

export const termsOf = ({ plan_id, entitlements }: Effective, suspended: boolean): Terms => ({
  suspended,
  planless: plan_id === null,
  vaults: entitlements.vaults,
  followers: entitlements.followers,
  capped: entitlements.mode_capped,
  shadow: entitlements.mode_shadow,
  allowed: allowedBy(entitlements),
});

/** How far a walk through a tenant's followers has come, from the oldest on. */
export interface Walk {
  /** Vaults that have a place, the tenant's own and those that it follows. */
  readonly vaults: readonly string[];
  /** The tenant's own open vaults that were not met yet, the oldest first; only as many as there can be places. */
  readonly own: readonly string[];
  /** Followers that have a place. */
  readonly followers: number;
  /** Followers that may only reduce because of the plan. */
  readonly closed: number;
}

export const startOf = (ownVaults: readonly string[]): Walk => ({ vaults: [], own: ownVaults, followers: 0, closed: 0 });

/** What the plan makes of one follower. */
export interface Place {
  readonly why: CloseOnlyWhy | undefined;
  readonly allowed: Allowed;
}

/** Whether a follower counts for its tenant's plan: who left or is leaving counts no more. */
export const takesPart = ({ status }: Pick<Follower, 'status'>): boolean => status === 'active' || status === 'stopped';

/**
 * The place of the next follower, the oldest first: vaults before followers before modes (SPEC 5), so that of too many the
 * newest go. Ids begin with their time.
 */
export function placed(walk: Walk, follower: Pick<Follower, 'follower_id' | 'vault_id' | 'mode'>, terms: Terms): [Place, Walk] {
  const met = withVaults(walk, follower, terms.vaults);
  const has = met.vaults.includes(follower.vault_id) || terms.vaults === null;
  const fits = has && (terms.followers === null || met.followers < terms.followers);
  const why = whyClosed(follower.mode, fits, terms);
  const next = { ...met, followers: met.followers + (fits ? 1 : 0), closed: met.closed + (why === undefined ? 0 : 1) };
  return [{ why, allowed: terms.allowed }, next];
}

function whyClosed(mode: Follower['mode'], fits: boolean, terms: Terms): CloseOnlyWhy | undefined {
  if (terms.suspended) return 'tenant_suspended';
  if (!fits) return terms.planless ? 'no_plan' : 'over_limit';
  const inPlan = mode === 'proportional' || (mode === 'capped' ? terms.capped : terms.shadow);
  return inPlan ? undefined : 'mode_not_in_plan';
}

/** The vaults that have a place when a follower is met: own ones that are older than it, then its own vault. */
function withVaults(walk: Walk, { follower_id, vault_id }: Pick<Follower, 'follower_id' | 'vault_id'>, most: Limit): Walk {
  if (most === null) return walk;
  const isOlder = (vaultId: string) => vaultId.slice('vlt_'.length) < follower_id.slice('fol_'.length);
  const older = walk.own.filter(isOlder);
  const wanted = [...older, vault_id].filter((id, i, all) => !walk.vaults.includes(id) && all.indexOf(id) === i);
  return {
    ...walk,
    own: walk.own.filter((id) => !isOlder(id)),
    vaults: [...walk.vaults, ...wanted.slice(0, Math.max(0, most - walk.vaults.length))],
  };
}
