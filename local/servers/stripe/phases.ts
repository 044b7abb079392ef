import { fieldsOf, planChange } from './changes.ts';
import { addPending } from './endings.ts';
import { periodEnd } from './time.ts';
import type { Schedule, SchedulePhase, Subscription } from './wire.ts';
import type { World } from './world.ts';

/** Puts a subscription on the phase of its schedule that begins now, or lets it go when there is none left. */
export function advancePhase(world: World, subscription: Subscription): Subscription {
  const schedule = subscription.schedule === null ? undefined : world.get('subscription_schedule', subscription.schedule);
  const now = world.now(subscription.test_clock);
  if (schedule?.status !== 'active' || (schedule.current_phase?.end_date ?? 0) > now) return subscription;
  const phase = schedule.phases.find(({ start_date, end_date }) => start_date <= now && end_date > now);
  if (phase === undefined) return endOfSchedule(world, schedule, subscription);
  const current_phase = { start_date: phase.start_date, end_date: phase.end_date };
  world.update('subscription_schedule', schedule.id, { current_phase }, 'subscription_schedule.updated');
  return applyPhase(world, subscription, phase);
}

function endOfSchedule(world: World, { id, end_behavior }: Schedule, subscription: Subscription): Subscription {
  const now = world.now(subscription.test_clock);
  if (end_behavior === 'cancel') {
    const change = { status: 'completed', completed_at: now, current_phase: null } as const;
    world.update('subscription_schedule', id, change, 'subscription_schedule.completed');
    return world.update('subscription', subscription.id, { cancel_at: now, schedule: null });
  }
  return release(world, id);
}

/** Lets a subscription go from its schedule: it stays as it is. */
export function release(world: World, id: string): Subscription {
  const { subscription, test_clock } = world.get('subscription_schedule', id);
  const change = {
    status: 'released',
    released_at: world.now(test_clock),
    released_subscription: subscription,
    subscription: null,
    current_phase: null,
  } as const;
  world.update('subscription_schedule', id, change, 'subscription_schedule.released');
  return world.update('subscription', subscription ?? '', { schedule: null }, 'customer.subscription.updated');
}

/** The items of a phase take the place of the subscription's own, in the same order. */
export function applyPhase(world: World, subscription: Subscription, phase: SchedulePhase): Subscription {
  const now = world.now(subscription.test_clock);
  const before = subscription.items.data;
  const atEnd = (before[0]?.current_period_end ?? 0) <= now;
  const asked = phase.items.map(({ price, quantity }, at) => ({ id: before[at]?.id, price, quantity }));
  const gone = before.slice(phase.items.length).map(({ id }) => ({ id, deleted: true }));
  // At the end of a period there is nothing left to prorate.
  const proration_behavior = atEnd ? 'none' : 'create_prorations';
  const plan = planChange(world, subscription, { items: [...asked, ...gone], proration_behavior });
  addPending(world, subscription.id, plan.prorations);
  const { items } = fieldsOf(subscription, plan);
  // A new interval begins its cycle at the end of the old one; the renewal that follows sets the period.
  const data = items.data.map((item, place) => ({ ...item, ...periodOf(before[place] ?? before[0], item) }));
  const anchor = plan.full.length > 0 && atEnd ? now : subscription.billing_cycle_anchor;
  const metadata = { ...subscription.metadata, ...phase.metadata };
  const change = { items: { ...items, data }, billing_cycle_anchor: anchor, metadata };
  return world.update('subscription', subscription.id, change, 'customer.subscription.updated');
}

function periodOf(before: Subscription['items']['data'][number] | undefined, item: Subscription['items']['data'][number]) {
  const { current_period_start, current_period_end } = before ?? item;
  return { current_period_start, current_period_end };
}

/** The end of a phase that lasts so many periods of its first item. */
export function phaseEnd(start: number, every: { interval: 'day' | 'week' | 'month' | 'year'; interval_count: number }): number {
  return periodEnd(start, every, start);
}
