import { planOf } from './catalogue.ts';
import { pendingLines } from './endings.ts';
import { invalid } from './failure.ts';
import { creditLine, debitLine, fullLine, type LineDraft } from './lines.ts';
import { type MetadataParam, mergedMetadata } from './params.ts';
import { periodEnd } from './time.ts';
import type { Price, Subscription, SubscriptionItem } from './wire.ts';
import { newId, type World } from './world.ts';

export interface ItemChange {
  readonly id?: string | undefined;
  readonly price?: string | undefined;
  readonly quantity?: number | undefined;
  readonly deleted?: boolean | undefined;
  readonly metadata?: MetadataParam | undefined;
}

export interface Change {
  readonly items?: readonly ItemChange[] | undefined;
  readonly proration_behavior?: 'always_invoice' | 'create_prorations' | 'none' | undefined;
  readonly proration_date?: number | undefined;
  readonly billing_cycle_anchor?: 'now' | 'unchanged' | undefined;
}

/** What a change of items comes to: nothing is stored yet. */
export interface Plan {
  readonly items: readonly SubscriptionItem[];
  /** Credits and debits for the period under way. */
  readonly prorations: readonly LineDraft[];
  /** Whole periods that begin now, when the change begins a new cycle. */
  readonly full: readonly LineDraft[];
  readonly anchor: number;
  readonly at: number;
  /** Whether an invoice is made at once. */
  readonly invoices: boolean;
}

/** The price of an item, which must be there, in use, and recurring. */
export function recurringPrice(world: World, id: string, param: string): Price & { recurring: NonNullable<Price['recurring']> } {
  const price = world.get('price', id, param);
  if (!price.active) throw invalid(`The price specified is inactive. This field only accepts active prices.`, { param });
  if (price.recurring === null)
    throw invalid(`The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`, {
      param,
    });
  return { ...price, recurring: price.recurring };
}

interface NewItem {
  readonly price: Price;
  readonly quantity: number;
  readonly subscription: string;
  readonly period: { readonly start: number; readonly end: number };
  readonly at: number;
  readonly metadata?: MetadataParam | undefined;
}

export const newItem = ({ price, quantity, subscription, period, at, metadata }: NewItem): SubscriptionItem => ({
  id: newId('si_', 14),
  object: 'subscription_item',
  billing_thresholds: null,
  created: at,
  current_period_end: period.end,
  current_period_start: period.start,
  current_trial: null,
  discounts: [],
  metadata: mergedMetadata(null, metadata),
  plan: planOf(price),
  price,
  quantity,
  subscription,
  tax_rates: [],
});

/** Works out a change of items: Stripe's rules of when a new cycle begins, and what is prorated. */
export function planChange(world: World, subscription: Subscription, change: Change): Plan {
  const now = world.now(subscription.test_clock);
  const at = change.proration_date ?? now;
  const before = subscription.items.data;
  checkDate(before, change.proration_date);
  const wanted = itemsAfter(world, subscription, change, now);
  const moved = wanted.some((item) => !sameInterval(item, before[0]));
  const anchorNow = moved || change.billing_cycle_anchor === 'now';
  const prorates = change.proration_behavior !== 'none';
  if (anchorNow) {
    const items = wanted.map((item) => ({ ...item, ...freshPeriod(item, now) }));
    const prorations = prorates ? before.map((item) => creditLine(world, item, at)) : [];
    return { items, prorations, full: items.map((item) => fullLine(world, item)), anchor: now, at, invoices: true };
  }
  const prorations = prorates ? prorationLines({ world, before, after: wanted, at }) : [];
  const invoices =
    change.proration_behavior === 'always_invoice' && prorations.length + pendingLines(world, subscription.id).length > 0;
  return { items: wanted, prorations, full: [], anchor: subscription.billing_cycle_anchor, at, invoices };
}

function checkDate(items: readonly SubscriptionItem[], date: number | undefined): void {
  const [item] = items;
  if (date === undefined || item === undefined) return;
  if (date >= item.current_period_start && date <= item.current_period_end) return;
  throw invalid('Invalid proration_date: must be within the current period of the subscription item.', {
    param: 'proration_date',
  });
}

const sameInterval = (a: SubscriptionItem, b: SubscriptionItem | undefined) =>
  a.price.recurring?.interval === b?.price.recurring?.interval &&
  a.price.recurring?.interval_count === b?.price.recurring?.interval_count;

function freshPeriod({ price }: SubscriptionItem, start: number) {
  const every = price.recurring ?? { interval: 'month', interval_count: 1 };
  return { current_period_start: start, current_period_end: periodEnd(start, every, start) };
}

function itemsAfter(world: World, subscription: Subscription, change: Change, now: number): SubscriptionItem[] {
  const before = subscription.items.data;
  const changes = change.items ?? [];
  for (const { id } of changes)
    if (id !== undefined && !before.some((item) => item.id === id))
      throw invalid(`Cannot find the subscription item ${id} on the subscription.`, {
        param: 'items[0][id]',
        code: 'resource_missing',
      });
  const kept = before.flatMap((item) => {
    const asked = changes.find(({ id }) => id === item.id);
    if (asked === undefined) return [item];
    return asked.deleted === true ? [] : [changedItem(world, item, asked)];
  });
  const [first] = before;
  const period = { start: first?.current_period_start ?? now, end: first?.current_period_end ?? now };
  const added = changes
    .filter(({ id }) => id === undefined)
    .map(({ price: id, quantity = 1, metadata }) => {
      const price = recurringPrice(world, id ?? '', 'items[0][price]');
      if (kept.some((item) => item.price.id === price.id))
        throw invalid(`A subscription item with the price \`${price.id}\` already exists for this subscription.`, {
          param: 'items',
        });
      return newItem({ price, quantity, subscription: subscription.id, period, at: now, metadata });
    });
  const items = [...kept, ...added];
  if (items.length === 0) throw invalid('A subscription must have at least one active plan.', { param: 'items' });
  return items;
}

function changedItem(world: World, item: SubscriptionItem, asked: ItemChange): SubscriptionItem {
  const price = asked.price === undefined ? item.price : recurringPrice(world, asked.price, 'items[0][price]');
  const quantity = asked.quantity ?? item.quantity ?? 1;
  return { ...item, price, plan: planOf(price), quantity, metadata: mergedMetadata(item.metadata, asked.metadata) };
}

/** Credits for what was, then debits for what is, of every item that differs. */
function prorationLines(parts: {
  world: World;
  before: readonly SubscriptionItem[];
  after: readonly SubscriptionItem[];
  at: number;
}): LineDraft[] {
  const { world, before, after, at } = parts;
  const differs = (a: SubscriptionItem, b: SubscriptionItem | undefined) =>
    a.price.id !== b?.price.id || a.quantity !== b.quantity;
  const twin = (of: readonly SubscriptionItem[], { id }: SubscriptionItem) => of.find((one) => one.id === id);
  const gone = before.filter((item) => differs(item, twin(after, item)));
  const come = after.filter((item) => differs(item, twin(before, item)));
  return [...gone.map((item) => creditLine(world, item, at)), ...come.map((item) => debitLine(world, item, at))];
}

/** The subscription's fields after a change. */
export function fieldsOf(subscription: Subscription, plan: Plan): Pick<Subscription, 'items' | 'billing_cycle_anchor'> {
  return { items: { ...subscription.items, data: [...plan.items] }, billing_cycle_anchor: plan.anchor };
}
