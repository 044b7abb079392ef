import { z } from 'zod';
import { type Deliveries, webhookFault } from './deliveries.ts';
import { apiFault, type Faults } from './faults.ts';
import { html, json, type SimAnswer, type SimHandler, type SimServer } from './server.ts';

/** A control route: takes a checked body and answers JSON. */
export interface ControlRoute {
  readonly schema: z.ZodType;
  run(body: never): Promise<unknown> | unknown;
}

/** Makes a control route whose body is what the schema says. */
export const route = <T>(schema: z.ZodType<T>, run: (body: T) => Promise<unknown> | unknown): ControlRoute => ({
  schema,
  run: run as (body: never) => unknown, // `handle` gives it only what the schema let through
});

const nothing = z.strictObject({});

interface Shared {
  readonly deliveries: Deliveries;
  readonly faults: Faults;
  server(): SimServer;
  findEvent(id: string): { id: string; type: string } | undefined;
  setTarget(target: { url: string; secret: string } | undefined): void;
  reset(): void;
}

const behaviour = z.strictObject({
  api: apiFault.optional(),
  webhooks: webhookFault.optional(),
  retry_delays_ms: z.array(z.number().int().min(0)).optional(),
});

/** The part of the control that both simulators have. */
export function sharedRoutes(parts: Shared): Record<string, ControlRoute> {
  const { deliveries, faults } = parts;
  const behave = async ({ webhooks, retry_delays_ms, api }: z.infer<typeof behaviour>) => {
    deliveries.setFault(webhooks);
    deliveries.setRetryDelays(retry_delays_ms);
    faults.set(api);
    if (api?.mode === 'refuse') await parts.server().refuse();
    else await parts.server().accept();
    return current();
  };
  const current = () => ({ api: faults.current() ?? null, webhooks: deliveries.fault() ?? null });
  return {
    'GET /sim/behaviour': route(nothing, current),
    'POST /sim/behaviour': route(behaviour, behave),
    ...deliveryRoutes(parts),
    'POST /sim/webhook': route(z.strictObject({ url: z.url(), secret: z.string() }).nullable(), (target) => {
      parts.setTarget(target ?? undefined);
      deliveries.resume();
      return { url: target?.url ?? null };
    }),
    'POST /sim/reset': route(nothing, async () => {
      parts.reset();
      deliveries.clear();
      return behave({});
    }),
  };
}

function deliveryRoutes({ deliveries, findEvent }: Shared): Record<string, ControlRoute> {
  return {
    'GET /sim/deliveries': route(nothing, () => ({ items: deliveries.list() })),
    'POST /sim/release': route(z.strictObject({ event_ids: z.array(z.string()).optional() }), async ({ event_ids }) => ({
      items: await deliveries.release(event_ids),
    })),
    'POST /sim/redeliver': route(z.strictObject({ event_id: z.string() }), ({ event_id }) => {
      const event = findEvent(event_id);
      if (event === undefined) throw new ControlError(404, `there is no event ${event_id}`);
      return deliveries.redeliver(event);
    }),
  };
}

/** What a control route cannot do. */
export class ControlError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Serves control routes by `METHOD /path`; GET /sim/ shows a page of what there is. */
export function controlHandler(routes: Readonly<Record<string, ControlRoute>>, page: (base: string) => string): SimHandler {
  return async ({ method, path, body, base }) => {
    if (method === 'GET' && /^\/sim\/?$/.test(path)) return html(page(base));
    const found = routes[`${method} ${path}`];
    if (found === undefined) return json(404, { error: `there is no ${method} ${path}`, routes: Object.keys(routes) });
    return handle(found, body);
  };
}

async function handle({ schema, run }: ControlRoute, body: string): Promise<SimAnswer> {
  const given = schema.safeParse(parsed(body));
  if (!given.success) return json(400, { error: z.prettifyError(given.error) });
  try {
    // The route's own schema made it: the list of routes has forgotten which type goes with which.
    return json(200, await run(given.data as never));
  } catch (error) {
    if (error instanceof ControlError) return json(error.status, { error: error.message });
    throw error;
  }
}

function parsed(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    // Not JSON: the routes refuse what has not the form that they ask for.
    return undefined;
  }
}
