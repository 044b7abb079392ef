import { timestamp } from '../../../kit/clock.ts';
import { ulidFromCause } from '../../../kit/ids.ts';
import { isGood } from '../live.ts';
import { dollars } from '../money.ts';
import type { CustomerFacts, InvoiceFact, SubscriptionFact } from './facts.ts';
import { notice } from './notices.ts';
import type { Cause, StripePorts } from './ports.ts';

interface Undoing {
  readonly tenantId: string;
  readonly fact: SubscriptionFact;
  readonly facts: CustomerFacts;
  readonly cause: Cause;
}

/**
 * Undoes a subscription that is one too many: what was paid for its present period is given back, its owners are told, and it is ended,
 * in this order. That it is still live at Stripe is what makes the next run finish what this one left: each step may be done again.
 */
export async function undoSurplus({ tenantId, fact, facts, cause }: Undoing, { stripe, store }: StripePorts): Promise<void> {
  const paid = facts.invoices.filter((invoice) => paysFor(invoice, fact));
  const about = { tenant_id: tenantId, entity: 'subscription', at: timestamp(fact.createdMs), ...cause };
  const of = (what: string) => ulidFromCause(fact.createdMs, `${what}#${fact.id}`);
  const invoices = paid.map(({ id, paidCents }) => ({ invoice: id, amount: dollars(paidCents) }));
  const after = { subscription: fact.id, refunds: invoices };
  await store.note({ ...about, action: 'subscription.surplus_found', event_id: of('surplus_found'), after });
  for (const { id, paymentId, paidCents } of paid)
    if (paymentId !== undefined) await stripe.refund(paymentId, paidCents, `surplus-${id}`);
  const given = paid.reduce((sum, { paidCents }) => sum + paidCents, 0);
  const told = notice('duplicate_refunded', {
    tenantId,
    at: timestamp(fact.createdMs),
    cause: fact.id,
    facts: { ...fact.chosen, amount: dollars(given), currency: 'usd' },
  });
  await store.note({ ...about, action: 'subscription.surplus_refunded', event_id: of('surplus_refunded'), after }, [told]);
  await stripe.cancelNow(fact.id);
}

/** Its first and only period, or the present one; of one that nobody paid for lately there is nothing to give back. */
const paysFor = (invoice: InvoiceFact, { id, status, periodStartMs }: SubscriptionFact): boolean =>
  isGood(status) &&
  invoice.subscriptionId === id &&
  invoice.status === 'paid' &&
  invoice.paidCents > 0 &&
  (invoice.paidMs ?? invoice.createdMs) >= periodStartMs;
