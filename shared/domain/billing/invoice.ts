import { z } from 'zod';
import { idOf, nonNegativeDecimal, time } from '../contract/fields.ts';
import { intervals, planIds } from '../entitlements/plans.ts';
import { currency, dollars } from './money.ts';
import type { Rail } from './subscription.ts';

/** Stripe's words (docs.stripe.com/api/invoices/object#invoice_object-status); an invoice in bitcoin that expired is `void`. */
export const invoiceStatuses = ['draft', 'open', 'paid', 'uncollectible', 'void'] as const;
export type InvoiceStatus = (typeof invoiceStatuses)[number];

/** An invoice of either rail as we know it: amounts in cents of US dollars. */
export interface Invoice {
  readonly tenant_id: string;
  /** Follows from the rail and the provider's id. */
  readonly invoice_id: string;
  readonly rail: Exclude<Rail, 'granted'>;
  readonly source_id: string;
  readonly number?: string;
  readonly status: InvoiceStatus;
  readonly plan_id?: (typeof planIds)[number];
  readonly interval?: (typeof intervals)[number];
  readonly period_start?: string;
  readonly period_end?: string;
  readonly due_cents: number;
  readonly paid_cents: number;
  /** Given back, as the provider has it. */
  readonly refunded_cents: number;
  /** Promised to be given back, by the seed of the request: written under a condition before the provider is asked. */
  readonly reserved?: Readonly<Record<string, number>>;
  /** The provider's id of the payment. */
  readonly payment_id?: string;
  /** A person has to confirm the payment. */
  readonly needs_person?: true;
  readonly paid_at?: string;
  /** The provider's page, to see it or to pay it. */
  readonly url?: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly ver: number;
}

export const invoiceRecord = z
  .strictObject({
    invoice_id: idOf('inv'),
    rail: z.enum(['stripe', 'btc']),
    number: z.string().optional(),
    status: z.enum(invoiceStatuses),
    plan_id: z.enum(planIds).optional(),
    interval: z.enum(intervals).optional(),
    period_start: time.optional(),
    period_end: time.optional(),
    currency: z.literal(currency),
    amount_due: nonNegativeDecimal,
    amount_paid: nonNegativeDecimal,
    amount_refunded: nonNegativeDecimal,
    paid_at: time.optional(),
    url: z.url().optional(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Invoice' });
export type InvoiceRecord = z.infer<typeof invoiceRecord>;

/** As its tenant sees it. */
export function invoiceView(invoice: Invoice): InvoiceRecord {
  const { tenant_id: _tenant, source_id: _source, payment_id: _payment, ver: _ver, ...shown } = invoice;
  const { due_cents, paid_cents, refunded_cents, reserved: _reserved, needs_person: _person, ...rest } = shown;
  return {
    ...rest,
    currency,
    amount_due: dollars(due_cents),
    amount_paid: dollars(paid_cents),
    amount_refunded: dollars(refunded_cents),
  };
}
