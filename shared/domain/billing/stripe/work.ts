import { milliseconds, timestamp } from '../../../kit/clock.ts';
import { ulidFromCause } from '../../../kit/ids.ts';
import type { StripeMessage } from '../message.ts';
import type { Subscription } from '../subscription.ts';
import { type Applied, applyPresent } from './apply.ts';
import { graceWarningMs, notice } from './notices.ts';
import type { StripePorts } from './ports.ts';

export interface WorkPorts extends StripePorts {
  /** The event needs no more work. */
  readonly done: (eventId: string) => Promise<void>;
}

/**
 * One message: our records of its customer become what Stripe's present says, whatever the event said. A customer that is none of ours
 * (another product's in the same account) is left alone.
 */
export async function workOff(message: StripeMessage, ports: WorkPorts): Promise<Applied | undefined> {
  const { customer_id: customerId, event_id, event_type } = message;
  const tenantId = await ports.store.tenantOf(customerId);
  const why = event_type ?? 'reconciliation';
  const cause = { by: 'stripe', why: event_id === undefined ? why : `${why} ${event_id}` };
  const refunds = event_type !== undefined && /refund/.test(event_type);
  const applied = tenantId === undefined ? undefined : await applyPresent({ tenantId, customerId, cause, refunds }, ports);
  if (applied?.subscription !== undefined) await warnOfGrace(applied.subscription, ports);
  if (event_id !== undefined) await ports.done(event_id);
  return applied;
}

/** Told once per debt, when five of its seven days are over and somebody looks. */
async function warnOfGrace({ tenant_id, past_due_since, plan_id }: Subscription, { store, clock }: StripePorts): Promise<void> {
  if (past_due_since === undefined || clock() < milliseconds(past_due_since) + graceWarningMs) return;
  const at = timestamp(milliseconds(past_due_since) + graceWarningMs);
  const cause = `grace#${past_due_since}`;
  const told = notice('grace_ending', { tenantId: tenant_id, at, cause, facts: { plan_id, past_due_since } });
  const event = { tenant_id, entity: 'subscription', action: 'subscription.grace_ending', by: 'stripe', at };
  await store.note({ ...event, event_id: ulidFromCause(milliseconds(at), `${cause}#${tenant_id}`) }, [told]);
}
