import type { Decline } from './cards.ts';
import type { Charge, Invoice, InvoicePayment, PaymentIntent } from './wire.ts';
import { newId, type World } from './world.ts';

/** What is the same on every new payment here. */
const newIntent = {
  allowed_payment_method_types: null,
  amount_capturable: 0,
  amount_received: 0,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: null,
  cancellation_reason: null,
  capture_method: 'automatic',
  confirmation_method: 'automatic',
  customer_account: null,
  excluded_payment_method_types: null,
  last_payment_error: null,
  latest_charge: null,
  livemode: false,
  managed_payments: null,
  next_action: null,
  on_behalf_of: null,
  payment_method: null,
  payment_method_configuration_details: null,
  payment_method_options: null,
  payment_record: null,
  processing: null,
  receipt_email: null,
  review: null,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
} satisfies Partial<PaymentIntent>;

/** The payment that an invoice is paid by. */
export function paymentIntentFor(world: World, invoice: Invoice): PaymentIntent {
  const id = newId('pi_');
  return {
    ...newIntent,
    id,
    object: 'payment_intent',
    amount: invoice.amount_due,
    client_secret: newId(`${id}_secret_`),
    created: world.now(invoice.test_clock),
    currency: invoice.currency,
    customer: invoice.customer,
    description: invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : 'Subscription update',
    metadata: {},
    payment_method_types: ['card'],
    setup_future_usage: 'off_session',
    status: 'requires_payment_method',
  };
}

/** What ties an invoice to its payment. */
export function invoicePaymentFor(invoice: Invoice, intent: string): InvoicePayment {
  return {
    id: newId('inpay_'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: invoice.effective_at ?? invoice.created,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: intent, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
}

interface ChargeOptions {
  readonly intent: PaymentIntent;
  readonly method: string;
  readonly decline?: Decline;
}

/** What is the same on every charge here. */
const plainCharge = {
  amount_refunded: 0,
  application: null,
  application_fee: null,
  application_fee_amount: null,
  calculated_statement_descriptor: 'VANTA',
  disputed: false,
  failure_balance_transaction: null,
  livemode: false,
  on_behalf_of: null,
  receipt_email: null,
  receipt_number: null,
  receipt_url: null,
  refunded: false,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
} satisfies Partial<Charge>;

/** One attempt on a card, which went well or did not. */
export function chargeFor(world: World, { intent, method, decline }: ChargeOptions): Charge {
  const { amount, currency, customer } = intent;
  const paid = decline === undefined;
  return {
    ...plainCharge,
    id: newId('ch_'),
    object: 'charge',
    amount,
    amount_captured: paid ? amount : 0,
    balance_transaction: paid ? newId('txn_') : null,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    captured: paid,
    created: world.now(world.clockOf(customer)),
    currency,
    customer,
    description: intent.description,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    metadata: {},
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: paid ? 'approved_by_network' : 'declined_by_network',
      reason: decline?.decline_code ?? null,
      risk_level: 'normal',
      seller_message: paid ? 'Payment complete.' : 'The bank did not accept the payment.',
      type: paid ? 'authorized' : 'issuer_declined',
    },
    paid,
    payment_intent: intent.id,
    payment_method: method,
    payment_method_details: { card: cardDetails(world, method), type: 'card' },
    status: paid ? 'succeeded' : 'failed',
  };
}

type CardDetails = NonNullable<NonNullable<Charge['payment_method_details']>['card']>;

function cardDetails(world: World, method: string): CardDetails {
  const card = world.find('payment_method', method)?.card;
  return {
    amount_authorized: null,
    authorization_code: null,
    brand: card?.brand ?? null,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: null },
    country: card?.country ?? null,
    electronic_commerce_indicator: null,
    exp_month: card?.exp_month ?? 0,
    exp_year: card?.exp_year ?? 0,
    fingerprint: card?.fingerprint ?? null,
    funding: card?.funding ?? null,
    installments: null,
    last4: card?.last4 ?? null,
    mandate: null,
    network: card?.brand ?? null,
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}
