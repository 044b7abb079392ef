import { z } from 'zod';
import { expireSession } from './checkout.ts';
import { invalid } from './failure.ts';
import { listed } from './lists.ts';
import { int, paging, text } from './params.ts';
import { collect, nextStep, step } from './renewals.ts';
import { type Route, route } from './routes.ts';
import { day } from './time.ts';
import type { TestClock } from './wire.ts';
import { newId, type World } from './world.ts';

interface Due {
  readonly at: number;
  run(): void;
}

/** What there is to do, of the objects that live by one clock (null: by the account's own time). */
function dues(world: World, clock: string | null): Due[] {
  const mine = <T extends { test_clock: string | null }>(one: T) => one.test_clock === clock;
  const subscriptions = world.all('subscription').filter(mine);
  const invoices = world.all('invoice').filter(mine);
  const sessions = world.all('checkout.session').filter((one) => world.clockOf(one.customer) === clock);
  const collecting = (at: number | null, id: string): Due[] => (at === null ? [] : [{ at, run: () => void collect(world, id) }]);
  return [
    ...subscriptions.map((one): Due => ({ at: nextStep(world, one), run: () => step(world, one.id) })),
    ...invoices.flatMap(({ id, status, automatically_finalizes_at: at }) => (status === 'draft' ? collecting(at, id) : [])),
    ...invoices.flatMap(({ id, status, next_payment_attempt: at }) => (status === 'open' ? collecting(at, id) : [])),
    ...sessions
      .filter(({ status }) => status === 'open')
      .map((one): Due => ({ at: one.expires_at, run: () => void expireSession(world, one.id) })),
  ];
}

/** Does all that is due until then, each thing at its own time and in the order of time. */
export function catchUp(world: World, clock: string | null, until: number): void {
  try {
    for (;;) {
      const [next] = dues(world, clock).sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) return;
      world.at = next.at;
      world.whole(next.run);
    }
  } finally {
    world.at = undefined;
  }
}

/** Stripe keeps events for thirty days. */
export function forgetOldEvents(world: World): void {
  const oldest = world.realNow() - 30 * day;
  for (const { id } of world.all('event')) {
    // By the account's time: those of a test clock have that one's.
    if (Number(world.note(id)['happened']) >= oldest) continue;
    world.objects.delete(id);
    world.notes.delete(id);
  }
}

/** Test clocks: a customer that is made on one lives by it. */
export const clockRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/test_helpers/test_clocks',
    z.strictObject({ frozen_time: int, name: text.optional() }),
    (world, { frozen_time, name }) => {
      const clock: TestClock = {
        id: newId('clock_'),
        object: 'test_helpers.test_clock',
        created: world.realNow(),
        deletes_after: world.realNow() + 30 * day,
        frozen_time,
        livemode: false,
        name: name ?? null,
        status: 'ready',
        status_details: {},
      };
      return world.create(clock, 'test_helpers.test_clock.created');
    },
  ),
  route('POST', '/v1/test_helpers/test_clocks/:id/advance', z.strictObject({ frozen_time: int }), (world, given, id) => {
    const { frozen_time: from } = world.get('test_helpers.test_clock', id);
    const to = given.frozen_time;
    const param = { param: 'frozen_time' };
    if (to <= from) throw invalid('The frozen time must be later than the current frozen time of the test clock.', param);
    catchUp(world, id, to);
    return world.update('test_helpers.test_clock', id, { frozen_time: to }, 'test_helpers.test_clock.ready');
  }),
  route('GET', '/v1/test_helpers/test_clocks/:id', z.strictObject({}), (world, _, id) =>
    world.get('test_helpers.test_clock', id),
  ),
  route('GET', '/v1/test_helpers/test_clocks', z.strictObject(paging), (world, given) =>
    listed({ url: '/v1/test_helpers/test_clocks', all: world.all('test_helpers.test_clock'), given }),
  ),
  route('DELETE', '/v1/test_helpers/test_clocks/:id', z.strictObject({}), (world, _, id) => {
    world.get('test_helpers.test_clock', id);
    for (const customer of world.all('customer')) if (customer.test_clock === id) world.objects.delete(customer.id);
    for (const one of world.all('subscription')) if (one.test_clock === id) world.objects.delete(one.id);
    world.objects.delete(id);
    return { id, object: 'test_helpers.test_clock', deleted: true };
  }),
];
