import { Refusal } from '../../../kit/refusal.ts';
import { isLive } from '../live.ts';
import type { Asking, Wanted } from '../rail.ts';
import type { ChangeAnswer } from '../routes.ts';
import type { Subscription } from '../subscription.ts';
import type { Asked } from './account.ts';
import { type Acting, answerOf, inProgress, intend, look } from './act.ts';
import { changeKind } from './change.ts';
import { openCheckout } from './checkout.ts';
import { ensureCustomer } from './customer.ts';
import type { StripePorts } from './ports.ts';
import { upgrade } from './upgrade.ts';

/** Subscribes, changes the plan, or takes a change back that waits. */
export async function changePlan(asking: Asking, wanted: Wanted, ports: StripePorts): Promise<ChangeAnswer> {
  const account = await ensureCustomer(asking, ports);
  const { subscription, fact } = await look(asking, account, ports);
  if (!isLive(subscription, ports.clock())) return openCheckout(asking, wanted, ports);
  if (subscription.rail !== 'stripe' || fact === undefined)
    throw new Refusal(409, 'other_rail', 'The tenant pays in another way: end that first.');
  const acting = { asking, wanted, account, live: subscription, fact };
  // Run again after it was done: what it did looks like a plan that is there already.
  const done = account.asked?.seed === asking.seed ? doneAlready(acting, account.asked) : undefined;
  if (done !== undefined) return done;
  mayChange(subscription);
  const kind = changeKind(subscription, wanted);
  if (kind === 'upgrade') return upgrade(acting, ports);
  if (kind === 'downgrade') return downgrade(acting, ports);
  if (kind === 'unschedule') return unschedule(acting, ports);
  throw new Refusal(409, 'plan_unchanged', 'The tenant has this plan, or it waits for the end of the period.');
}

function doneAlready({ live, wanted }: Acting, { kind }: Asked): ChangeAnswer | undefined {
  if (kind === 'downgrade') return live.pending === undefined ? undefined : scheduled(live);
  if (changeKind(live, wanted) !== 'unchanged') return undefined;
  return answerOf(kind === 'upgrade' ? 'changed' : 'unscheduled', live);
}

function mayChange({ status, cancel_at }: Subscription): void {
  if (status !== 'active' && status !== 'trialing')
    throw new Refusal(409, 'payment_due', 'A payment is due: pay it first, at its invoice or in the portal.');
  if (cancel_at !== undefined)
    throw new Refusal(409, 'cancel_pending', 'The subscription ends with its period: resume it first.');
}

function scheduled({ pending }: Subscription): ChangeAnswer {
  const { plan_id, interval, at } = pending as NonNullable<Subscription['pending']>;
  return { outcome: 'scheduled', rail: 'stripe', plan_id, interval, effective_at: at };
}

async function downgrade(acting: Acting, ports: StripePorts): Promise<ChangeAnswer> {
  const { asking, wanted, account, fact } = acting;
  await intend(acting, 'downgrade', ports);
  await ports.stripe.downgradeAtEnd(fact, wanted, asking.seed);
  const { subscription } = await look(asking, account, ports);
  if (subscription?.pending === undefined) throw inProgress();
  return scheduled(subscription);
}

async function unschedule(acting: Acting, ports: StripePorts): Promise<ChangeAnswer> {
  const { asking, account, fact, live } = acting;
  await intend(acting, 'unschedule', ports);
  if (fact.scheduleId !== undefined) await ports.stripe.release(fact.scheduleId);
  const { subscription } = await look(asking, account, ports);
  return answerOf('unscheduled', subscription ?? live);
}
