import { z } from 'zod';
import { idOf, listOf, nonNegativeDecimal, pageQuery, positiveDecimal, time } from '../contract/fields.ts';
import type { RoomSchemas } from '../contract/route-schema.ts';
import { intervals, planIds } from '../entitlements/plans.ts';
import { invoiceRecord } from './invoice.ts';
import { centsOf, currency } from './money.ts';
import { subscriptionState } from './state.ts';

const payingRails = ['stripe', 'btc'] as const;

export const changeBody = z.strictObject({
  rail: z.enum(payingRails),
  plan_id: z.enum(planIds),
  interval: z.enum(intervals),
  proration_date: time.optional().meta({
    description: "A preview's `proration_date`: the change then costs exactly what the preview said. At most an hour old.",
    examples: [],
  }),
});
export type ChangeBody = z.infer<typeof changeBody>;

export const changeAnswer = z
  .strictObject({
    outcome: z.enum(['checkout', 'changed', 'scheduled', 'unscheduled']).meta({
      description:
        '`checkout`: pay at `checkout_url`. `changed`: it is done and paid. `scheduled`: at the end of the period. `unscheduled`: the change that waited is taken back.',
    }),
    rail: z.enum(payingRails),
    plan_id: z.enum(planIds),
    interval: z.enum(intervals),
    checkout_url: z.url().optional(),
    expires_at: time.optional(),
    effective_at: time.optional(),
    invoice_id: idOf('inv').optional(),
    btc: z
      .strictObject({ amount: positiveDecimal, address: z.string(), rate: positiveDecimal })
      .optional()
      .meta({ description: 'What to pay in bitcoin, where, and the rate that is held until `expires_at`' }),
  })
  .meta({ id: 'PlanChange' });
export type ChangeAnswer = z.infer<typeof changeAnswer>;

export const changePreview = z
  .strictObject({
    kind: z.enum(['subscribe', 'upgrade', 'downgrade', 'unschedule', 'unchanged']),
    rail: z.enum(payingRails),
    plan_id: z.enum(planIds),
    interval: z.enum(intervals),
    currency: z.literal(currency),
    amount_due: nonNegativeDecimal.meta({ description: 'What is charged now', examples: ['149.33'] }),
    effective_at: time,
    proration_date: time.optional(),
  })
  .meta({ id: 'PlanChangePreview' });
export type ChangePreview = z.infer<typeof changePreview>;

export const refundBody = z.strictObject({
  amount: positiveDecimal
    .refine((text) => centsOf(text) !== undefined, { message: 'must be whole cents' })
    .optional()
    .meta({ description: 'In US dollars; without it, all that is left', examples: ['49.5'] }),
});
export type RefundBody = z.infer<typeof refundBody>;

const away = ['billing_unavailable', 'billing_in_progress'] as const;
const pageOrChange = ['rail_unavailable', 'no_subscription', ...away] as const;

export const billingSchemas: RoomSchemas<'billing'> = {
  changePlan: {
    summary: 'Subscribe, change the plan, or take a change back that waits',
    params: {},
    body: changeBody,
    answer: { status: 200, schema: changeAnswer },
    codes: [
      'rail_unavailable',
      'other_rail',
      'plan_unchanged',
      'payment_due',
      'cancel_pending',
      'downgrade_pending',
      'preview_stale',
      'checkout_expired',
      'payment_action_required',
      'payment_declined',
      ...away,
    ],
  },
  previewChange: {
    summary: 'What a change of plan costs now, to the cent',
    params: {},
    query: z.strictObject({ plan_id: z.enum(planIds), interval: z.enum(intervals), rail: z.enum(payingRails).optional() }),
    answer: { status: 200, schema: changePreview },
    codes: ['rail_unavailable', 'other_rail', 'preview_stale', ...away],
  },
  cancelSubscription: {
    summary: 'End the subscription with the period that is paid',
    params: {},
    answer: { status: 200, schema: subscriptionState },
    codes: pageOrChange,
  },
  resumeSubscription: {
    summary: 'Take a cancellation back before the period ends',
    params: {},
    answer: { status: 200, schema: subscriptionState },
    codes: pageOrChange,
  },
  openPortal: {
    summary: 'A page of the payment provider: cards, addresses, invoices',
    params: {},
    answer: { status: 200, schema: z.strictObject({ url: z.url(), expires_at: time.optional() }) },
    codes: pageOrChange,
  },
  listInvoices: {
    summary: 'Invoices of both rails, newest first',
    params: {},
    query: z.strictObject(pageQuery),
    answer: { status: 200, schema: listOf(invoiceRecord) },
    codes: ['cursor_invalid'],
  },
  refundInvoice: {
    summary: 'Give back what was paid, all or a part; owners only',
    params: { invoice_id: idOf('inv') },
    body: refundBody,
    answer: { status: 200, schema: invoiceRecord },
    codes: ['rail_unavailable', 'owner_required', 'nothing_to_refund', 'refund_exceeds_paid', 'refund_refused', ...away],
  },
};
