import { milliseconds, timestamp } from '../../../kit/clock.ts';
import { timeOf } from '../../../kit/ids.ts';
import { Refusal } from '../../../kit/refusal.ts';
import { limits } from '../../../wiring/limits.ts';
import type { Asking, Wanted } from '../rail.ts';
import type { ChangeAnswer } from '../routes.ts';
import type { Checkout, StripeAccount } from './account.ts';
import { samePlan } from './change.ts';
import type { StripePorts } from './ports.ts';

const tries = 8;

/**
 * A page to pay for a first subscription: at most one is open per tenant. It is claimed in our record first, under the seed that Stripe's
 * key is made from; whoever finds a claim that was not finished finishes it, and gets the same page. One for another plan is closed first.
 */
export async function openCheckout(asking: Asking, wanted: Wanted, ports: StripePorts): Promise<ChangeAnswer> {
  const { store, clock } = ports;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const account = await store.account(asking.tenantId);
    if (account === undefined) throw new Error(`tenant ${asking.tenantId} has no customer`);
    const open = account.checkout;
    if (open !== undefined && milliseconds(open.expires_at) > clock()) {
      const kept = await present({ account, open, wanted, seed: asking.seed }, ports);
      if (kept !== undefined) return answerOf(kept);
    }
    const claimed = await claim({ account, asking, wanted }, ports);
    if (claimed !== undefined) return answerOf(await finished(claimed, ports));
  }
  throw new Error(`the account of ${asking.tenantId} was written by others ${tries} times in a row`);
}

/** The page that is open, if it is for this plan; undefined when another may be opened. */
async function present(
  { account, open, wanted, seed }: { account: StripeAccount; open: Checkout; wanted: Wanted; seed: string },
  ports: StripePorts,
): Promise<Checkout | undefined> {
  const checkout = await finished({ ...account, checkout: open }, ports);
  const sessionId = checkout.session_id as string;
  const status = await ports.stripe.checkoutStatus(sessionId);
  if (status === 'complete') throw justPaid();
  // Under its own key this request would get the closed page again.
  if (status === 'expired' && open.seed === seed) throw new Refusal(409, 'checkout_expired', 'The page to pay at was closed.');
  if (status === 'expired') return undefined;
  if (samePlan(open, wanted)) return checkout;
  await ports.stripe.expireCheckout(sessionId);
  return undefined;
}

/** Somebody paid on the page this moment: in the next one it is known what came of it. */
const justPaid = (): Refusal =>
  new Refusal(409, 'billing_in_progress', 'A payment is just being worked off: ask again in a moment.', {
    extra: { retry_after_seconds: 2 },
    passing: true,
  });

async function claim(
  { account, asking, wanted }: { account: StripeAccount; asking: Asking; wanted: Wanted },
  { store }: StripePorts,
): Promise<StripeAccount | undefined> {
  const { seed, by, requestId, tenantId } = asking;
  const { plan_id, interval } = wanted;
  const begunMs = timeOf(seed);
  const checkout = { seed, plan_id, interval, expires_at: timestamp(begunMs + limits.checkoutMinutes * 60_000) };
  const next = { ...account, checkout, ver: account.ver + 1 };
  const event = {
    tenant_id: tenantId,
    entity: 'subscription',
    action: 'subscription.checkout_asked',
    by,
    request_id: requestId,
    at: timestamp(begunMs),
    event_id: seed,
    after: { plan_id, interval },
  };
  return (await store.saveAccount(next, account, event)) ? next : undefined;
}

/** The claim with the page that Stripe made for it, made now if it was not. */
async function finished(account: StripeAccount, { store, stripe }: StripePorts): Promise<Checkout> {
  const open = account.checkout as Checkout;
  if (open.session_id !== undefined) return open;
  const made = { ...open, ...(await stripe.openCheckout(account, open)) };
  // Lost to another who finished the same claim, or closed it: whoever comes next reads what is there.
  await store.saveAccount({ ...account, checkout: made, ver: account.ver + 1 }, account);
  return made;
}

const answerOf = ({ plan_id, interval, url, expires_at }: Checkout): ChangeAnswer => ({
  outcome: 'checkout',
  rail: 'stripe',
  plan_id,
  interval,
  checkout_url: url as string,
  expires_at,
});
