import Stripe from 'stripe';
import { controlHandler, sharedRoutes } from '../simulator/control.ts';
import { Deliveries, type Delivery, type Target } from '../simulator/deliveries.ts';
import { createFaults } from '../simulator/faults.ts';
import { createKeep } from '../simulator/keep.ts';
import { type SimAnswer, type SimHandler, type SimRequest, type SimServer, startSimServer } from '../simulator/server.ts';
import { createApi } from './api.ts';
import { catchUp, forgetOldEvents } from './clocks.ts';
import { controlPage, stripeControls } from './controls.ts';
import { createIdempotency } from './idempotency.ts';
import { pageFor } from './pages.ts';
import { World, type WorldState } from './world.ts';

interface SimulatorOptions {
  readonly port?: number;
  readonly secretKey: string;
  /** Where events are sent; it can also be said later. */
  readonly webhook?: Target | undefined;
  /** Real time, in milliseconds. */
  readonly clock?: () => number;
  /** A file that keeps everything over a restart. */
  readonly keep?: string | undefined;
  log?(line: string): void;
}

export interface StripeSimulator {
  /** What STRIPE_API_BASE is. */
  readonly url: string;
  /** The same control routes as under `url`/sim/, at a port that stays open when the API's is shut. */
  readonly control: string;
  setWebhook(target: Target | undefined): void;
  stop(): Promise<void>;
}

interface Kept {
  readonly world: WorldState;
  readonly idempotency: ReturnType<ReturnType<typeof createIdempotency>['dump']>;
  readonly deliveries: readonly Delivery[];
}

/** Starts a Stripe of one account, which keeps its state, sends signed events, and misbehaves when it is told to. */
export async function startStripeSimulator(options: SimulatorOptions): Promise<StripeSimulator> {
  const account = openAccount(options);
  const { world, deliveries, tick } = account;
  const faults = createFaults();
  const vendor: SimHandler = (request) => faults.around(request, () => serve(account, request));
  const server: SimServer = await startSimServer({
    port: options.port ?? 0,
    vendor,
    control: controlHandler(
      {
        ...sharedRoutes({ ...account, faults, server: () => server, findEvent: (id) => world.find('event', id) }),
        ...stripeControls(world, account),
      },
      (base) => controlPage(world, base),
    ),
  });
  world.base = server.url;
  const timer = setInterval(tick, 1000).unref();
  deliveries.resume();
  return {
    url: server.url,
    control: server.control,
    setWebhook(next) {
      account.setTarget(next);
      deliveries.resume();
    },
    async stop() {
      clearInterval(timer);
      deliveries.stop();
      await server.stop();
    },
  };
}

type Account = ReturnType<typeof openAccount>;

/** The account as it was kept, and the ways to keep it. */
function openAccount({ clock = Date.now, log = () => undefined, secretKey, ...options }: SimulatorOptions) {
  const keep = createKeep(options.keep);
  const kept = keep.load() as Kept | undefined; // only `save` below writes the file
  const world = new World(clock);
  if (kept !== undefined) world.load(kept.world);
  const idempotency = createIdempotency(kept?.idempotency);
  let target = options.webhook;
  const save = () => keep.save({ world: world.dump(), idempotency: idempotency.dump(), deliveries: deliveries.list() });
  const sending = { target: () => target, render: signer(world, clock), onChange: save };
  const deliveries = new Deliveries(sending, kept?.deliveries);
  const settle = () => {
    const told = world.told.splice(0);
    for (const event of told) deliveries.enqueue(event);
    save();
    for (const { type } of told) log(`stripe: ${type}`);
  };
  return {
    world,
    deliveries,
    settle,
    api: createApi({ world, idempotency, secretKey, clock, settle }),
    /** Does what has become due. */
    tick() {
      catchUp(world, null, world.realNow());
      forgetOldEvents(world);
      if (world.told.length > 0) settle();
    },
    setTarget(next: Target | undefined) {
      target = next;
    },
    reset() {
      world.reset();
      idempotency.clear();
      save();
    },
  };
}

async function serve({ world, api, tick, settle }: Account, request: SimRequest): Promise<SimAnswer> {
  tick();
  const shown = pageFor(world, request);
  if (shown === undefined) return api(request);
  settle();
  return shown;
}

/** An event's bytes are the same at every attempt; the signature has the time of this one. */
function signer(world: World, clock: () => number) {
  return ({ event_id }: Delivery, { secret }: Target) => {
    const event = world.find('event', event_id);
    if (event === undefined) return undefined;
    const body = JSON.stringify(event, null, 2);
    const timestamp = Math.floor(clock() / 1000);
    const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
    return {
      body,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': signature,
      },
    };
  };
}
