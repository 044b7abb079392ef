import { timeOf, ulidFromCause } from '../../../kit/ids.ts';
import { Refusal } from '../../../kit/refusal.ts';
import type { Invoice } from '../invoice.ts';
import { dollars } from '../money.ts';
import type { Asking } from '../rail.ts';
import { givenCents, promised, withRefunds } from './invoices.ts';
import { notice } from './notices.ts';
import type { StripePorts } from './ports.ts';

interface Refunding {
  readonly invoice: Invoice;
  /** All that is left, when absent. */
  readonly cents: number | undefined;
}

const tries = 8;

/**
 * Gives money back. The amount is promised in our record first, under the condition that all promises together are no more than was paid;
 * then Stripe is asked, under the request's own key; then the record takes what Stripe says. Run again it goes on where it was.
 */
export async function refundInvoice(asking: Asking, refunding: Refunding, ports: StripePorts): Promise<Invoice> {
  const { stripe } = ports;
  const paymentId = refunding.invoice.payment_id;
  if (refunding.invoice.status !== 'paid' || paymentId === undefined)
    throw new Refusal(409, 'nothing_to_refund', 'Nothing was paid on this invoice, or all of it was given back.');
  const done = await stripe.refunds(paymentId);
  if (done.some(({ seed }) => seed === asking.seed)) return settle(asking, refunding.invoice, ports);
  const invoice = await promise(asking, refunding, ports);
  const cents = invoice.reserved?.[asking.seed] as number;
  if (await stripe.refund(paymentId, cents, asking.seed)) return settle(asking, invoice, ports);
  await write(asking, invoice, 'invoice.refund_refused', ports, (before) =>
    promised(before, asking.seed, undefined, ports.clock()),
  );
  throw new Refusal(409, 'refund_refused', 'Stripe does not give this back: see the invoice there.');
}

/** The invoice with this request's promise on it. */
async function promise(asking: Asking, { invoice, cents }: Refunding, ports: StripePorts): Promise<Invoice> {
  return write(asking, invoice, 'invoice.refund_asked', ports, (before) => {
    if (before.reserved?.[asking.seed] !== undefined) return before;
    const left = before.paid_cents - givenCents(before);
    if (left <= 0) throw new Refusal(409, 'nothing_to_refund', 'Nothing was paid on this invoice, or all of it was given back.');
    if (cents !== undefined && cents > left)
      throw new Refusal(409, 'refund_exceeds_paid', `Of what was paid ${dollars(left)} are left.`, {
        extra: { left: dollars(left) },
      });
    return promised(before, asking.seed, cents ?? left, ports.clock());
  });
}

/** The invoice as Stripe has it now that the money was given back. */
async function settle(asking: Asking, invoice: Invoice, ports: StripePorts): Promise<Invoice> {
  const refunds = await ports.stripe.refunds(invoice.payment_id as string);
  return write(asking, invoice, 'invoice.refunded', ports, (before) => withRefunds(before, refunds, ports.clock()));
}

/** Writes what follows from the invoice as it is; again from the start when somebody else wrote it. */
async function write(
  { tenantId, by, requestId, seed }: Asking,
  { invoice_id }: Invoice,
  action: string,
  { store }: StripePorts,
  follow: (before: Invoice) => Invoice,
): Promise<Invoice> {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const before = await store.invoice(tenantId, invoice_id);
    if (before === undefined) throw new Error(`invoice ${invoice_id} is gone`);
    const next = follow(before);
    if (next === before) return before;
    const event_id = ulidFromCause(timeOf(seed), `${action}#${seed}`);
    const told = next.refunded_cents > before.refunded_cents ? [refundNotice(next)] : [];
    if (await store.saveInvoice(next, before, { action, event_id, cause: { by, request_id: requestId }, notices: told }))
      return next;
  }
  throw new Error(`invoice ${invoice_id} was written by others ${tries} times in a row`);
}

const refundNotice = ({ tenant_id, invoice_id, updated_at, ver, refunded_cents }: Invoice) =>
  notice('refunded', {
    tenantId: tenant_id,
    at: updated_at,
    cause: `${invoice_id}#${ver}`,
    facts: { invoice_id, amount_refunded: dollars(refunded_cents), currency: 'usd' },
  });
