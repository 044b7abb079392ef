import type { Books } from '../../../shared/domain/billing/btc/apply.ts';
import type { BtcInvoice, Seen } from '../../../shared/domain/billing/btc/invoice.ts';
import type { BooksWrite, BtcNode, BtcPorts, InvoiceWrite, NewInvoice } from '../../../shared/domain/billing/btc/ports.ts';
import type { Additional, Status } from '../../../shared/domain/billing/btc/states.ts';
import type { Notice } from '../../../shared/domain/billing/notice.ts';
import type { Subscription } from '../../../shared/domain/billing/subscription.ts';
import { milliseconds, timestamp } from '../../../shared/kit/clock.ts';
import { ulid } from '../../../shared/kit/ids.ts';
import { Refusal } from '../../../shared/kit/refusal.ts';
import { Died } from '../../world/memory/died.ts';

export const tenant = 'ten_01JNA5T8Q2V4W6X8Y0Z2B4D6F8';
export const january = milliseconds('2026-01-31T10:00:00.000Z');
export const day = 86_400_000;

let seeds = 0;
export const seed = (): string => {
  seeds += 1;
  return ulid(january, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, seeds >> 8, seeds & 255]));
};
export const asking = (own = seed()) => ({ tenantId: tenant, by: 'ann', seed: own, requestId: `req-${own}` });

interface NodeInvoice {
  readonly asked: NewInvoice;
  status: Status;
  additional: Additional;
  paid: number;
  confirmed: boolean;
  readonly created: number;
}

/** BTCPay Server and the table, in memory: what is written is held to what was read, as there. */
export class BtcWorld {
  now = january;
  down = false;
  books: Books = { account: { tenant_id: tenant, grants: [], ver: 0 }, subscription: undefined };
  readonly invoices = new Map<string, BtcInvoice>();
  /** One that must be there. */
  invoiceOf(id: string): BtcInvoice {
    const found = this.invoices.get(id);
    if (found === undefined) throw new Error(`there is no invoice ${id}`);
    return found;
  }
  readonly notices = new Map<string, Notice>();
  readonly nodes = new Map<string, NodeInvoice>();
  readonly refunds = new Map<string, { sourceId: string; cents: number }>();
  readonly rung: string[] = [];
  readonly calls: string[] = [];
  /** Throws before or after a write or call of that name, once. */
  crash: { readonly at: string; readonly when: 'before' | 'after' } | undefined;
  readonly #made = new Set<string>();

  readonly ports: BtcPorts = {
    clock: () => this.now,
    ring: async (tenantId) => void this.rung.push(tenantId),
    books: {
      read: async () => this.books,
      invoice: async (_tenant, id) => this.invoices.get(id),
      save: (write) => this.#dying('save', () => this.#save(write)),
      note: (write, notices) => this.#dying('note', () => this.#note(write, notices)),
      made: async (_tenant, its) => this.#made.has(its),
    },
    node: this.#node(),
  };

  get subscription(): Subscription | undefined {
    return this.books.subscription;
  }

  /** The node's invoice of one of ours. */
  nodeOf(invoiceId: string): { sourceId: string; state: NodeInvoice } {
    const found = [...this.nodes].find(([, { asked }]) => asked.order_id === invoiceId);
    if (found === undefined) throw new Error(`no invoice was made for ${invoiceId}`);
    return { sourceId: found[0], state: found[1] };
  }

  becomes(invoiceId: string, status: Status, additional: Additional, more: { paid?: number; confirmed?: boolean } = {}): string {
    const { sourceId, state } = this.nodeOf(invoiceId);
    const paid = more.paid ?? (status === 'Processing' || status === 'Settled' ? state.asked.cents : state.paid);
    Object.assign(state, { status, additional, paid, confirmed: more.confirmed ?? status === 'Settled' });
    return sourceId;
  }

  async #dying<T>(at: string, work: () => T): Promise<T> {
    const hit = this.crash?.at === at ? this.crash : undefined;
    if (hit !== undefined) this.crash = undefined;
    if (hit?.when === 'before') throw new Died('before');
    const done = work();
    if (hit?.when === 'after') throw new Died('after');
    return done;
  }

  #fits = ({ next, before }: InvoiceWrite): boolean => this.invoices.get(next.invoice_id)?.ver === before?.ver;

  #save({ before, account, subscription, invoices = [], notices = [], mark }: BooksWrite): boolean {
    const held =
      before.account.ver === this.books.account.ver &&
      (subscription === undefined || before.subscription?.ver === this.books.subscription?.ver);
    if (!held || !invoices.every(this.#fits)) return false;
    if (account.ver !== before.account.ver + 1) throw new Error('an account was written without its next ver');
    this.books = { account, subscription: subscription ?? this.books.subscription };
    for (const { next } of invoices) this.invoices.set(next.invoice_id, next);
    for (const notice of notices) this.notices.set(notice.notice_id, notice);
    if (mark !== undefined) this.#made.add(mark);
    return true;
  }

  #note(write: InvoiceWrite, notices: readonly Notice[]): boolean {
    if (!this.#fits(write)) return false;
    this.invoices.set(write.next.invoice_id, write.next);
    for (const notice of notices) this.notices.set(notice.notice_id, notice);
    return true;
  }

  #seen(sourceId: string): Seen | undefined {
    const it = this.nodes.get(sourceId);
    if (it === undefined) return undefined;
    const { asked, status, additional, paid, confirmed, created } = it;
    return {
      source_id: sourceId,
      order_id: asked.order_id,
      tenant_id: asked.tenant_id,
      status,
      additional,
      paid_cents: paid,
      confirmed_cents: confirmed ? paid : 0,
      confirmed,
      checkout_url: `https://btcpay.example/i/${sourceId}`,
      created_at: timestamp(created),
      expires_at: timestamp(created + asked.minutes * 60_000),
    };
  }

  #node(): BtcNode {
    const call = <T>(name: string, work: () => T): Promise<T> => {
      this.calls.push(name);
      if (this.down) return Promise.reject(new Refusal(503, 'billing_unavailable', 'down', { passing: true }));
      return this.#dying(name, work);
    };
    return {
      get: (id) => call('get', () => this.#seen(id)),
      byOrder: (order) =>
        call('byOrder', () => [...this.nodes].flatMap(([id, n]) => (n.asked.order_id === order ? (this.#seen(id) ?? []) : []))),
      create: (asked) => call('create', () => this.#create(asked)),
      invalidate: (id) =>
        call('invalidate', () => void Object.assign(this.nodes.get(id) ?? {}, { status: 'Invalid', additional: 'Marked' })),
      prompt: () => call('prompt', () => ({ amount_btc: '0.002', address: 'bcrt1qexample', rate: '99500' })),
      refund: ({ sourceId, name, cents }) => call('refund', () => this.#refund(sourceId, name, cents)),
      listSince: (_since, skip) =>
        call('list', () => [...this.nodes.keys()].flatMap((id) => this.#seen(id) ?? []).slice(skip, skip + 100)),
    };
  }

  #create(asked: NewInvoice): Seen {
    const id = `btcpay${this.nodes.size + 1}`;
    this.nodes.set(id, { asked, status: 'New', additional: 'None', paid: 0, confirmed: false, created: this.now });
    return this.#seen(id) as Seen;
  }

  #refund(sourceId: string, name: string, cents: number) {
    if (!this.refunds.has(name)) this.refunds.set(name, { sourceId, cents });
    return { claim_url: `https://btcpay.example/pull/${name}` };
  }
}
