import { z } from 'zod';
import { recurringPrice } from './changes.ts';
import { invalid } from './failure.ts';
import { listed } from './lists.ts';
import { ignored, int, mergedMetadata, metadata, paging, text } from './params.ts';
import { applyPhase, phaseEnd, release } from './phases.ts';
import { endOf } from './renewals.ts';
import { type Route, route } from './routes.ts';
import type { Schedule, SchedulePhase, Subscription } from './wire.ts';
import { newId, type World } from './world.ts';

const phaseParam = z.strictObject({
  items: z.array(z.strictObject({ price: text, quantity: int.optional(), ...ignored('metadata') })).min(1),
  start_date: z.union([int, z.literal('now')]).optional(),
  end_date: z.union([int, z.literal('now')]).optional(),
  duration: z.strictObject({ interval: z.enum(['day', 'week', 'month', 'year']), interval_count: int.optional() }).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  proration_behavior: z.enum(['always_invoice', 'create_prorations', 'none']).optional(),
  ...ignored('billing_cycle_anchor', 'collection_method', 'currency', 'default_payment_method', 'description'),
});
type PhaseParam = z.infer<typeof phaseParam>;

const scheduleChange = z.strictObject({
  phases: z.array(phaseParam).min(1).max(10).optional(),
  end_behavior: z.enum(['release', 'cancel']).optional(),
  metadata: metadata.optional(),
  ...ignored('proration_behavior', 'default_settings'),
});

/** Subscription schedules: how a plan changes at the end of the period. */
export const scheduleRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/subscription_schedules',
    z.strictObject({ from_subscription: text, metadata: metadata.optional() }),
    (world, given) => createSchedule(world, given.from_subscription, mergedMetadata(null, given.metadata)),
  ),
  route('GET', '/v1/subscription_schedules/:id', z.strictObject({}), (world, _, id) => world.get('subscription_schedule', id)),
  route('POST', '/v1/subscription_schedules/:id', scheduleChange, updateSchedule),
  route('POST', '/v1/subscription_schedules/:id/release', z.strictObject(ignored('preserve_cancel_date')), (world, _, id) => {
    living(world, id, 'release');
    release(world, id);
    return world.get('subscription_schedule', id);
  }),
  route('GET', '/v1/subscription_schedules', z.strictObject({ ...paging, customer: text.optional() }), (world, given) => {
    const fits = ({ customer }: Schedule) => (given.customer ?? customer) === customer;
    return listed({ url: '/v1/subscription_schedules', all: world.all('subscription_schedule').filter(fits), given });
  }),
];

function living(world: World, id: string, verb: string): Schedule & { subscription: string } {
  const schedule = world.get('subscription_schedule', id);
  if (schedule.status === 'active' && schedule.subscription !== null) return { ...schedule, subscription: schedule.subscription };
  throw invalid(
    `You cannot ${verb} a subscription schedule that is currently in the \`${schedule.status}\` status. ` +
      `Please choose a schedule that is in the \`active\` status.`,
  );
}

function createSchedule(world: World, from: string, data: Record<string, string>): Schedule {
  const subscription = world.get('subscription', from, 'from_subscription');
  checkSchedulable(subscription);
  const start = subscription.items.data[0]?.current_period_start ?? subscription.start_date;
  const phase = phaseOf(subscription, { start, end: endOf(subscription), items: itemsOf(subscription) });
  const schedule: Schedule = {
    id: newId('sub_sched_'),
    object: 'subscription_schedule',
    application: null,
    billing_mode: subscription.billing_mode,
    canceled_at: null,
    completed_at: null,
    created: world.now(subscription.test_clock),
    current_phase: { start_date: start, end_date: endOf(subscription) },
    customer: subscription.customer,
    customer_account: null,
    default_settings: settingsOf(subscription),
    // A subscription that was to be canceled at the end of the period is canceled by its schedule.
    end_behavior: subscription.cancel_at_period_end ? 'cancel' : 'release',
    livemode: false,
    metadata: data,
    pause_schedules: [],
    phases: [phase],
    released_at: null,
    released_subscription: null,
    status: 'active',
    subscription: subscription.id,
    test_clock: subscription.test_clock,
  };
  world.create(schedule, 'subscription_schedule.created');
  world.update('subscription', from, { schedule: schedule.id }, 'customer.subscription.updated');
  return schedule;
}

function checkSchedulable(subscription: Subscription): void {
  if (subscription.schedule !== null)
    throw invalid(`You cannot migrate a subscription that is already attached to a schedule: ${subscription.schedule}`, {
      param: 'from_subscription',
    });
  if (!['active', 'past_due', 'trialing', 'unpaid'].includes(subscription.status))
    throw invalid(`You can not migrate a subscription in the \`${subscription.status}\` state`, { param: 'from_subscription' });
}

function settingsOf(subscription: Subscription): Schedule['default_settings'] {
  return {
    application_fee_percent: null,
    billing_cycle_anchor: 'automatic',
    billing_thresholds: null,
    collection_method: 'charge_automatically',
    default_payment_method: subscription.default_payment_method,
    description: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      days_until_due: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    on_behalf_of: null,
    transfer_data: null,
  };
}

type PhaseItem = SchedulePhase['items'][number];

const itemOf = (price: string, quantity: number): PhaseItem => ({
  billing_thresholds: null,
  discounts: [],
  metadata: {},
  plan: price,
  price,
  quantity,
  tax_rates: [],
});
const itemsOf = ({ items }: Subscription) => items.data.map(({ price, quantity }) => itemOf(price.id, quantity ?? 1));

function phaseOf(
  subscription: Subscription,
  phase: { start: number; end: number; items: PhaseItem[]; metadata?: Record<string, string> | undefined },
): SchedulePhase {
  return {
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: null,
    billing_thresholds: null,
    collection_method: null,
    currency: subscription.currency,
    default_payment_method: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    end_date: phase.end,
    invoice_settings: null,
    items: phase.items,
    metadata: phase.metadata ?? {},
    on_behalf_of: null,
    proration_behavior: 'create_prorations',
    start_date: phase.start,
    transfer_data: null,
    trial_end: null,
  };
}

function updateSchedule(world: World, given: z.infer<typeof scheduleChange>, id: string): Schedule {
  const before = living(world, id, 'update');
  const subscription = world.get('subscription', before.subscription);
  const phases = given.phases === undefined ? before.phases : phasesFrom(world, before, given.phases);
  const now = world.now(before.test_clock);
  const current = phases.find(({ start_date, end_date }) => start_date <= now && end_date > now);
  if (current === undefined) throw invalid('The current phase of the schedule must be among its phases.', { param: 'phases' });
  const change = {
    phases,
    current_phase: { start_date: current.start_date, end_date: current.end_date },
    end_behavior: given.end_behavior ?? before.end_behavior,
    metadata: mergedMetadata(before.metadata, given.metadata),
  };
  const after = world.update('subscription_schedule', id, change, 'subscription_schedule.updated');
  const key = (items: PhaseItem[]) => JSON.stringify(items.map(({ price, quantity }) => [price, quantity]));
  if (key(current.items) !== key(itemsOf(subscription))) applyPhase(world, subscription, current);
  return after;
}

/** Phases follow each other: each begins where the one before it ends. */
function phasesFrom(world: World, before: Schedule & { subscription: string }, given: readonly PhaseParam[]): SchedulePhase[] {
  const subscription = world.get('subscription', before.subscription);
  const now = world.now(before.test_clock);
  const moment = (at: number | 'now' | undefined) => (at === 'now' ? now : at);
  const phases: SchedulePhase[] = [];
  for (const [place, phase] of given.entries()) {
    const start = moment(phase.start_date) ?? phases.at(-1)?.end_date ?? before.phases[0]?.start_date ?? now;
    const previous = phases.at(-1);
    if (previous !== undefined && previous.end_date !== start)
      throw invalid('Phases must be contiguous: each one starts when the previous one ends.', {
        param: `phases[${place}][start_date]`,
      });
    const prices = phase.items.map(({ price }) => recurringPrice(world, price, `phases[${place}][items][0][price]`));
    const every = { interval_count: 1, interval: 'month' as const, ...prices[0]?.recurring, ...definedDuration(phase.duration) };
    const end = moment(phase.end_date) ?? phaseEnd(start, { ...every, interval: every.interval as 'month' });
    if (end <= start) throw invalid('The end of a phase must be after its start.', { param: `phases[${place}][end_date]` });
    const items = phase.items.map(({ price, quantity }) => itemOf(price, quantity ?? 1));
    phases.push(phaseOf(subscription, { start, end, items, metadata: phase.metadata }));
  }
  return phases;
}

const definedDuration = (duration: PhaseParam['duration']) =>
  duration === undefined ? {} : { interval: duration.interval, interval_count: duration.interval_count ?? 1 };
