import { cardOf, type Decline } from './cards.ts';
import { chargeFor } from './intents.ts';
import { markPaid, subscriptionOf } from './invoices.ts';
import { day } from './time.ts';
import type { Invoice, PaymentIntent } from './wire.ts';
import type { World } from './world.ts';

/** How an attempt to pay an invoice ended. */
export type Outcome =
  | { readonly result: 'paid' }
  | { readonly result: 'declined'; readonly decline: Decline; readonly intent: PaymentIntent }
  | { readonly result: 'needs_person'; readonly intent: PaymentIntent }
  | { readonly result: 'no_method' };

interface Payment {
  readonly method?: string | undefined;
  /** `person`: somebody is at the page; `authenticated`: and has said yes to their bank. */
  readonly presence?: 'none' | 'person' | 'authenticated';
}

/** The card that pays for a subscription: its own, or its customer's. */
export function methodFor(world: World, invoice: Invoice): string | undefined {
  const own = subscriptionOf(world, invoice)?.default_payment_method;
  return own ?? world.find('customer', invoice.customer ?? '')?.invoice_settings.default_payment_method ?? undefined;
}

/** The payment that an open invoice waits for. */
export function intentOf(world: World, invoice: string): PaymentIntent | undefined {
  const payment = world.all('invoice_payment').find((one) => one.invoice === invoice && one.status !== 'canceled');
  return payment && world.get('payment_intent', payment.payment.payment_intent ?? '');
}

/** Tries to collect an open invoice, once. */
export function attempt(world: World, id: string, { method: given, presence = 'none' }: Payment = {}): Outcome {
  const invoice = world.get('invoice', id);
  const method = given ?? methodFor(world, invoice);
  const intent = intentOf(world, id);
  if (method === undefined || intent === undefined) {
    failed(world, invoice);
    return { result: 'no_method' };
  }
  const card = cardOf(world, method);
  const does = (presence === 'none' ? card?.offSession : card?.onSession) ?? 'pays';
  if (does === 'authenticates' && presence === 'person') return awaitPerson(world, { invoice, intent, method });
  if (typeof does === 'object') return decline(world, { invoice, intent, method, decline: does });
  succeed(world, { invoice, intent, method });
  return { result: 'paid' };
}

interface Attempt {
  readonly invoice: Invoice;
  readonly intent: PaymentIntent;
  readonly method: string;
}

function succeed(world: World, { invoice, intent, method }: Attempt): void {
  const charge = world.create(chargeFor(world, { intent, method }), 'charge.succeeded');
  const now = world.now(invoice.test_clock);
  const change = {
    status: 'succeeded',
    amount_received: intent.amount,
    latest_charge: charge.id,
    payment_method: method,
    last_payment_error: null,
    next_action: null,
  } as const;
  world.update('payment_intent', intent.id, change, 'payment_intent.succeeded');
  const payment = world.all('invoice_payment').find(({ payment: paying }) => paying.payment_intent === intent.id);
  if (payment !== undefined) {
    const status_transitions = { ...payment.status_transitions, paid_at: now };
    world.update('invoice_payment', payment.id, { status: 'paid', amount_paid: intent.amount, status_transitions });
    world.emit('invoice_payment.paid', world.get('invoice_payment', payment.id));
  }
  markPaid(world, invoice.id, intent.amount);
  revive(world, invoice);
}

/** A subscription whose latest invoice is paid is active; a change that waited for the payment takes effect. */
function revive(world: World, invoice: Invoice): void {
  const subscription = subscriptionOf(world, invoice);
  if (subscription === undefined || subscription.latest_invoice !== invoice.id) return;
  if (subscription.pending_update !== null) {
    const waiting = world.note(subscription.id)['waiting'] as object; // what a pending update put there
    world.update('subscription', subscription.id, { ...waiting, pending_update: null }, 'customer.subscription.updated');
    world.emit('customer.subscription.pending_update_applied', world.get('subscription', subscription.id));
  }
  if (['incomplete', 'past_due', 'unpaid'].includes(subscription.status))
    world.update('subscription', subscription.id, { status: 'active' }, 'customer.subscription.updated');
  world.update('customer', subscription.customer, { delinquent: false }, 'customer.updated');
}

function decline(world: World, { invoice, intent, method, decline: why }: Attempt & { decline: Decline }): Outcome {
  const charge = world.create(chargeFor(world, { intent, method, decline: why }), 'charge.failed');
  const error = { ...why, type: 'card_error', charge: charge.id } as const;
  const change = { status: 'requires_payment_method', latest_charge: charge.id, last_payment_error: error } as const;
  world.update('payment_intent', intent.id, change, 'payment_intent.payment_failed');
  failed(world, invoice);
  if (why.code === 'authentication_required') world.emit('invoice.payment_action_required', world.get('invoice', invoice.id));
  return { result: 'declined', decline: why, intent: world.get('payment_intent', intent.id) };
}

function awaitPerson(world: World, { invoice, intent, method }: Attempt): Outcome {
  const next_action = { type: 'use_stripe_sdk', use_stripe_sdk: {} };
  const change = { status: 'requires_action', payment_method: method, next_action } as const;
  world.update('payment_intent', intent.id, change, 'payment_intent.requires_action');
  world.emit('invoice.payment_action_required', invoice);
  return { result: 'needs_person', intent: world.get('payment_intent', intent.id) };
}

/** Notes a failed attempt, and when the next one is; the subscription is past due. */
function failed(world: World, invoice: Invoice): void {
  const now = world.now(invoice.test_clock);
  const first = Number(world.note(invoice.id)['first_attempt'] ?? now);
  world.addNote(invoice.id, { first_attempt: first });
  const delay = world.settings.retryDays[invoice.attempt_count];
  const retries = invoice.billing_reason !== 'subscription_create' && delay !== undefined;
  world.update('invoice', invoice.id, {
    attempted: true,
    attempt_count: invoice.attempt_count + 1,
    next_payment_attempt: retries ? first + delay * day : null,
  });
  world.emit('invoice.payment_failed', world.get('invoice', invoice.id));
  const subscription = subscriptionOf(world, invoice);
  if (subscription?.status !== 'active' || subscription.latest_invoice !== invoice.id) return;
  if (subscription.pending_update !== null) return;
  world.update('subscription', subscription.id, { status: 'past_due' }, 'customer.subscription.updated');
  world.update('customer', subscription.customer, { delinquent: true }, 'customer.updated');
}
