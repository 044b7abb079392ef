import type Stripe from 'stripe';
import type { Chosen, SubscriptionFact } from '../../domain/billing/stripe/facts.ts';
import type { StripeGateway, Upgrade, UpgradeOutcome } from '../../domain/billing/stripe/ports.ts';
import type { Ask } from './gateway.ts';
import type { Prices } from './prices.ts';

type Changes = Pick<StripeGateway, 'upgrade' | 'downgradeAtEnd' | 'release' | 'cancelAtEnd' | 'cancelNow'>;

/** What is done to a subscription that is there. */
export const changesOf = (ask: Ask, prices: Prices): Changes => ({
  upgrade: (upgrade) => upgraded(ask, upgrade, prices),
  downgradeAtEnd: async (fact, to, seed) => {
    const id = await scheduled(ask, fact, seed);
    const phases = await phasesOf(ask, id, { fact, to, prices });
    const params = { end_behavior: 'release', proration_behavior: 'none', phases } as const;
    await ask((stripe) => stripe.subscriptionSchedules.update(id, params, { idempotencyKey: `vanta-downgrade-${seed}` }));
  },
  release: async (scheduleId) => {
    const { status } = await ask((stripe) => stripe.subscriptionSchedules.retrieve(scheduleId));
    if (status === 'active' || status === 'not_started') await ask((stripe) => stripe.subscriptionSchedules.release(scheduleId));
  },
  cancelAtEnd: async (id, cancel_at_period_end) => {
    await ask((stripe) => stripe.subscriptions.update(id, { cancel_at_period_end }));
  },
  cancelNow: async (id) => {
    await ask((stripe) => stripe.subscriptions.cancel(id));
  },
});

/** The difference is invoiced and tried at once; until it is paid the change is only pending (docs.stripe.com/billing/subscriptions/pending-updates). */
async function upgraded(ask: Ask, { fact, to, prorationMs, seed }: Upgrade, prices: Prices): Promise<UpgradeOutcome> {
  const params: Stripe.SubscriptionUpdateParams = {
    items: [{ id: fact.itemId, price: await prices.idOf(to) }],
    proration_behavior: 'always_invoice',
    proration_date: Math.floor(prorationMs / 1000),
    payment_behavior: 'pending_if_incomplete',
  };
  const { pending_update, latest_invoice } = await ask((stripe) =>
    stripe.subscriptions.update(fact.id, params, { idempotencyKey: `vanta-upgrade-${seed}` }),
  );
  if (pending_update === null || latest_invoice === null) return { outcome: 'paid' };
  const invoiceId = typeof latest_invoice === 'string' ? latest_invoice : latest_invoice.id;
  return { invoiceId, ...(await whyPending(ask, invoiceId)) };
}

/** Whether the bank wants to hear from a person, or has said no. */
async function whyPending(ask: Ask, invoiceId: string) {
  const invoice = await ask((stripe) => stripe.invoices.retrieve(invoiceId, { expand: ['payments'] }));
  const intent = invoice.payments?.data.find(({ status }) => status === 'open')?.payment.payment_intent;
  const id = typeof intent === 'object' ? intent.id : intent;
  const status = id === undefined ? undefined : (await ask((stripe) => stripe.paymentIntents.retrieve(id))).status;
  const outcome = status === 'requires_action' ? ('needs_person' as const) : ('declined' as const);
  return { outcome, url: invoice.hosted_invoice_url ?? undefined };
}

async function scheduled(ask: Ask, { id, scheduleId }: SubscriptionFact, seed: string): Promise<string> {
  if (scheduleId !== undefined) return scheduleId;
  const made = await ask((stripe) =>
    stripe.subscriptionSchedules.create({ from_subscription: id }, { idempotencyKey: `vanta-schedule-${seed}` }),
  );
  return made.id;
}

/** The present phase as it is, to the end of what is paid; then the other plan, and after a period of that nothing is scheduled any more. */
async function phasesOf(
  ask: Ask,
  scheduleId: string,
  { fact, to, prices }: { fact: SubscriptionFact; to: Chosen; prices: Prices },
) {
  const { current_phase } = await ask((stripe) => stripe.subscriptionSchedules.retrieve(scheduleId));
  if (current_phase === null) throw new Error(`schedule ${scheduleId} has no present phase`);
  const end = Math.floor(fact.periodEndMs / 1000);
  return [
    {
      items: [{ price: fact.priceId, quantity: 1 }],
      start_date: current_phase.start_date,
      end_date: end,
      proration_behavior: 'none' as const,
    },
    {
      items: [{ price: await prices.idOf(to), quantity: 1 }],
      start_date: end,
      duration: { interval: to.interval, interval_count: 1 },
      proration_behavior: 'none' as const,
    },
  ];
}
