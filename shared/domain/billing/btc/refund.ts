import { timestamp } from '../../../kit/clock.ts';
import { Refusal } from '../../../kit/refusal.ts';
import { dollars } from '../money.ts';
import type { Asking } from '../rail.ts';
import { type BtcInvoice, type Refund, refundableCents } from './invoice.ts';
import { paymentUnderWay } from './issue.ts';
import { noticeOf } from './notices.ts';
import type { Grant } from './periods.ts';
import { type BtcPorts, contended, tries } from './ports.ts';
import { projected } from './projection.ts';

/**
 * Gives back what was paid: BTCPay Server makes a pull payment, whose link its payer uses to say where the money should go. The amount is
 * taken off what may still be given back before BTCPay Server is asked, so that no two requests give the same money; the pull payment
 * carries the request's name, so that a request which is run again finds it. Given back in full, what it paid for ends.
 */
export async function refund(ports: BtcPorts, asking: Asking, asked: BtcInvoice, cents: number | undefined): Promise<BtcInvoice> {
  const refundId = `rfd_${asking.seed}`;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const invoice = await ports.books.invoice(asked.tenant_id, asked.invoice_id);
    if (invoice === undefined) throw new Error('an invoice of ours is gone');
    const known = invoice.btc.refunds.find(({ refund_id }) => refund_id === refundId);
    if (known !== undefined) return finished(ports, invoice, known);
    const promised = { refund_id: refundId, cents: amountOf(invoice, cents), created_at: timestamp(ports.clock()) };
    const next = await promise(ports, { asking, invoice, promised });
    if (next !== undefined) return finished(ports, next, promised);
  }
  throw contended();
}

function amountOf(invoice: BtcInvoice, cents: number | undefined): number {
  // BTCPay Server gives nothing back while an invoice may still be paid.
  if (invoice.btc.status === 'New' || invoice.btc.status === 'Processing') throw paymentUnderWay();
  const most = refundableCents(invoice);
  const wanted = cents ?? most;
  if (most === 0) throw new Refusal(409, 'nothing_to_refund', 'Nothing that was paid on this invoice is left to give back.');
  if (wanted > most)
    throw new Refusal(409, 'refund_exceeds_paid', `At most ${dollars(most)} is left to give back.`, {
      extra: { left: dollars(most) },
    });
  return wanted;
}

interface Promising {
  readonly asking: Asking;
  readonly invoice: BtcInvoice;
  readonly promised: Refund;
}

/** Undefined when somebody else wrote meanwhile. */
async function promise(
  { books, clock, ring }: BtcPorts,
  { asking, invoice, promised }: Promising,
): Promise<BtcInvoice | undefined> {
  const now = clock();
  const before = await books.read(invoice.tenant_id);
  const refunded_cents = invoice.refunded_cents + promised.cents;
  const btc = { ...invoice.btc, refunds: [...invoice.btc.refunds, promised] };
  const next: BtcInvoice = { ...invoice, refunded_cents, btc, updated_at: timestamp(now), ver: invoice.ver + 1 };
  const grants =
    refunded_cents >= invoice.paid_cents ? endedBy(before.account.grants, invoice.invoice_id, now) : before.account.grants;
  const ends = grants !== before.account.grants;
  const account = { ...before.account, grants, ver: before.account.ver + 1 };
  const subscription = ends ? projected(account, before.subscription, now) : undefined;
  const saved = await books.save({
    before,
    account,
    ...(subscription === undefined ? {} : { subscription }),
    invoices: [{ before: invoice, next }],
    notices: [
      noticeOf(next, { kind: 'refunded', what: promised.refund_id, facts: { amount_usd: dollars(promised.cents) } }, now),
    ],
    event: {
      by: asking.by,
      action: 'invoice.refunded',
      event_id: asking.seed,
      request_id: asking.requestId,
      why: promised.refund_id,
    },
  });
  if (saved && ends) await ring(invoice.tenant_id);
  return saved ? next : undefined;
}

/** The same list where nothing ends. */
function endedBy(grants: readonly Grant[], invoiceId: string, now: number): readonly Grant[] {
  const standing = grants.find((g) => g.invoice_id === invoiceId && g.taken_back_at === undefined);
  return standing === undefined ? grants : grants.map((g) => (g === standing ? { ...g, taken_back_at: timestamp(now) } : g));
}

async function finished(ports: BtcPorts, invoice: BtcInvoice, { refund_id, cents, claim_url }: Refund): Promise<BtcInvoice> {
  if (claim_url !== undefined) return invoice;
  const made = await ports.node.refund({ sourceId: invoice.source_id, name: refund_id, cents });
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const now = attempt === 0 ? invoice : await ports.books.invoice(invoice.tenant_id, invoice.invoice_id);
    if (now === undefined) throw new Error('an invoice of ours is gone');
    const refunds = now.btc.refunds.map((r) => (r.refund_id === refund_id ? { ...r, claim_url: made.claim_url } : r));
    const next: BtcInvoice = { ...now, btc: { ...now.btc, refunds }, updated_at: timestamp(ports.clock()), ver: now.ver + 1 };
    const facts = { amount_usd: dollars(cents), claim_at: made.claim_url };
    const notice = noticeOf(next, { kind: 'refunded', what: refund_id, facts }, ports.clock());
    if (await ports.books.note({ before: now, next }, [notice])) return next;
  }
  throw contended();
}
