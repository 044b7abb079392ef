import { z } from 'zod';
import { type ControlRoute, route } from '../simulator/control.ts';
import { markup, page } from '../simulator/html.ts';
import { dayText } from './time.ts';
import type { World } from './world.ts';

const settings = z.strictObject({
  retry_days: z.array(z.number().positive()).optional(),
  after_retries: z.enum(['cancel', 'mark_unpaid', 'leave_past_due']).optional(),
  draft_seconds: z.number().int().min(0).optional(),
});
const jump = z.union([z.strictObject({ advance_seconds: z.number().int().min(1) }), z.strictObject({ to: z.number().int() })]);

/** What can be told to this simulator alone: its time and the account's settings. */
export function stripeControls(world: World, work: { tick(): void; settle(): void }): Record<string, ControlRoute> {
  const shown = () => ({ now: world.realNow(), offset_seconds: world.offsetSeconds });
  return {
    'GET /sim/clock': route(z.strictObject({}), shown),
    'POST /sim/clock': route(jump, (body) => {
      const seconds = 'to' in body ? body.to - world.realNow() : body.advance_seconds;
      world.offsetSeconds += Math.max(0, seconds);
      work.tick();
      work.settle();
      return shown();
    }),
    'POST /sim/settings': route(settings, ({ retry_days, after_retries, draft_seconds }) => {
      world.settings = {
        retryDays: retry_days ?? world.settings.retryDays,
        afterRetries: after_retries ?? world.settings.afterRetries,
        draftSeconds: draft_seconds ?? world.settings.draftSeconds,
      };
      work.settle();
      return world.settings;
    }),
    'GET /sim/events': route(z.strictObject({}), () => ({ items: world.all('event').reverse() })),
  };
}

/** A page with what there is, for a person who looks around. */
export function controlPage(world: World, base: string): string {
  const sessions = world.all('checkout.session').filter(({ status }) => status === 'open');
  const subscriptions = world
    .all('subscription')
    .map(({ id, customer, status }) => markup`<tr><td>${id}</td><td>${customer}</td><td>${status}</td></tr>`);
  return page(
    'Stripe simulator',
    markup`<h1>Stripe simulator</h1><p>API: ${base}. Its day is ${dayText(world.realNow())}.</p>
    <h2>Open checkouts</h2><ul>${sessions.map(({ url, id }) => markup`<li><a href="${url}">${id}</a></li>`)}</ul>
    <h2>Subscriptions</h2><table><tbody>${subscriptions}</tbody></table>`,
  );
}
