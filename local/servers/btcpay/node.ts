import { randomBytes } from 'node:crypto';
import type { AdditionalStatus, Invoice, Payment, PullPayment, Status } from './invoice.ts';
import { dueOf, leastOf, paymentModel, statusOf, sum } from './invoice.ts';

/** What happened, as a webhook tells it; the delivery's own fields are added when it is sent. */
export interface NodeEvent {
  readonly id: string;
  readonly type: string;
  readonly timestamp: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface NodeState {
  readonly invoices: readonly Invoice[];
  readonly payments: readonly Payment[];
  readonly pullPayments: readonly PullPayment[];
  readonly events: readonly NodeEvent[];
  readonly offsetSeconds: number;
  readonly rate: string;
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
export const newId = (length = 22) => [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join('');
export const defaultRate = '64392.23';

/** A BTCPay Server with its invoices and the payments that it sees. */
export class BtcNode {
  readonly invoices = new Map<string, Invoice>();
  readonly payments = new Map<string, Payment>();
  readonly pullPayments = new Map<string, PullPayment>();
  readonly events = new Map<string, NodeEvent>();
  /** Events of the work under way, which are sent when it is done. */
  told: NodeEvent[] = [];
  offsetSeconds = 0;
  /** Dollars for a bitcoin, for invoices that are made from now on. */
  rate = defaultRate;
  /** The time of what is being done late, while it is done. */
  #at: number | undefined;
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  now(): number {
    return this.#at ?? Math.floor(this.#clock() / 1000) + this.offsetSeconds;
  }

  /** Payments that count: those that were not replaced in the chain. */
  paymentsOf(invoice: string, all = false): Payment[] {
    return [...this.payments.values()].filter((one) => one.invoiceId === invoice && (all || !one.replaced));
  }

  tell(type: string, invoice: Invoice, more: Readonly<Record<string, unknown>> = {}): void {
    const { id: invoiceId, storeId, metadata } = invoice;
    const event = { id: newId(), type, timestamp: this.now(), body: { storeId, invoiceId, metadata, ...more } };
    this.events.set(event.id, event);
    this.told.push(event);
  }

  change(id: string, status: Status, additionalStatus: AdditionalStatus): Invoice {
    const invoice = { ...this.invoice(id), status, additionalStatus };
    this.invoices.set(id, invoice);
    return invoice;
  }

  /** Throws for an id that the caller has not checked. */
  invoice(id: string): Invoice {
    const found = this.invoices.get(id);
    if (found === undefined) throw new Error(`there is no invoice ${id}`);
    return found;
  }

  /** The node sees a payment, or another state of one that it has. */
  see(payment: Payment): void {
    const before = this.payments.get(payment.id);
    this.payments.set(payment.id, payment);
    const invoice = this.invoice(payment.invoiceId);
    const about = {
      afterExpiration: invoice.status === 'Expired' || invoice.status === 'Invalid',
      paymentMethodId: 'BTC-CHAIN',
      payment: paymentModel(payment, invoice),
    };
    if (before === undefined) this.tell('InvoiceReceivedPayment', invoice, about);
    const settledBefore = before !== undefined && statusOf(before, invoice) === 'Settled';
    if (statusOf(payment, invoice) === 'Settled' && !settledBefore) this.tell('InvoicePaymentSettled', invoice, about);
    this.watch(payment.invoiceId);
  }

  /** Moves an invoice as its payments and the time say, as BTCPay Server's watcher does. */
  watch(id: string): void {
    this.#expire(id);
    const invoice = this.invoice(id);
    if (invoice.status === 'New' || invoice.status === 'Expired') this.#whenUnpaid(invoice);
    if (this.invoice(id).status === 'Processing') this.#whenPaid(id);
  }

  #expire(id: string): void {
    const { status, additionalStatus, expirationTime } = this.invoice(id);
    if (status !== 'New' || this.now() < expirationTime) return;
    const partiallyPaid = this.paymentsOf(id).length > 0;
    const invoice = this.change(id, 'Expired', additionalStatus);
    this.tell('InvoiceExpired', invoice, { partiallyPaid });
    if (partiallyPaid) this.tell('InvoiceExpiredPaidPartial', invoice, { afterExpiration: true });
  }

  #whenUnpaid(invoice: Invoice): void {
    const { id, status, additionalStatus } = invoice;
    const paid = sum(this.paymentsOf(id));
    if (paid < leastOf(invoice) && additionalStatus === 'PaidLate') return;
    if (paid < leastOf(invoice)) {
      const partial = paid > 0n ? 'PaidPartial' : 'None';
      if (additionalStatus !== partial) this.change(id, status, partial);
    } else if (status === 'New') {
      const over = paid > dueOf(invoice);
      this.tell('InvoiceProcessing', this.change(id, 'Processing', over ? 'PaidOver' : 'None'), { overPaid: over });
    } else if (additionalStatus !== 'PaidLate') {
      this.tell('InvoicePaidAfterExpiration', this.change(id, 'Expired', 'PaidLate'), { afterExpiration: true });
    }
  }

  #whenPaid(id: string): void {
    const invoice = this.invoice(id);
    const payments = this.paymentsOf(id);
    const paid = sum(payments);
    if (paid < leastOf(invoice)) {
      // A payment was replaced in the chain: the invoice waits again.
      this.change(id, 'New', paid > 0n ? 'PaidPartial' : 'None');
      this.#expire(id);
      return;
    }
    const overPaid = paid > dueOf(invoice);
    this.change(id, 'Processing', overPaid ? 'PaidOver' : 'None');
    const confirmed = sum(payments.filter((payment) => statusOf(payment, invoice) === 'Settled'));
    const { additionalStatus } = this.invoice(id);
    if (confirmed >= leastOf(invoice))
      this.tell('InvoiceSettled', this.change(id, 'Settled', additionalStatus), { manuallyMarked: false, overPaid });
    else if (this.now() >= invoice.monitoringExpiration)
      this.tell('InvoiceInvalid', this.change(id, 'Invalid', additionalStatus), { manuallyMarked: false });
  }

  /** Does what has become due, each thing at its own time. */
  catchUp(): void {
    const until = this.now();
    const due = [...this.invoices.values()]
      .flatMap(({ id, status, expirationTime, monitoringExpiration }) => {
        if (status === 'New') return [{ id, at: expirationTime }];
        return status === 'Processing' ? [{ id, at: monitoringExpiration }] : [];
      })
      .filter(({ at }) => at <= until)
      .sort((a, b) => a.at - b.at);
    try {
      for (const { id, at } of due) {
        this.#at = at;
        this.watch(id);
      }
    } finally {
      this.#at = undefined;
    }
  }

  dump(): NodeState {
    const { offsetSeconds, rate } = this;
    const [invoices, payments] = [[...this.invoices.values()], [...this.payments.values()]];
    return {
      invoices,
      payments,
      pullPayments: [...this.pullPayments.values()],
      events: [...this.events.values()],
      offsetSeconds,
      rate,
    };
  }

  load({ invoices, payments, pullPayments, events, offsetSeconds, rate }: NodeState): void {
    fill(this.invoices, invoices);
    fill(this.payments, payments);
    fill(this.pullPayments, pullPayments);
    fill(this.events, events);
    Object.assign(this, { offsetSeconds, rate, told: [] });
  }

  reset(): void {
    this.load({ invoices: [], payments: [], pullPayments: [], events: [], offsetSeconds: 0, rate: defaultRate });
  }
}

function fill<T extends { id: string }>(map: Map<string, T>, items: readonly T[]): void {
  map.clear();
  for (const item of items) map.set(item.id, item);
}
