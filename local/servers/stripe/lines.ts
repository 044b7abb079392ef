import { dayText, moneyText } from './time.ts';
import type { InvoiceLine, Price, SubscriptionItem } from './wire.ts';
import { newId, type World } from './world.ts';

/** A line that is not on an invoice yet. */
export interface LineDraft {
  readonly amount: number;
  readonly description: string;
  readonly price: Price;
  readonly quantity: number;
  readonly period: { readonly start: number; readonly end: number };
  readonly proration: boolean;
  readonly item: string;
}

type Priced = Pick<SubscriptionItem, 'id' | 'price' | 'quantity' | 'current_period_start' | 'current_period_end'>;

const totalOf = ({ price, quantity = 1 }: Pick<Priced, 'price' | 'quantity'>) => (price.unit_amount ?? 0) * quantity;
const nameOf = (world: World, price: Price) => world.find('product', price.product)?.name ?? price.nickname ?? price.id;

/**
 * The part of an item's price for the time from `at` to the end of its period, to the second, rounded half away from
 * zero to whole cents, each line for itself.
 */
export function remainingAmount(item: Priced, at: number): number {
  const whole = item.current_period_end - item.current_period_start;
  return Math.round((totalOf(item) * (item.current_period_end - at)) / whole);
}

/** What is given back for the time that was paid and will not be used. */
export function creditLine(world: World, item: Priced, at: number): LineDraft {
  const { price, quantity = 1, id, current_period_end: end } = item;
  const amount = -remainingAmount(item, at) || 0;
  const description = `Unused time on ${amountOf(quantity)}${nameOf(world, price)} after ${dayText(at)}`;
  return { amount, description, price, quantity, period: { start: at, end }, proration: true, item: id };
}

/** What the rest of the period costs at the new price. */
export function debitLine(world: World, item: Priced, at: number): LineDraft {
  const { price, quantity = 1, id, current_period_end: end } = item;
  const description = `Remaining time on ${amountOf(quantity)}${nameOf(world, price)} after ${dayText(at)}`;
  return {
    amount: remainingAmount(item, at),
    description,
    price,
    quantity,
    period: { start: at, end },
    proration: true,
    item: id,
  };
}

const amountOf = (quantity: number) => (quantity === 1 ? '' : `${quantity} × `);

/** A whole period of an item. */
export function fullLine(world: World, item: Priced): LineDraft {
  const { price, quantity = 1, id, current_period_start: start, current_period_end: end } = item;
  const per = `${moneyText(price.unit_amount ?? 0, price.currency)} / ${price.recurring?.interval}`;
  const description = `${quantity} × ${nameOf(world, price)} (at ${per})`;
  return { amount: totalOf(item), description, price, quantity, period: { start, end }, proration: false, item: id };
}

/** A line as it stands on an invoice. */
export function lineOf(draft: LineDraft, on: { invoice: string | null; subscription: string }): InvoiceLine {
  const { price, quantity, proration } = draft;
  return {
    id: newId('il_'),
    object: 'line_item',
    amount: draft.amount,
    currency: price.currency,
    description: draft.description,
    discount_amounts: [],
    discountable: !proration,
    discounts: [],
    invoice: on.invoice,
    livemode: false,
    metadata: price.metadata,
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration,
        proration_details: proration ? { credited_items: null } : null,
        subscription: on.subscription,
        subscription_item: draft.item,
      },
      type: 'subscription_item_details',
    },
    period: { ...draft.period },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: price.id, product: price.product },
      type: 'price_details',
      unit_amount_decimal: price.unit_amount_decimal,
    },
    quantity,
    quantity_decimal: String(quantity),
    subscription: on.subscription,
    subtotal: draft.amount,
    taxes: [],
  };
}
