import { timestamp } from '../../../kit/clock.ts';
import { canonicalJson } from '../../../kit/hash.ts';
import { id, ulidFromCause } from '../../../kit/ids.ts';
import type { Invoice } from '../invoice.ts';
import type { InvoiceFact, RefundFact } from './facts.ts';

/** Our id of Stripe's invoice: it begins with the invoice's own time, so that a list by id is one by time. */
export const invoiceIdOf = ({ id: sourceId, createdMs }: Pick<InvoiceFact, 'id' | 'createdMs'>): string =>
  id('inv', ulidFromCause(createdMs, `stripe#${sourceId}`));

/** What is given back of an invoice, and promised to be. */
export const givenCents = ({ refunded_cents, reserved = {} }: Invoice): number =>
  Object.values(reserved).reduce((sum, cents) => sum + cents, refunded_cents);

/** The record of one of Stripe's invoices; the one before when nothing of it is another. A draft is not anybody's to see yet. */
export function invoiceFrom(
  fact: InvoiceFact,
  { tenantId, before, nowMs }: { tenantId: string; before: Invoice | undefined; nowMs: number },
): Invoice {
  const { chosen, openedMs: _opened } = fact;
  const next: Omit<Invoice, 'updated_at' | 'ver'> = {
    tenant_id: tenantId,
    invoice_id: invoiceIdOf(fact),
    rail: 'stripe',
    source_id: fact.id,
    status: fact.status,
    due_cents: fact.dueCents,
    paid_cents: fact.paidCents,
    refunded_cents: before?.refunded_cents ?? 0,
    created_at: timestamp(fact.createdMs),
    ...(before?.reserved === undefined ? {} : { reserved: before.reserved }),
    ...(fact.number === undefined ? {} : { number: fact.number }),
    ...(chosen === undefined ? {} : chosen),
    ...(fact.periodStartMs === undefined ? {} : { period_start: timestamp(fact.periodStartMs) }),
    ...(fact.periodEndMs === undefined ? {} : { period_end: timestamp(fact.periodEndMs) }),
    ...(fact.paidMs === undefined ? {} : { paid_at: timestamp(fact.paidMs) }),
    ...(fact.url === undefined ? {} : { url: fact.url }),
    ...(fact.paymentId === undefined ? {} : { payment_id: fact.paymentId }),
    ...(fact.needsPerson ? { needs_person: true as const } : {}),
  };
  return versioned(next, before, nowMs);
}

/** With what Stripe says was given back: a promise of ours that is among it is one no longer. */
export function withRefunds(before: Invoice, refunds: readonly RefundFact[], nowMs: number): Invoice {
  const { reserved = {}, ...rest } = before;
  const made = new Set(refunds.map(({ seed }) => seed));
  const left = Object.fromEntries(Object.entries(reserved).filter(([seed]) => !made.has(seed)));
  const refunded_cents = refunds.reduce((sum, { cents, counts }) => (counts ? sum + cents : sum), 0);
  const next = { ...rest, refunded_cents, ...(Object.keys(left).length === 0 ? {} : { reserved: left }) };
  return versioned(next, before, nowMs);
}

/** The record with a promise more, or one less. */
export function promised(before: Invoice, seed: string, cents: number | undefined, nowMs: number): Invoice {
  const { reserved = {}, ...rest } = before;
  const { [seed]: _old, ...others } = reserved;
  const left = cents === undefined ? others : { ...others, [seed]: cents };
  return versioned({ ...rest, ...(Object.keys(left).length === 0 ? {} : { reserved: left }) }, before, nowMs);
}

function versioned(next: Omit<Invoice, 'updated_at' | 'ver'>, before: Invoice | undefined, nowMs: number): Invoice {
  const { updated_at: _updated, ver: _ver, ...plain } = next as Invoice;
  if (before !== undefined) {
    const { updated_at: _u, ver: _v, ...old } = before;
    if (canonicalJson(plain) === canonicalJson(old)) return before;
  }
  return { ...plain, updated_at: timestamp(nowMs), ver: (before?.ver ?? 0) + 1 };
}
