import { invoicePaymentFor, paymentIntentFor } from './intents.ts';
import { type LineDraft, lineOf } from './lines.ts';
import { type Invoice, listOf, type Subscription } from './wire.ts';
import { newId, type World } from './world.ts';

interface Draft {
  readonly subscription: Subscription;
  readonly reason: NonNullable<Invoice['billing_reason']>;
  readonly lines: readonly LineDraft[];
  readonly prorationDate?: number;
}

const sum = (lines: readonly LineDraft[]) => lines.reduce((total, { amount }) => total + amount, 0);

/** An invoice of a subscription, not stored: what a preview shows, and what becomes a draft. */
export function invoiceOf(world: World, { subscription, reason, lines, prorationDate }: Draft): Invoice {
  const id = newId('in_');
  const customer = world.get('customer', subscription.customer);
  const now = world.now(customer.test_clock);
  const total = sum(lines);
  const starts = lines.map(({ period }) => period.start);
  return {
    ...emptyParts,
    id,
    object: 'invoice',
    ...amounts(total, customer.balance),
    billing_reason: reason,
    created: now,
    currency: subscription.currency,
    customer: customer.id,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    lines: listOf(
      lines.map((line) => lineOf(line, { invoice: id, subscription: subscription.id })),
      `/v1/invoices/${id}/lines`,
    ),
    parent: parentOf(subscription, prorationDate),
    period_end: now,
    period_start: Math.min(now, ...starts),
    starting_balance: customer.balance,
    status: 'draft',
    subtotal: total,
    subtotal_excluding_tax: total,
    test_clock: customer.test_clock ?? null,
    total,
    total_excluding_tax: total,
  };
}

function parentOf({ id, metadata }: Subscription, prorationDate: number | undefined): Invoice['parent'] {
  const proration = prorationDate === undefined ? {} : { subscription_proration_date: prorationDate };
  return {
    quote_details: null,
    subscription_details: { metadata, subscription: id, ...proration },
    type: 'subscription_details',
  };
}

/** A customer's credit (a negative balance) pays first; what a negative invoice leaves is added to it. */
function amounts(total: number, balance: number) {
  const due = Math.max(0, total + balance);
  return { amount_due: due, amount_overpaid: 0, amount_paid: 0, amount_remaining: due, amount_shipping: 0 };
}

/** What is the same on every invoice here. */
const emptyParts = {
  attempt_count: 0,
  attempted: false,
  auto_advance: true,
  automatically_finalizes_at: null,
  customer_address: null,
  ending_balance: null,
  number: null,
  metadata: {},
  account_country: 'US',
  account_name: 'VANTA Platform',
  account_tax_ids: null,
  application: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
  collection_method: 'charge_automatically',
  custom_fields: null,
  customer_account: null,
  customer_shipping: null,
  customer_tax_exempt: 'none',
  customer_tax_ids: [],
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  due_date: null,
  effective_at: null,
  footer: null,
  from_invoice: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  issuer: { type: 'self' },
  last_finalization_error: null,
  latest_revision: null,
  livemode: false,
  next_payment_attempt: null,
  on_behalf_of: null,
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  statement_descriptor: null,
  status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
  total_discount_amounts: [],
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: null,
} satisfies Partial<Invoice>;

/** Stores an invoice as a draft, which is its subscription's latest from then on. */
export function draftInvoice(world: World, draft: Draft): Invoice {
  const invoice = world.create(invoiceOf(world, draft), 'invoice.created');
  world.update('subscription', draft.subscription.id, { latest_invoice: invoice.id });
  return invoice;
}

/** Opens a draft for payment: it gets its number, its page and its payment, or is paid when nothing is due. */
export function finalize(world: World, id: string): Invoice {
  const draft = world.get('invoice', id);
  const customer = world.get('customer', draft.customer ?? '');
  const now = world.now(draft.test_clock);
  const due = amounts(draft.total, customer.balance);
  const balance = draft.total + customer.balance - due.amount_due;
  const opened = world.update('invoice', id, {
    ...due,
    status: 'open',
    number: `${customer.invoice_prefix}-${String(customer.next_invoice_sequence).padStart(4, '0')}`,
    effective_at: now,
    automatically_finalizes_at: null,
    starting_balance: customer.balance,
    ending_balance: balance,
    hosted_invoice_url: `${world.base}/invoice/${id}`,
    invoice_pdf: `${world.base}/invoice/${id}?pdf`,
    status_transitions: { ...draft.status_transitions, finalized_at: now },
  });
  world.update('customer', customer.id, { next_invoice_sequence: (customer.next_invoice_sequence ?? 1) + 1 });
  if (balance !== customer.balance) world.update('customer', customer.id, { balance }, 'customer.updated');
  if (due.amount_due > 0) {
    const intent = world.create(paymentIntentFor(world, opened), 'payment_intent.created');
    world.create(invoicePaymentFor(opened, intent.id));
  }
  world.emit('invoice.finalized', world.get('invoice', id));
  return due.amount_due > 0 ? opened : markPaid(world, id, 0);
}

/** An invoice on which nothing is open any more. */
export function markPaid(world: World, id: string, paid: number): Invoice {
  const { status_transitions, amount_due, test_clock, attempt_count } = world.get('invoice', id);
  const invoice = world.update('invoice', id, {
    status: 'paid',
    amount_paid: paid,
    amount_remaining: amount_due - paid,
    attempted: true,
    attempt_count: attempt_count + (paid > 0 ? 1 : 0),
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...status_transitions, paid_at: world.now(test_clock) },
  });
  world.emit('invoice.paid', invoice);
  world.emit('invoice.payment_succeeded', invoice);
  return invoice;
}

/** An invoice that nobody has to pay any more; its payment is canceled. */
export function voidInvoice(world: World, id: string): Invoice {
  const { status_transitions, test_clock } = world.get('invoice', id);
  const now = world.now(test_clock);
  for (const payment of world.all('invoice_payment').filter(({ invoice, status }) => invoice === id && status === 'open')) {
    world.update('invoice_payment', payment.id, {
      status: 'canceled',
      status_transitions: { ...payment.status_transitions, canceled_at: now },
    });
    const change = { status: 'canceled', canceled_at: now, cancellation_reason: 'void_invoice', next_action: null } as const;
    world.update('payment_intent', payment.payment.payment_intent ?? '', change, 'payment_intent.canceled');
  }
  const change = {
    status: 'void',
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...status_transitions, voided_at: now },
  } as const;
  return world.update('invoice', id, change, 'invoice.voided');
}

/** The subscription that an invoice is for. */
export function subscriptionOf(world: World, invoice: Invoice): Subscription | undefined {
  const id = invoice.parent?.subscription_details?.subscription;
  return id === undefined ? undefined : world.find('subscription', id);
}
