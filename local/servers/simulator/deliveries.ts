import { randomUUID } from 'node:crypto';
import { z } from 'zod';

/** How webhooks misbehave. Each thing holds for the event types in `types`, or for all. */
export const webhookFault = z.strictObject({
  types: z.array(z.string()).optional(),
  /** Sent so many times more. */
  duplicate: z.number().int().min(0).max(20).default(0),
  delay_ms: z.number().int().min(0).max(600_000).default(0),
  /** Each delivery waits a random part of this, so that later ones overtake it. */
  reorder_ms: z.number().int().min(0).max(600_000).default(0),
  drop: z.boolean().default(false),
  /** Kept until they are released, in whatever order. */
  hold: z.boolean().default(false),
});

export type WebhookFault = z.infer<typeof webhookFault>;

export interface Attempt {
  readonly at: string;
  readonly status?: number;
  readonly error?: string;
}

/** One delivery of one event: a repeat or a redelivery is another one. */
export interface Delivery {
  readonly delivery_id: string;
  readonly event_id: string;
  readonly type: string;
  /** The delivery that this one repeats. */
  readonly original_delivery_id?: string;
  state: 'waiting' | 'held' | 'dropped' | 'delivered' | 'failed';
  attempts: Attempt[];
}

export interface Target {
  readonly url: string;
  readonly secret: string;
}

interface Message {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface DeliveriesOptions {
  target(): Target | undefined;
  /** The bytes of a delivery, signed now; undefined when its event is gone. */
  render(delivery: Delivery, target: Target): Message | undefined;
  /** Milliseconds between the attempts; after the last one the delivery has failed. */
  readonly retryDelaysMs?: readonly number[];
  onChange(): void;
}

const defaultDelays = [1000, 5000, 15_000, 60_000, 300_000, 900_000];
const timeoutMs = 30_000;

/** Sends events to the webhook, each on its own: nothing waits for another, and no order is kept. */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #all: Delivery[];
  readonly #timers = new Set<NodeJS.Timeout>();
  #fault: WebhookFault | undefined;
  #retryDelays: readonly number[];
  #stopped = false;

  constructor(options: DeliveriesOptions, kept: readonly Delivery[] = []) {
    this.#options = options;
    this.#all = [...kept];
    this.#retryDelays = options.retryDelaysMs ?? defaultDelays;
  }

  list(): readonly Delivery[] {
    return this.#all;
  }

  fault(): WebhookFault | undefined {
    return this.#fault;
  }

  setFault(next: WebhookFault | undefined): void {
    this.#fault = next;
  }

  /** Milliseconds between the attempts, or those that hold by default. */
  setRetryDelays(delays: readonly number[] | undefined): void {
    this.#retryDelays = delays ?? this.#options.retryDelaysMs ?? defaultDelays;
  }

  /** Sends an event, as often, as late, or as little as the fault of now says. */
  enqueue(event: { id: string; type: string }, original?: string): void {
    const { duplicate = 0, delay_ms = 0, reorder_ms = 0, drop = false, hold = false } = this.#faultFor(event.type) ?? {};
    for (let copy = 0; copy <= duplicate; copy++) {
      const delivery = open(event, original);
      delivery.state = drop ? 'dropped' : hold ? 'held' : 'waiting';
      this.#all.push(delivery);
      if (delivery.state === 'waiting') this.#later(delay_ms + Math.floor(Math.random() * reorder_ms), delivery);
    }
  }

  /** Sends what waits and has no attempt under way: after a restart, or once there is a target. */
  resume(): void {
    const scheduled = this.#scheduled;
    for (const delivery of this.#all) if (delivery.state === 'waiting' && !scheduled.has(delivery)) this.#later(0, delivery);
  }

  /** Sends held deliveries one after the other: those of the named events in that order, or all as they happened. */
  async release(eventIds?: readonly string[]): Promise<readonly Delivery[]> {
    const held = this.#all.filter(({ state }) => state === 'held');
    const order = eventIds?.flatMap((id) => held.filter(({ event_id }) => event_id === id)) ?? held;
    for (const delivery of order) delivery.state = 'waiting';
    for (const delivery of order) await this.#attempt(delivery);
    return order;
  }

  /** Sends one event once more, as the vendor's own button does, past any fault. */
  async redeliver(event: { id: string; type: string }): Promise<Delivery> {
    const before = this.#all.find(({ event_id }) => event_id === event.id);
    const delivery = open(event, before?.delivery_id);
    this.#all.push(delivery);
    await this.#attempt(delivery);
    return delivery;
  }

  clear(): void {
    this.#all.length = 0;
    this.#quiet();
  }

  stop(): void {
    this.#stopped = true;
    this.#quiet();
  }

  readonly #scheduled = new Set<Delivery>();

  #faultFor(type: string): WebhookFault | undefined {
    return this.#fault?.types?.includes(type) === false ? undefined : this.#fault;
  }

  #quiet(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#scheduled.clear();
  }

  #later(ms: number, delivery: Delivery): void {
    if (this.#stopped) return;
    this.#scheduled.add(delivery);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#attempt(delivery);
    }, ms);
    this.#timers.add(timer);
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const target = this.#options.target();
    this.#scheduled.add(delivery);
    try {
      if (this.#stopped || target === undefined) return;
      const message = this.#options.render(delivery, target);
      if (message === undefined) {
        delivery.state = 'dropped';
        return;
      }
      const result = await send(target, message);
      if (this.#stopped) return;
      delivery.attempts.push({ at: new Date().toISOString(), ...result });
      const delay = this.#retryDelays[delivery.attempts.length - 1];
      if (result.status !== undefined && result.status < 300) delivery.state = 'delivered';
      else if (delay === undefined) delivery.state = 'failed';
      this.#options.onChange();
      if (delivery.state === 'waiting' && delay !== undefined) this.#later(delay, delivery);
    } finally {
      if (target === undefined || delivery.state !== 'waiting') this.#scheduled.delete(delivery);
    }
  }
}

const open = (event: { id: string; type: string }, original?: string): Delivery => ({
  delivery_id: randomUUID(),
  event_id: event.id,
  type: event.type,
  ...(original !== undefined && { original_delivery_id: original }),
  state: 'waiting',
  attempts: [],
});

async function send(target: Target, message: Message): Promise<{ status?: number; error?: string }> {
  try {
    const { url } = target;
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(url, { method: 'POST', redirect: 'manual', signal, ...message });
    await answer.arrayBuffer();
    return { status: answer.status };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { error: cause instanceof Error ? cause.message : String(cause) };
  }
}
