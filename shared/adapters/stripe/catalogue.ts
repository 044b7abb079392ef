import type Stripe from 'stripe';
import { currency } from '../../domain/billing/money.ts';
import { type Interval, intervals, lookupKeyOf, type Plan, plans } from '../../domain/entitlements/plans.ts';
import { saysNo } from './errors.ts';
import { priceMetadata } from './prices.ts';

/**
 * Makes an account's products and prices what plans.ts says. Prices are found by their lookup keys; one that costs something else gets a
 * new price, to which its key moves: who pays the old one goes on paying it. Run again it changes nothing. Says what it did.
 */
export async function syncCatalogue(stripe: Stripe): Promise<string[]> {
  const done: string[] = [];
  for (const plan of plans) {
    done.push(...(await syncProduct(stripe, plan)));
    for (const interval of intervals) done.push(...(await syncPrice(stripe, plan, interval)));
  }
  return done;
}

const productIdOf = ({ plan_id }: Plan): string => `vanta_${plan_id}`;

async function syncProduct(stripe: Stripe, plan: Plan): Promise<string[]> {
  const [id, name] = [productIdOf(plan), `VANTA ${plan.name}`];
  const metadata = { vanta_plan: plan.plan_id };
  const there = await found(stripe.products.retrieve(id));
  if (there === undefined) {
    await stripe.products.create({ id, name, metadata });
    return [`made the product ${id}`];
  }
  if (there.name === name && there.active && there.metadata['vanta_plan'] === plan.plan_id) return [];
  await stripe.products.update(id, { name, active: true, metadata });
  return [`changed the product ${id}`];
}

async function syncPrice(stripe: Stripe, plan: Plan, interval: Interval): Promise<string[]> {
  const lookup_key = lookupKeyOf(plan.plan_id, interval);
  const unit_amount = plan.priceCents[interval];
  const [there] = (await stripe.prices.list({ lookup_keys: [lookup_key], active: true })).data;
  const metadata = priceMetadata(plan.plan_id, interval);
  if (there !== undefined && same(there, { unit_amount, interval, product: productIdOf(plan) })) {
    if (there.metadata['vanta_plan'] === plan.plan_id && there.metadata['vanta_interval'] === interval) return [];
    await stripe.prices.update(there.id, { metadata });
    return [`marked the price ${lookup_key}`];
  }
  await stripe.prices.create({
    product: productIdOf(plan),
    currency,
    unit_amount,
    recurring: { interval },
    lookup_key,
    transfer_lookup_key: true,
    metadata,
  });
  return [`${there === undefined ? 'made' : 'replaced'} the price ${lookup_key}`];
}

function same(price: Stripe.Price, wanted: { unit_amount: number; interval: Interval; product: string }): boolean {
  const product = typeof price.product === 'string' ? price.product : price.product.id;
  return (
    price.unit_amount === wanted.unit_amount &&
    price.currency === currency &&
    price.recurring?.interval === wanted.interval &&
    price.recurring.interval_count === 1 &&
    product === wanted.product
  );
}

async function found<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (saysNo(error) && error.code === 'resource_missing') return undefined;
    throw error;
  }
}
