import type Stripe from 'stripe';
import type { Chosen } from '../../domain/billing/stripe/facts.ts';
import { type Interval, intervals, lookupKeyOf, type PlanId, planIds } from '../../domain/entitlements/plans.ts';
import { asking } from './errors.ts';

/** What our catalogue writes on its prices, so that one that lost its lookup key is still known. */
export const priceMetadata = (planId: PlanId, interval: Interval) => ({ vanta_plan: planId, vanta_interval: interval });

export interface Prices {
  readonly idOf: (to: Chosen) => Promise<string>;
  /** What a price stands for; undefined when it is none of ours. */
  readonly chosenOf: (priceId: string) => Promise<Chosen | undefined>;
}

/** Prices by lookup key, asked for once per process and five minutes; what a price stands for never changes. */
export function catalogue(client: () => Promise<Stripe>, clock: () => number): Prices {
  const chosen = new Map<string, Chosen | undefined>();
  let current: { readonly ids: ReadonlyMap<string, string>; readonly until: number } | undefined;
  const read = async () => {
    const lookup_keys = planIds.flatMap((planId) => intervals.map((interval) => lookupKeyOf(planId, interval)));
    const { data } = await asking(async () => (await client()).prices.list({ lookup_keys, active: true, limit: 100 }));
    for (const price of data) chosen.set(price.id, chosenIn(price));
    return { ids: new Map(data.map((price) => [price.lookup_key ?? '', price.id])), until: clock() + 300_000 };
  };
  return {
    async idOf({ plan_id, interval }) {
      if (current === undefined || clock() >= current.until) current = await read();
      const id = current.ids.get(lookupKeyOf(plan_id, interval));
      if (id === undefined) current = undefined;
      if (id === undefined)
        throw new Error(`Stripe has no price ${lookupKeyOf(plan_id, interval)}: run npm run stripe:catalogue`);
      return id;
    },
    async chosenOf(priceId) {
      if (!chosen.has(priceId))
        chosen.set(priceId, chosenIn(await asking(async () => (await client()).prices.retrieve(priceId))));
      return chosen.get(priceId);
    },
  };
}

export function chosenIn({ metadata, lookup_key }: Pick<Stripe.Price, 'metadata' | 'lookup_key'>): Chosen | undefined {
  for (const plan_id of planIds)
    for (const interval of intervals) {
      const marked = metadata['vanta_plan'] === plan_id && metadata['vanta_interval'] === interval;
      if (marked || lookup_key === lookupKeyOf(plan_id, interval)) return { plan_id, interval };
    }
  return undefined;
}
