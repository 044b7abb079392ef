import type Stripe from 'stripe';

/**
 * An object of the stripe package as it is on the wire: money of many digits is a string, and what may be expanded is
 * an id. A field that the package has and an object here has not does not compile.
 */
export type Wire<T> = string extends T ? Extract<T, string | null | undefined> : Plain<T>;
type Plain<T> = T extends Stripe.Decimal
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

export type Product = Wire<Stripe.Product>;
export type Price = Wire<Stripe.Price>;
export type Plan = Wire<Stripe.Plan>;
export type Customer = Wire<Stripe.Customer>;
export type PaymentMethod = Wire<Stripe.PaymentMethod>;
export type Session = Wire<Stripe.Checkout.Session>;
export type PortalSession = Wire<Stripe.BillingPortal.Session>;
export type Subscription = Wire<Stripe.Subscription>;
export type SubscriptionItem = Wire<Stripe.SubscriptionItem>;
export type Schedule = Wire<Stripe.SubscriptionSchedule>;
export type SchedulePhase = Wire<Stripe.SubscriptionSchedule.Phase>;
export type Invoice = Wire<Stripe.Invoice>;
export type InvoiceLine = Wire<Stripe.InvoiceLineItem>;
export type InvoicePayment = Wire<Stripe.InvoicePayment>;
export type PaymentIntent = Wire<Stripe.PaymentIntent>;
export type Charge = Wire<Stripe.Charge>;
export type Refund = Wire<Stripe.Refund>;
export type TestClock = Wire<Stripe.TestHelpers.TestClock>;
export type LineItem = Wire<Stripe.LineItem>;

/** An event; what it is about is any object, as it was then. */
export interface Event extends Omit<Wire<Stripe.EventBase>, 'data'> {
  readonly data: { readonly object: object; readonly previous_attributes?: Readonly<Record<string, unknown>> };
}

/** The kinds of objects by their `object` field. */
export interface Kinds {
  product: Product;
  price: Price;
  customer: Customer;
  payment_method: PaymentMethod;
  'checkout.session': Session;
  'billing_portal.session': PortalSession;
  subscription: Subscription;
  subscription_schedule: Schedule;
  invoice: Invoice;
  invoice_payment: InvoicePayment;
  payment_intent: PaymentIntent;
  charge: Charge;
  refund: Refund;
  'test_helpers.test_clock': TestClock;
  event: Event;
}

export type Kind = keyof Kinds;
export type Stored = Kinds[Kind];

/** A list as the API answers it, and as objects hold their parts. */
export function listOf<T>(data: T[], url: string, hasMore = false) {
  return { object: 'list' as const, data, has_more: hasMore, url };
}
