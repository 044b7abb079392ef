import type { Clock } from '../../../kit/clock.ts';
import { timestamp } from '../../../kit/clock.ts';
import { id, ulidFromCause } from '../../../kit/ids.ts';
import { Refusal } from '../../../kit/refusal.ts';
import type { Notice } from '../notice.ts';
import type { Subscription } from '../subscription.ts';
import type { Books } from './apply.ts';
import type { Charge } from './choose.ts';
import type { BtcAccount, BtcInvoice, Prompt, Seen } from './invoice.ts';

/** What one write changes, over what was read: all of it or nothing. */
export interface BooksWrite {
  readonly before: Books;
  /** With the next `ver`. */
  readonly account: BtcAccount;
  readonly subscription?: Subscription;
  readonly invoices?: readonly InvoiceWrite[];
  readonly notices?: readonly Notice[];
  readonly event: Doing & { readonly action: string };
  /** The request made its change: who runs it again finds that. */
  readonly mark?: string;
}
export interface InvoiceWrite {
  readonly next: BtcInvoice;
  /** Absent for a new one. */
  readonly before?: BtcInvoice;
}
export interface Doing {
  readonly by: string;
  readonly request_id?: string;
  readonly event_id: string;
  readonly why?: string;
}

export interface BtcBooks {
  readonly read: (tenantId: string) => Promise<Books>;
  readonly invoice: (tenantId: string, invoiceId: string) => Promise<BtcInvoice | undefined>;
  /** False when somebody else wrote one of them since it was read. */
  readonly save: (write: BooksWrite) => Promise<boolean>;
  /** An invoice alone, with what its owners are told; false as above. */
  readonly note: (write: InvoiceWrite, notices: readonly Notice[]) => Promise<boolean>;
  /** Whether a request made its change already. */
  readonly made: (tenantId: string, seed: string) => Promise<boolean>;
}

export interface NewInvoice {
  readonly order_id: string;
  readonly tenant_id: string;
  readonly cents: number;
  readonly minutes: number;
  readonly what: string;
}
export interface PullPayment {
  readonly claim_url: string;
}

/** BTCPay Server, as far as we need it. A call that gets no answer in time is a 503 `billing_unavailable`, and may be made again. */
export interface BtcNode {
  readonly get: (sourceId: string) => Promise<Seen | undefined>;
  /** The invoices that were made for an order of ours, the oldest first. */
  readonly byOrder: (orderId: string) => Promise<readonly Seen[]>;
  readonly create: (invoice: NewInvoice) => Promise<Seen>;
  /** Nobody shall pay it any more. It is no error when it has ended already. */
  readonly invalidate: (sourceId: string) => Promise<void>;
  readonly prompt: (sourceId: string) => Promise<Prompt | undefined>;
  /** The refund of that name, made if there is none yet. */
  readonly refund: (refund: { sourceId: string; name: string; cents: number }) => Promise<PullPayment>;
  /** A page of the store's invoices, those made since. */
  readonly listSince: (since: number, skip: number) => Promise<readonly Seen[]>;
}

export interface BtcPorts {
  readonly books: BtcBooks;
  readonly node: BtcNode;
  readonly clock: Clock;
  /** Has the clock look at a tenant now. */
  readonly ring: (tenantId: string) => Promise<void>;
}

/** How often a change is decided anew because somebody else wrote meanwhile. */
export const tries = 5;
export const contended = (): Refusal =>
  new Refusal(409, 'billing_in_progress', 'Another change or payment is being worked off: ask again in a moment.', {
    passing: true,
  });

/** What the platform does by itself, once for each state of the books. */
export const byItself = ({ account }: Books, now: number): Doing => ({
  by: 'platform',
  event_id: ulidFromCause(now, `btc ${account.tenant_id} ${account.ver}`),
});

export const renewalId = (account: BtcAccount, { plan_id, interval, until = '' }: Charge, now: number): string =>
  id('inv', ulidFromCause(now, `renewal ${account.tenant_id} ${until} ${plan_id} ${interval} ${account.ver}`));

/** An invoice of ours that BTCPay Server does not know yet. */
export const reserved = (
  invoiceId: string,
  { purpose, plan_id, interval, until, cents, minutes }: Charge,
  { tenantId, replaces, now }: { tenantId: string; replaces: BtcInvoice | undefined; now: number },
): BtcInvoice => ({
  tenant_id: tenantId,
  invoice_id: invoiceId,
  rail: 'btc',
  source_id: '',
  status: 'open',
  plan_id,
  interval,
  due_cents: cents,
  paid_cents: 0,
  refunded_cents: 0,
  btc: {
    purpose,
    ...(until === undefined ? {} : { until }),
    state: 'making',
    ...(replaces === undefined ? {} : { replaces: replaces.invoice_id }),
    minutes,
    refunds: [],
  },
  created_at: timestamp(now),
  updated_at: timestamp(now),
  ver: 1,
});

/** Its place is taken: nobody shall pay it. */
export const replacedBy = (old: BtcInvoice, now: number): InvoiceWrite => ({
  before: old,
  next: { ...old, status: 'void', btc: { ...old.btc, replaced: true }, updated_at: timestamp(now), ver: old.ver + 1 },
});

export const withoutOpen = ({ open: _open, ...account }: BtcAccount): BtcAccount => account;
