import { draftInvoice, finalize } from './invoices.ts';
import { creditLine, type LineDraft } from './lines.ts';
import { attempt } from './payments.ts';
import type { Subscription } from './wire.ts';
import type { World } from './world.ts';

type Details = {
  [K in keyof NonNullable<Subscription['cancellation_details']>]?:
    | NonNullable<Subscription['cancellation_details']>[K]
    | undefined;
};

interface Ending extends Details {
  /** Give back what was paid for the rest of the period, as credit of the customer. */
  readonly prorate?: boolean | undefined;
  readonly invoiceNow?: boolean | undefined;
}

/** Ends a subscription for good. Its schedule ends with it; invoices that are open stay open and are not tried again. */
export function cancelNow(world: World, id: string, { prorate = false, invoiceNow = false, ...details }: Ending): Subscription {
  const before = world.get('subscription', id);
  const now = world.now(before.test_clock);
  if (prorate || invoiceNow) settle(world, { subscription: before, prorate, invoiceNow, now });
  if (before.schedule !== null) endSchedule(world, before.schedule, now);
  for (const { id: invoice, status, parent } of world.all('invoice'))
    if ((status === 'open' || status === 'draft') && parent?.subscription_details?.subscription === id)
      world.update('invoice', invoice, { auto_advance: false, next_payment_attempt: null, automatically_finalizes_at: null });
  const cancellation_details = { ...noDetails, ...before.cancellation_details, ...withoutEmpty(details) };
  world.update('subscription', id, {
    status: before.status === 'incomplete' ? 'incomplete_expired' : 'canceled',
    canceled_at: before.canceled_at ?? now,
    ended_at: now,
    cancellation_details,
    pending_update: null,
    schedule: null,
  });
  world.emit('customer.subscription.deleted', world.get('subscription', id));
  return world.get('subscription', id);
}

export const noDetails = { comment: null, feedback: null, feedback_option: null, reason: null };

const withoutEmpty = (details: Details) => Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));

function settle(world: World, ending: { subscription: Subscription; prorate: boolean; invoiceNow: boolean; now: number }): void {
  const { subscription, now } = ending;
  const credits = ending.prorate ? subscription.items.data.map((item) => creditLine(world, item, now)) : [];
  const lines = [...credits, ...takePending(world, subscription.id)];
  if (lines.length === 0) return;
  if (!ending.invoiceNow) {
    addPending(world, subscription.id, lines);
    return;
  }
  const { id } = draftInvoice(world, { subscription, reason: 'subscription_update', lines });
  if (finalize(world, id).status === 'open') attempt(world, id);
}

function endSchedule(world: World, id: string, now: number): void {
  const change = { status: 'canceled', canceled_at: now, current_phase: null } as const;
  world.update('subscription_schedule', id, change, 'subscription_schedule.canceled');
}

/** Lines that wait for the next invoice of a subscription. */
export function pendingLines(world: World, subscription: string): readonly LineDraft[] {
  return (world.note(subscription)['pending'] ?? []) as readonly LineDraft[]; // only addPending puts them there
}

export function addPending(world: World, subscription: string, lines: readonly LineDraft[]): void {
  world.addNote(subscription, { pending: [...pendingLines(world, subscription), ...lines] });
}

export function takePending(world: World, subscription: string): readonly LineDraft[] {
  const lines = pendingLines(world, subscription);
  world.addNote(subscription, { pending: [] });
  return lines;
}
