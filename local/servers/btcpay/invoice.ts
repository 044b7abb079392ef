import {
  add,
  type Decimal,
  decimal,
  format,
  multiply,
  ratio,
  roundTowardZero,
  subtract,
  zero,
} from '../../../shared/kit/decimal.ts';

// The Greenfield API's own words and shapes: swagger.template.invoices.json of BTCPay Server 2.

export type Status = 'New' | 'Processing' | 'Expired' | 'Invalid' | 'Settled';
export type AdditionalStatus = 'None' | 'PaidLate' | 'PaidPartial' | 'Marked' | 'Invalid' | 'PaidOver';
export type SpeedPolicy = 'HighSpeed' | 'MediumSpeed' | 'LowMediumSpeed' | 'LowSpeed';

/** Confirmations that a payment needs. */
export const confirmationsFor: Readonly<Record<SpeedPolicy, number>> = {
  HighSpeed: 0,
  MediumSpeed: 1,
  LowMediumSpeed: 2,
  LowSpeed: 6,
};

export interface Checkout {
  readonly speedPolicy: SpeedPolicy;
  readonly paymentMethods: readonly string[];
  readonly defaultPaymentMethod: string | null;
  readonly lazyPaymentMethods: boolean | null;
  readonly expirationMinutes: number;
  readonly monitoringMinutes: number;
  readonly paymentTolerance: number;
  readonly redirectURL: string | null;
  readonly redirectAutomatically: boolean;
  readonly defaultLanguage: string | null;
}

/** An invoice as it is kept; `rate` is locked when it is made. */
export interface Invoice {
  readonly id: string;
  readonly storeId: string;
  readonly amount: string;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly checkout: Checkout;
  readonly createdTime: number;
  readonly expirationTime: number;
  readonly monitoringExpiration: number;
  readonly status: Status;
  readonly additionalStatus: AdditionalStatus;
  readonly archived: boolean;
  readonly rate: string;
  readonly destination: string;
}

export interface Payment {
  readonly id: string;
  readonly invoiceId: string;
  readonly receivedDate: number;
  /** In bitcoin. */
  readonly value: string;
  readonly confirmations: number;
  /** It was replaced in the chain by another one, and will never confirm. */
  readonly replaced: boolean;
}

export interface PullPayment {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly currency: string;
  readonly amount: string;
  readonly BOLT11Expiration: string;
  readonly autoApproveClaims: boolean;
  readonly archived: boolean;
}

const satoshi = decimal('0.00000001');
const cent = decimal('0.01');

/** What is due in bitcoin: the amount at the locked rate, rounded up to a satoshi. */
export function dueOf({ amount, rate }: Pick<Invoice, 'amount' | 'rate'>): Decimal {
  const exact = ratio([decimal(amount)], [decimal(rate)]);
  const down = roundTowardZero(exact, satoshi);
  return down === exact ? down : add(down, satoshi);
}

/** The least that counts as paid: the tolerance is a percentage of what is due. */
export function leastOf(invoice: Invoice): Decimal {
  const due = dueOf(invoice);
  const tolerance = decimal(String(invoice.checkout.paymentTolerance));
  return subtract(due, ratio([due, tolerance], [decimal('100')]));
}

export const sum = (payments: readonly Payment[]): Decimal =>
  payments.reduce((total, { value }) => add(total, decimal(value)), zero);

/** Bitcoin in the invoice's currency, to the cent, half away from zero. */
export function inCurrency(bitcoin: Decimal, rate: string): string {
  return format(roundTowardZero(add(multiply(bitcoin, decimal(rate)), decimal('0.005')), cent));
}

export type PaymentStatus = 'Invalid' | 'Processing' | 'Settled';

export function statusOf(payment: Payment, { checkout }: Invoice): PaymentStatus {
  if (payment.replaced) return 'Invalid';
  return payment.confirmations >= confirmationsFor[checkout.speedPolicy] ? 'Settled' : 'Processing';
}

/** A payment as the API and the webhooks show it. */
export function paymentModel(payment: Payment, invoice: Invoice) {
  const { id, receivedDate, value } = payment;
  return { id, receivedDate, value, fee: '0', status: statusOf(payment, invoice), destination: invoice.destination };
}

/** A store's invoice as the API shows it. */
export function invoiceModel(invoice: Invoice, payments: readonly Payment[], base: string) {
  const { rate, destination: _, ...shown } = invoice;
  return {
    ...shown,
    paidAmount: inCurrency(sum(payments), rate),
    type: 'Standard',
    checkoutLink: `${base}/i/${invoice.id}`,
    availableStatusesForManualMarking: markable(invoice),
    receipt: { enabled: null, showQR: null, showPayments: null },
  };
}

/** What a merchant may mark an invoice as. */
export function markable({ status, additionalStatus }: Pick<Invoice, 'status' | 'additionalStatus'>): ('Settled' | 'Invalid')[] {
  const marked = additionalStatus === 'Marked';
  const settled = ['New', 'Processing', 'Expired', 'Invalid'].includes(status);
  const invalid = ['New', 'Processing', 'Expired'].includes(status) || (status !== 'Invalid' && marked);
  return [...(settled ? (['Settled'] as const) : []), ...(invalid ? (['Invalid'] as const) : [])];
}

export const refundable = ({ status, additionalStatus }: Invoice): boolean =>
  status === 'Settled' ||
  status === 'Invalid' ||
  (status === 'Expired' && ['PaidLate', 'PaidOver', 'PaidPartial'].includes(additionalStatus));

/** The one payment method of the store: bitcoin on the chain. */
export function methodModel(invoice: Invoice, payments: readonly Payment[], shown: readonly Payment[]) {
  const paid = sum(payments);
  const due = dueOf(invoice);
  return {
    paymentMethodId: 'BTC-CHAIN',
    currency: 'BTC',
    destination: invoice.destination,
    paymentLink: `bitcoin:${invoice.destination}?amount=${format(due)}`,
    rate: invoice.rate,
    paymentMethodPaid: format(paid),
    totalPaid: format(paid),
    due: format(subtract(due, paid)),
    amount: format(due),
    paymentMethodFee: '0',
    payments: shown.map((payment) => paymentModel(payment, invoice)),
    activated: true,
    additionalData: {},
  };
}
