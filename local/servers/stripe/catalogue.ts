import { z } from 'zod';
import { invalid } from './failure.ts';
import { listed } from './lists.ts';
import { bool, cleared, ignored, int, mergedMetadata, metadata, paging, range, text } from './params.ts';
import { type Route, route } from './routes.ts';
import type { Plan, Price, Product } from './wire.ts';
import { newId, type World } from './world.ts';

const productFields = {
  active: bool.optional(),
  description: z.union([text, cleared]).optional(),
  metadata: metadata.optional(),
  statement_descriptor: text.optional(),
  tax_code: text.optional(),
  unit_label: text.optional(),
  url: text.optional(),
  ...ignored('images', 'marketing_features', 'shippable', 'type'),
};
const newProduct = z.strictObject({ ...productFields, id: text.optional(), name: text });
const productChange = z.strictObject({ ...productFields, name: text.optional(), default_price: text.optional() });

const newPrice = z.strictObject({
  active: bool.optional(),
  currency: text,
  lookup_key: text.max(200).optional(),
  metadata: metadata.optional(),
  nickname: text.optional(),
  product: text.optional(),
  product_data: z.strictObject({ name: text, metadata: metadata.optional(), ...ignored('active', 'unit_label') }).optional(),
  recurring: z
    .strictObject({
      interval: z.enum(['day', 'week', 'month', 'year']),
      interval_count: int.optional(),
      usage_type: z.literal('licensed').optional(),
    })
    .optional(),
  tax_behavior: z.enum(['exclusive', 'inclusive', 'unspecified']).optional(),
  transfer_lookup_key: bool.optional(),
  unit_amount: int.refine((amount) => amount >= 0),
  billing_scheme: z.literal('per_unit').optional(),
});
const priceChange = z.strictObject({
  active: bool.optional(),
  lookup_key: z.union([text.max(200), cleared]).optional(),
  metadata: metadata.optional(),
  nickname: z.union([text, cleared]).optional(),
  transfer_lookup_key: bool.optional(),
  ...ignored('tax_behavior'),
});
const priceList = z.strictObject({
  ...paging,
  active: bool.optional(),
  created: range.optional(),
  currency: text.optional(),
  lookup_keys: z.array(text).max(10).optional(),
  product: text.optional(),
  type: z.enum(['one_time', 'recurring']).optional(),
  recurring: z.strictObject({ interval: text.optional(), ...ignored('meter', 'usage_type') }).optional(),
});

/** Products and prices. */
export const catalogueRoutes: readonly Route[] = [
  route('POST', '/v1/products', newProduct, (world, given) => createProduct(world, given)),
  route('GET', '/v1/products/:id', z.strictObject({}), (world, _, id) => world.get('product', id)),
  route('POST', '/v1/products/:id', productChange, (world, given, id) => {
    const { metadata: data, ...rest } = given;
    const before = world.get('product', id);
    const change = { ...defined(rest), metadata: mergedMetadata(before.metadata, data), updated: world.now() };
    return world.update('product', id, change, 'product.updated');
  }),
  route(
    'GET',
    '/v1/products',
    z.strictObject({ ...paging, active: bool.optional(), ids: z.array(text).optional(), created: range.optional() }),
    (world, given) => {
      const { active, ids } = given;
      const fits = (one: Product) => (active ?? one.active) === one.active && (ids?.includes(one.id) ?? true);
      return listed({ url: '/v1/products', all: world.all('product').filter(fits), given });
    },
  ),
  route('POST', '/v1/prices', newPrice, (world, given) => createPrice(world, given)),
  route('GET', '/v1/prices/:id', z.strictObject({}), (world, _, id) => world.get('price', id)),
  route('POST', '/v1/prices/:id', priceChange, (world, given, id) => {
    const { metadata: data, lookup_key, transfer_lookup_key, active, nickname } = given;
    const before = world.get('price', id);
    if (typeof lookup_key === 'string') takeLookupKey(world, { key: lookup_key, transfer: transfer_lookup_key, owner: id });
    const change = { ...defined({ active, nickname, lookup_key }), metadata: mergedMetadata(before.metadata, data) };
    return world.update('price', id, change, 'price.updated');
  }),
  route('GET', '/v1/prices', priceList, (world, given) => {
    const { active, lookup_keys, product, type, recurring, currency } = given;
    const fits = (one: Price) =>
      (active ?? one.active) === one.active &&
      (product ?? one.product) === one.product &&
      (type ?? one.type) === one.type &&
      (currency ?? one.currency) === one.currency &&
      (recurring?.interval ?? one.recurring?.interval) === one.recurring?.interval &&
      (lookup_keys?.includes(one.lookup_key ?? '') ?? true);
    return listed({ url: '/v1/prices', all: world.all('price').filter(fits), given });
  }),
];

/** Without the keys that have no value: a parameter that was not given changes nothing. */
export function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>; // what is undefined was filtered out
  };
}

function createProduct(world: World, given: z.infer<typeof newProduct>): Product {
  const id = given.id ?? newId('prod_', 14);
  if (world.find('product', id)) throw invalid('Product already exists.', { code: 'resource_already_exists', param: 'id' });
  const product: Product = {
    id,
    object: 'product',
    active: given.active ?? true,
    created: world.now(),
    default_price: null,
    description: given.description ?? null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: mergedMetadata(null, given.metadata),
    name: given.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: given.statement_descriptor ?? null,
    tax_code: given.tax_code ?? null,
    tax_details: null,
    type: 'service',
    unit_label: given.unit_label ?? null,
    updated: world.now(),
    url: given.url ?? null,
  };
  return world.create(product, 'product.created');
}

/** A lookup key names one price; another one gets it only by saying that it takes it over. */
function takeLookupKey(world: World, { key, transfer, owner }: { key: string; transfer: boolean | undefined; owner?: string }) {
  const holder = world.all('price').find(({ lookup_key, id }) => lookup_key === key && id !== owner);
  if (holder === undefined) return;
  const other = `Another price (\`${holder.id}\`) already uses that lookup key.`;
  if (transfer !== true) throw invalid(other, { param: 'lookup_key', code: 'resource_already_exists' });
  world.update('price', holder.id, { lookup_key: null }, 'price.updated');
}

function createPrice(world: World, given: z.infer<typeof newPrice>): Price {
  if (given.lookup_key !== undefined) takeLookupKey(world, { key: given.lookup_key, transfer: given.transfer_lookup_key });
  const { product_data: made } = given;
  if (made === undefined && given.product === undefined)
    throw invalid('Missing required param: product.', { param: 'product', code: 'parameter_missing' });
  const product = made === undefined ? world.get('product', given.product ?? '', 'product') : createProduct(world, made);
  const price: Price = {
    id: newId('price_'),
    object: 'price',
    active: given.active ?? true,
    billing_scheme: 'per_unit',
    created: world.now(),
    currency: given.currency.toLowerCase(),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: given.lookup_key ?? null,
    metadata: mergedMetadata(null, given.metadata),
    nickname: given.nickname ?? null,
    product: product.id,
    recurring: given.recurring
      ? {
          interval: given.recurring.interval,
          interval_count: given.recurring.interval_count ?? 1,
          meter: null,
          trial_period_days: null,
          usage_type: 'licensed',
        }
      : null,
    tax_behavior: given.tax_behavior ?? 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: given.recurring ? 'recurring' : 'one_time',
    unit_amount: given.unit_amount,
    unit_amount_decimal: String(given.unit_amount),
  };
  return world.create(price, 'price.created');
}

/** The older form of a recurring price, which subscription items still show. */
export function planOf(price: Price): Plan {
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: 'per_unit',
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? 'month',
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: price.metadata,
    meter: null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
}
