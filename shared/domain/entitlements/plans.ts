/** The plans (SPEC 5) as data: what each gives, and what it costs. Nothing else in the code knows a plan by its name. */
export const planIds = ['core', 'pro', 'institutional'] as const;
export type PlanId = (typeof planIds)[number];
export const intervals = ['month', 'year'] as const;
export type Interval = (typeof intervals)[number];

/** `null` is without a limit. */
export type Limit = number | null;

/** What a tenant may do and how much of it, name by name. */
export interface Entitlements {
  /** Distinct vaults that the tenant owns or follows. */
  readonly vaults: Limit;
  readonly followers: Limit;
  readonly seats: Limit;
  readonly requests_per_minute: number;
  readonly mode_capped: boolean;
  readonly mode_shadow: boolean;
  readonly persona_boosts: boolean;
  readonly flip_mode: boolean;
  /** Replay and what-if: of nobody, of the tenant's own followers, of everything that it may read. */
  readonly replay: 'none' | 'own' | 'all';
  /** A random signing key per follower instead of a derived one. */
  readonly dedicated_keys: boolean;
  /** Machine clients, and with them the pull feed of the API. */
  readonly machine_clients: boolean;
}
export type EntitlementName = keyof Entitlements;

/** Without a plan a tenant may read and pay: nothing is lost, nothing is added (SPEC 5). */
export const noPlan: Entitlements = {
  vaults: 0,
  followers: 0,
  seats: 1,
  requests_per_minute: 60,
  mode_capped: false,
  mode_shadow: false,
  persona_boosts: false,
  flip_mode: false,
  replay: 'none',
  dedicated_keys: false,
  machine_clients: false,
};

export interface Plan {
  readonly plan_id: PlanId;
  readonly name: string;
  /** Prices in cents of US dollars, for one period paid ahead. */
  readonly priceCents: Readonly<Record<Interval, number>>;
  readonly entitlements: Entitlements;
}

/** From the least to the most: to a later one is an upgrade. */
export const plans: readonly Plan[] = [
  {
    plan_id: 'core',
    name: 'Core',
    priceCents: { month: 4_900, year: 49_000 },
    entitlements: { ...noPlan, vaults: 1, followers: 5 },
  },
  {
    plan_id: 'pro',
    name: 'Pro',
    priceCents: { month: 19_900, year: 199_000 },
    entitlements: {
      ...noPlan,
      vaults: 10,
      followers: 100,
      seats: 5,
      requests_per_minute: 120,
      mode_capped: true,
      mode_shadow: true,
      persona_boosts: true,
      flip_mode: true,
      replay: 'own',
    },
  },
  {
    plan_id: 'institutional',
    name: 'Institutional',
    priceCents: { month: 149_900, year: 1_499_000 },
    entitlements: {
      vaults: null,
      followers: null,
      seats: null,
      requests_per_minute: 600,
      mode_capped: true,
      mode_shadow: true,
      persona_boosts: true,
      flip_mode: true,
      replay: 'all',
      dedicated_keys: true,
      machine_clients: true,
    },
  },
];

export const planOf = (planId: PlanId): Plan => plans.find(({ plan_id }) => plan_id === planId) as Plan;

/** Where a plan stands: a higher one gives more. */
export const rankOf = (planId: PlanId): number => plans.findIndex(({ plan_id }) => plan_id === planId);

/** The name of a price in the payment provider's catalogue: `vanta_pro_month`. It never changes; the price behind it may. */
export const lookupKeyOf = (planId: PlanId, interval: Interval): string => `vanta_${planId}_${interval}`;

/** What a client gets before it has a tenant, and under a plan that does not say more (SPEC 2). */
export const baseRequestsPerMinute = noPlan.requests_per_minute;
