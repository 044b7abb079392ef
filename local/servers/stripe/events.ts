import { z } from 'zod';
import { listed } from './lists.ts';
import { ignored, paging, range, text } from './params.ts';
import { type Route, route } from './routes.ts';
import type { Event } from './wire.ts';

const eventList = z.strictObject({
  ...paging,
  created: range.optional(),
  type: text.optional(),
  types: z.array(text).max(20).optional(),
  ...ignored('delivery_success'),
});

/** A type, or a whole group of them: `invoice.*`. */
const matches = (pattern: string, type: string) =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;

/** Events of the last thirty days. */
export const eventRoutes: readonly Route[] = [
  route('GET', '/v1/events/:id', z.strictObject({}), (world, _, id) => world.get('event', id)),
  route('GET', '/v1/events', eventList, (world, given) => {
    const wanted = given.types ?? (given.type === undefined ? ['*'] : [given.type]);
    const fits = ({ type }: Event) => wanted.some((pattern) => matches(pattern, type));
    // Some happened late, at their own time: the newest first is by that time.
    const all = world
      .all('event')
      .filter(fits)
      .sort((a, b) => b.created - a.created);
    return listed({ url: '/v1/events', all, given });
  }),
];
