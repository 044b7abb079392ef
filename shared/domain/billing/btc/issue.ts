import { timestamp } from '../../../kit/clock.ts';
import { Refusal } from '../../../kit/refusal.ts';
import { planOf } from '../../entitlements/plans.ts';
import { dollars } from '../money.ts';
import type { Notice } from '../notice.ts';
import type { BtcInvoice, Prompt, Seen } from './invoice.ts';
import { noticeOf } from './notices.ts';
import { type BtcPorts, contended, tries } from './ports.ts';

/**
 * Has BTCPay Server make its invoice for one of ours that has none yet. BTCPay Server knows no idempotency key: it is asked first whether
 * it has made one for our id, so that a crash between its answer and our note heals by the same request, or by the clock. Of two that
 * do this at the same moment one writes its invoice down; the other one's is invalidated before anybody has seen it.
 */
export async function issued(ports: BtcPorts, invoice: BtcInvoice, { tell }: { tell: boolean }): Promise<BtcInvoice> {
  if (invoice.btc.issued === true) return invoice;
  const { node, books, clock } = ports;
  await unpayable(ports, invoice.btc.replaces);
  let made = (await node.byOrder(invoice.invoice_id))[0] ?? (await node.create(orderOf(invoice)));
  let before = invoice;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    if (before.source_id !== '' && before.source_id !== made.source_id) made = await theOther(ports, made, before.source_id);
    const next = known(before, made, await node.prompt(made.source_id), clock());
    if (await books.note({ before, next }, tell ? [renewalNotice(next, clock())] : [])) return next;
    const there = await books.invoice(invoice.tenant_id, invoice.invoice_id);
    if (there === undefined) throw new Error('an invoice of ours is gone');
    if (there.btc.issued === true && there.source_id === made.source_id) return there;
    if (there.btc.issued === true) {
      await node.invalidate(made.source_id);
      return there;
    }
    before = there;
  }
  throw contended();
}

/** Somebody else's was written down first: that one counts, and ours shall not be paid. */
async function theOther({ node }: BtcPorts, made: Seen, sourceId: string): Promise<Seen> {
  await node.invalidate(made.source_id);
  const other = await node.get(sourceId);
  if (other === undefined) throw new Error('BTCPay Server lost an invoice of ours');
  return other;
}

const orderOf = ({ invoice_id, tenant_id, due_cents, plan_id, interval, btc }: BtcInvoice) => ({
  order_id: invoice_id,
  tenant_id,
  cents: due_cents,
  minutes: btc.minutes,
  what: `VANTA ${planOf(plan_id).name}, ${btc.purpose === 'upgrade' ? 'upgrade for the rest of the period' : `one ${interval}`}`,
});

const known = (invoice: BtcInvoice, made: Seen, prompt: Prompt | undefined, now: number): BtcInvoice => ({
  ...invoice,
  source_id: made.source_id,
  url: made.checkout_url,
  btc: {
    ...invoice.btc,
    ...prompt,
    issued: true,
    state: invoice.btc.state === 'making' ? 'open' : invoice.btc.state,
    expires_at: made.expires_at,
    // What else has become of it meanwhile, the next look applies.
    ...(invoice.btc.status === undefined && made.status === 'New' ? { status: made.status, additional: made.additional } : {}),
  },
  updated_at: timestamp(now),
  ver: invoice.ver + 1,
});

function renewalNotice(invoice: BtcInvoice, now: number): Notice {
  const { url = '', due_cents, btc } = invoice;
  const facts = { amount_usd: dollars(due_cents), pay_at: url, pay_until: btc.expires_at ?? '', period_end: btc.until ?? '' };
  return noticeOf(invoice, { kind: 'renewal_invoice', facts }, now);
}

/** Nobody shall pay what another one took the place of; who pays it all the same gets what it was for, or the money back. */
export async function unpayable({ node }: BtcPorts, invoiceId: string | undefined): Promise<void> {
  if (invoiceId === undefined) return;
  for (const { source_id, status } of await node.byOrder(invoiceId)) if (status === 'New') await node.invalidate(source_id);
}

/** Refuses to put aside what is being paid at this moment: the money would arrive for nothing. */
export async function requireUnpaid({ node }: BtcPorts, open: BtcInvoice | undefined): Promise<void> {
  const made = open === undefined ? [] : await node.byOrder(open.invoice_id);
  const paying = made.some(({ status, paid_cents }) => status === 'Processing' || status === 'Settled' || paid_cents > 0);
  if (paying) throw paymentUnderWay();
}

export const paymentUnderWay = (): Refusal =>
  new Refusal(409, 'payment_under_way', 'An invoice is being paid: wait until it is confirmed or has expired.');
