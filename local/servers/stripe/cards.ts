import type { PaymentMethod } from './wire.ts';
import { newId, type World } from './world.ts';

/** Why a card was declined. */
export interface Decline {
  readonly code: string;
  readonly decline_code?: string;
  readonly message: string;
}

interface TestCard {
  readonly brand: string;
  /** What happens when a person pays with it on a page. */
  readonly onSession: 'pays' | 'authenticates' | Decline;
  /** What happens when it is charged without the person. */
  readonly offSession: 'pays' | Decline;
}

const declined: Decline = { code: 'card_declined', decline_code: 'generic_decline', message: 'Your card was declined.' };
const poor: Decline = {
  code: 'card_declined',
  decline_code: 'insufficient_funds',
  message: 'Your card has insufficient funds.',
};
const expired: Decline = { code: 'expired_card', message: 'Your card has expired.' };
const wantsPerson: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

/** Stripe's test cards by number. The fifth attaches and pays its first invoice; Stripe's own declines that one, too. */
export const testCards: Readonly<Record<string, TestCard>> = {
  '4242424242424242': { brand: 'visa', onSession: 'pays', offSession: 'pays' },
  '5555555555554444': { brand: 'mastercard', onSession: 'pays', offSession: 'pays' },
  '4000000000000002': { brand: 'visa', onSession: declined, offSession: declined },
  '4000000000009995': { brand: 'visa', onSession: poor, offSession: poor },
  '4000000000000341': { brand: 'visa', onSession: 'pays', offSession: declined },
  '4000000000000069': { brand: 'visa', onSession: expired, offSession: expired },
  '4000002500003155': { brand: 'visa', onSession: 'authenticates', offSession: 'pays' },
  '4000002760003184': { brand: 'visa', onSession: 'authenticates', offSession: wantsPerson },
};

const tokens: Readonly<Record<string, string>> = {
  pm_card_visa: '4242424242424242',
  pm_card_mastercard: '5555555555554444',
  pm_card_chargeCustomerFail: '4000000000000341',
  pm_card_chargeDeclined: '4000000000000002',
  pm_card_chargeDeclinedInsufficientFunds: '4000000000009995',
  pm_card_authenticationRequired: '4000002760003184',
};

/** The card number that one of Stripe's test payment methods stands for. */
export const numberOfToken = (token: string): string | undefined => tokens[token];

/** What a card of this payment method does. */
export function cardOf(world: World, paymentMethod: string): TestCard | undefined {
  return testCards[String(world.note(paymentMethod)['number'])];
}

/** Attaches a new card to a customer. */
export function attachCard(world: World, customer: string, number: string): PaymentMethod {
  const method: PaymentMethod = {
    id: newId('pm_'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: {
      brand: testCards[number]?.brand ?? 'visa',
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: testCards[number]?.brand ?? 'visa',
      exp_month: 12,
      exp_year: 2034,
      fingerprint: newId('', 16),
      funding: 'credit',
      generated_from: null,
      last4: number.slice(-4),
      networks: { available: [testCards[number]?.brand ?? 'visa'], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: world.now(world.clockOf(customer)),
    customer,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
  world.addNote(method.id, { number });
  return world.create(method, 'payment_method.attached');
}
