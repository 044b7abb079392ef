import type Stripe from 'stripe';
import type { InvoiceStatus } from '../../domain/billing/invoice.ts';
import type { Chosen, InvoiceFact, RefundFact, SubscriptionFact } from '../../domain/billing/stripe/facts.ts';
import { type SubscriptionStatus, subscriptionStatuses } from '../../domain/billing/subscription.ts';

type ChosenOf = (priceId: string) => Promise<Chosen | undefined>;

const ms = (seconds: number): number => seconds * 1000;
const idOf = (thing: string | { readonly id: string }): string => (typeof thing === 'string' ? thing : thing.id);
const maybe = <K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } =>
  value === null || value === undefined ? {} : ({ [key]: value } as { [P in K]: V });

/** A subscription as it came with its schedule expanded. In this version the period stands on its items. */
export async function subscriptionFact(subscription: Stripe.Subscription, chosenOf: ChosenOf): Promise<SubscriptionFact> {
  const [item] = subscription.items.data;
  if (item === undefined) throw new Error(`subscription ${subscription.id} has no item`);
  const { current_period_start, current_period_end, price } = item;
  const cancelAt = subscription.cancel_at ?? (subscription.cancel_at_period_end ? current_period_end : null);
  const { schedule, pending_update, latest_invoice } = subscription;
  return {
    id: subscription.id,
    status: statusOf(subscription.status),
    createdMs: ms(subscription.created),
    itemId: item.id,
    priceId: price.id,
    ...maybe('chosen', await chosenOf(price.id)),
    periodStartMs: ms(current_period_start),
    periodEndMs: ms(current_period_end),
    ...(cancelAt === null ? {} : { cancelAtMs: ms(cancelAt) }),
    ...(schedule === null ? {} : { scheduleId: idOf(schedule), ...maybe('next', await nextIn(schedule, price.id, chosenOf)) }),
    ...(pending_update === null || latest_invoice === null ? {} : { pendingInvoiceId: idOf(latest_invoice) }),
  };
}

function statusOf(status: string): SubscriptionStatus {
  const known = subscriptionStatuses.find((one) => one === status);
  if (known === undefined) throw new Error(`Stripe gives a subscription the status ${status}, which this version does not know`);
  return known;
}

/** The first phase that comes after the present one, when it is another price. */
async function nextIn(schedule: string | Stripe.SubscriptionSchedule, priceId: string, chosenOf: ChosenOf) {
  if (typeof schedule === 'string') throw new Error(`schedule ${schedule} did not come with its subscription`);
  const ends = schedule.current_phase?.end_date;
  const phase = ends === undefined ? undefined : schedule.phases.find(({ start_date }) => start_date >= ends);
  const price = phase?.items[0]?.price;
  if (phase === undefined || price === undefined || idOf(price) === priceId) return undefined;
  const chosen = await chosenOf(idOf(price));
  if (chosen === undefined)
    throw new Error(`schedule ${schedule.id} leads to a price that is not of the catalogue: ${idOf(price)}`);
  return { ...chosen, atMs: ms(phase.start_date) };
}

const statuses: readonly InvoiceStatus[] = ['draft', 'open', 'paid', 'uncollectible', 'void'];

/** An invoice as it came with its payments expanded. */
export async function invoiceFact(invoice: Stripe.Invoice, needsPerson: boolean, chosenOf: ChosenOf): Promise<InvoiceFact> {
  const subscription = invoice.parent?.subscription_details?.subscription;
  const line = invoice.lines.data.toSorted((a, b) => b.period.end - a.period.end || b.amount - a.amount)[0];
  const price = line?.pricing?.price_details?.price;
  const { finalized_at, paid_at } = invoice.status_transitions;
  return {
    id: invoice.id,
    ...(subscription === undefined ? {} : { subscriptionId: idOf(subscription) }),
    ...maybe('number', invoice.number),
    status: statuses.find((one) => one === invoice.status) ?? 'draft',
    ...(price === undefined ? {} : maybe('chosen', await chosenOf(idOf(price)))),
    dueCents: invoice.amount_due,
    paidCents: invoice.amount_paid,
    createdMs: ms(invoice.created),
    ...(finalized_at === null ? {} : { openedMs: ms(finalized_at) }),
    ...(paid_at === null ? {} : { paidMs: ms(paid_at) }),
    attempted: invoice.attempted,
    needsPerson,
    ...maybe('url', invoice.hosted_invoice_url),
    ...(line === undefined ? {} : { periodStartMs: ms(line.period.start), periodEndMs: ms(line.period.end) }),
    ...maybe('paymentId', paymentOf(invoice, 'paid')),
  };
}

/** The payment intent of an invoice that paid it, or that is to. */
export function paymentOf({ payments }: Stripe.Invoice, status: 'paid' | 'open'): string | undefined {
  const intent = payments?.data.find((payment) => payment.status === status)?.payment.payment_intent;
  return intent === undefined ? undefined : idOf(intent);
}

/** Failed and canceled ones gave nothing back (docs.stripe.com/api/refunds/object#refund_object-status). */
export function refundFact({ id, amount, status, metadata }: Stripe.Refund): RefundFact {
  return { id, cents: amount, counts: status !== 'failed' && status !== 'canceled', ...maybe('seed', metadata?.['seed']) };
}
