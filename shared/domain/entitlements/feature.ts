import { Refusal } from '../../kit/refusal.ts';
import { type EntitlementName, type Entitlements, type Limit, type PlanId, plans } from './plans.ts';

/** What a tenant has at this moment. */
export interface Entitled {
  readonly plan: PlanId | null;
  readonly entitlements: Entitlements;
}

/** Whoever acts for a tenant: a principal, or whatever carries what a tenant has. */
export interface Holder {
  readonly tenant?: Entitled | undefined;
}

type NamesOf<T> = { [K in EntitlementName]: Entitlements[K] extends T ? K : never }[EntitlementName];
/** What one has or has not. */
export type FeatureName = NamesOf<boolean> | 'replay';
/** What one has so much of. */
export type LimitName = Exclude<NamesOf<Limit>, 'requests_per_minute'>;

/** Refuses who lacks a feature: 403, with the plans that have it. */
export function requireFeature({ tenant }: Holder, name: FeatureName): void {
  if (tenant !== undefined && hasFeature(tenant.entitlements, name)) return;
  throw featureRefusal(tenant, name);
}

export const featureRefusal = (tenant: Entitled | undefined, name: FeatureName): Refusal =>
  entitlementRequired(tenant, name, (given) => hasFeature(given, name), `Your plan does not include ${wordsOf[name]}`);

export const hasFeature = (given: Entitlements, name: FeatureName): boolean =>
  name === 'replay' ? given.replay !== 'none' : given[name];

/** Refuses one more of something where so many are used already: 403, with the plans that have room for it. */
export function requireRoom({ tenant }: Holder, name: LimitName, used: number): void {
  if (tenant !== undefined && hasRoom(tenant.entitlements, name, used)) return;
  const limit = tenant?.entitlements[name] ?? 0;
  const detail = `Your plan has room for ${limit} ${limit === 1 ? wordsOf[name].replace(/s$/, '') : wordsOf[name]}`;
  throw entitlementRequired(tenant, name, (given) => hasRoom(given, name, used), detail);
}

export const hasRoom = (given: Entitlements, name: LimitName, used: number): boolean => {
  const limit = given[name];
  return limit === null || used < limit;
};

const wordsOf: Readonly<Record<FeatureName | LimitName, string>> = {
  vaults: 'vaults',
  followers: 'followers',
  seats: 'seats',
  mode_capped: 'the mode capped',
  mode_shadow: 'the mode shadow',
  persona_boosts: 'persona boosts',
  flip_mode: 'flip mode',
  replay: 'replay and what-if',
  dedicated_keys: 'dedicated signing keys',
  machine_clients: 'machine clients',
};

/** The refusal names what is missing, the plan that there is, and those that would do (SPEC 5). */
function entitlementRequired(
  tenant: Entitled | undefined,
  entitlement: FeatureName | LimitName,
  does: (given: Entitlements) => boolean,
  detail: string,
): Refusal {
  const able = plans.filter(({ entitlements }) => does(entitlements)).map(({ plan_id }) => plan_id);
  const where = able.length === 0 ? 'no plan has more' : `available with ${able.join(', ')}`;
  const extra = { entitlement, plan: tenant?.plan ?? null, plans: able };
  return new Refusal(403, 'entitlement_required', `${detail}: ${where}.`, { extra });
}
