import { Refusal } from '../../../kit/refusal.ts';
import type { ChangeAnswer } from '../routes.ts';
import { type Acting, answerOf, intend, look, prorationMsOf } from './act.ts';
import type { StripePorts } from './ports.ts';

/**
 * To a higher plan at once: what it costs more for the rest of the period is charged now, and unless that is paid nothing changes. Where
 * the bank wants to hear from a person first, the change waits for that at Stripe's page, for at most a day.
 */
export async function upgrade(acting: Acting, ports: StripePorts): Promise<ChangeAnswer> {
  const { asking, wanted, account, live, fact } = acting;
  if (live.pending !== undefined)
    throw new Refusal(409, 'downgrade_pending', 'A change waits for the end of the period: take it back first.');
  const prorationMs = prorationMsOf(wanted, asking.seed, fact);
  await intend(acting, 'upgrade', ports);
  // What waits from an earlier try is given up: of two that wait, one would be paid for nothing.
  const ownAgain = account.asked?.seed === asking.seed;
  if (fact.pendingInvoiceId !== undefined && !ownAgain) await ports.stripe.giveUp(fact.pendingInvoiceId);
  if (fact.scheduleId !== undefined) await ports.stripe.release(fact.scheduleId);
  const made = await ports.stripe.upgrade({ fact, to: wanted, prorationMs, seed: asking.seed });
  if (made.outcome === 'declined') await ports.stripe.giveUp(made.invoiceId);
  const { subscription } = await look(asking, account, ports);
  if (made.outcome === 'paid') return answerOf('changed', subscription ?? live);
  if (made.outcome === 'needs_person')
    throw new Refusal(402, 'payment_action_required', 'The bank wants a confirmation: give it at `url`; the plan then changes.', {
      extra: { url: made.url },
    });
  throw new Refusal(402, 'payment_declined', 'The card was declined, and nothing was changed.');
}
