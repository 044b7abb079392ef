import { createHmac } from 'node:crypto';
import { controlHandler, sharedRoutes } from '../simulator/control.ts';
import { Deliveries, type Delivery, type Target } from '../simulator/deliveries.ts';
import { createFaults } from '../simulator/faults.ts';
import { createKeep } from '../simulator/keep.ts';
import { type SimAnswer, type SimHandler, type SimRequest, type SimServer, startSimServer } from '../simulator/server.ts';
import { createApi } from './api.ts';
import { btcpayControls, controlPage } from './controls.ts';
import { BtcNode, type NodeState } from './node.ts';
import { pageFor } from './pages.ts';

interface SimulatorOptions {
  readonly port?: number;
  readonly apiKey: string;
  /** Where events are sent; it can also be said later. */
  readonly webhook?: Target | undefined;
  /** Real time, in milliseconds. */
  readonly clock?: () => number;
  /** A file that keeps everything over a restart. */
  readonly keep?: string | undefined;
  log?(line: string): void;
}

export interface BtcpaySimulator {
  /** What BTCPAY_BASE_URL is. */
  readonly url: string;
  /** The same control routes as under `url`/sim/, at a port that stays open when the API's is shut. */
  readonly control: string;
  setWebhook(target: Target | undefined): void;
  stop(): Promise<void>;
}

interface Kept {
  readonly node: NodeState;
  readonly deliveries: readonly Delivery[];
}

const webhookId = 'SimulatorWebhook000001';

/** Starts a BTCPay Server whose stores keep their state, send signed events, and misbehave when they are told to. */
export async function startBtcpaySimulator(options: SimulatorOptions): Promise<BtcpaySimulator> {
  const account = openNode(options);
  const { node, deliveries, tick } = account;
  const faults = createFaults();
  const vendor: SimHandler = (request) => faults.around(request, () => serve(account, request));
  const server: SimServer = await startSimServer({
    port: options.port ?? 0,
    vendor,
    control: controlHandler(
      {
        ...sharedRoutes({ ...account, faults, server: () => server, findEvent: (id) => node.events.get(id) }),
        ...btcpayControls(node, account),
      },
      (base) => controlPage(node, base),
    ),
  });
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

type Opened = ReturnType<typeof openNode>;

/** The node as it was kept, and the ways to keep it. */
function openNode({ clock = Date.now, log = () => undefined, apiKey, ...options }: SimulatorOptions) {
  const keep = createKeep(options.keep);
  const kept = keep.load() as Kept | undefined; // only `save` below writes the file
  const node = new BtcNode(clock);
  if (kept !== undefined) node.load(kept.node);
  let target = options.webhook;
  const save = () => keep.save({ node: node.dump(), deliveries: deliveries.list() });
  const deliveries = new Deliveries({ target: () => target, render: signer(node), onChange: save }, kept?.deliveries);
  const settle = () => {
    const told = node.told.splice(0);
    for (const event of told) deliveries.enqueue(event);
    save();
    for (const { type } of told) log(`btcpay: ${type}`);
  };
  return {
    node,
    deliveries,
    settle,
    api: createApi(node, apiKey),
    /** Does what has become due. */
    tick() {
      node.catchUp();
      if (node.told.length > 0) settle();
    },
    setTarget(next: Target | undefined) {
      target = next;
    },
    reset() {
      node.reset();
      save();
    },
  };
}

async function serve({ node, api, tick, settle }: Opened, request: SimRequest): Promise<SimAnswer> {
  tick();
  const answer = pageFor(node, request) ?? (await api(request));
  if (request.method !== 'GET') settle();
  return answer;
}

/** A delivery's bytes: sent again, it has an id of its own, and names the first. */
function signer(node: BtcNode) {
  return ({ event_id, delivery_id, original_delivery_id, attempts }: Delivery, { secret }: Target) => {
    const event = node.events.get(event_id);
    if (event === undefined) return undefined;
    const again = attempts.length > 0;
    const body = JSON.stringify({
      deliveryId: again ? `${delivery_id}-${attempts.length}` : delivery_id,
      webhookId,
      originalDeliveryId: original_delivery_id ?? delivery_id,
      isRedelivery: again || original_delivery_id !== undefined,
      type: event.type,
      timestamp: event.timestamp,
      ...event.body,
    });
    const mac = createHmac('sha256', secret).update(body).digest('hex');
    return { body, headers: { 'content-type': 'application/json', 'btcpay-sig': `sha256=${mac}` } };
  };
}
