import { timestamp } from '../../../kit/clock.ts';
import { timeOf } from '../../../kit/ids.ts';
import { Refusal } from '../../../kit/refusal.ts';
import { isLive } from '../live.ts';
import type { Asking, RailPort } from '../rail.ts';
import type { Subscription } from '../subscription.ts';
import type { StripeAccount } from './account.ts';
import { look } from './act.ts';
import { changePlan } from './change-plan.ts';
import type { StripePorts } from './ports.ts';
import { previewChange } from './preview.ts';
import { refundInvoice } from './refund.ts';

/** Paying by card, through Stripe. Every use case first makes our records what Stripe's present says, then acts, then does so again. */
export function stripeRail(ports: StripePorts): RailPort {
  return {
    change: (asking, wanted) => changePlan(asking, wanted, ports),
    preview: (asking, wanted) => previewChange(asking, wanted, ports),
    cancel: (asking) => setEnding(asking, true, ports),
    resume: (asking) => setEnding(asking, false, ports),
    portal: async ({ tenantId }) => ({ url: await ports.stripe.portal((await theAccount(tenantId, ports)).customer_id) }),
    refund: (asking, invoice, cents) => refundInvoice(asking, { invoice, cents }, ports),
  };
}

/** Ends the subscription with its period, or takes that back. Said twice it is said once. */
async function setEnding(asking: Asking, ends: boolean, ports: StripePorts): Promise<Subscription> {
  const account = await theAccount(asking.tenantId, ports);
  const { subscription, fact } = await look(asking, account, ports);
  if (fact === undefined || !isLive(subscription, ports.clock())) throw noSubscription();
  if ((subscription.cancel_at !== undefined) === ends) return subscription;
  const at = timeOf(asking.seed);
  await ports.store.note({
    tenant_id: asking.tenantId,
    entity: 'subscription',
    action: ends ? 'subscription.cancel_asked' : 'subscription.resume_asked',
    by: asking.by,
    request_id: asking.requestId,
    at: timestamp(at),
    event_id: asking.seed,
  });
  // What its schedule was to do comes no more; while it has one, Stripe takes no end from anybody else.
  if (fact.scheduleId !== undefined) await ports.stripe.release(fact.scheduleId);
  await ports.stripe.cancelAtEnd(fact.id, ends);
  const after = await look(asking, account, ports);
  return after.subscription ?? subscription;
}

async function theAccount(tenantId: string, { store }: StripePorts): Promise<StripeAccount> {
  const account = await store.account(tenantId);
  if (account === undefined) throw noSubscription();
  return account;
}

const noSubscription = (): Refusal => new Refusal(409, 'no_subscription', 'There is no subscription that is paid for.');
