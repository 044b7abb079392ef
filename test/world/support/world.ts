import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { putVault } from '../../../shared/adapters/dynamo/vault-store.ts';
import type { FifoMessage } from '../../../shared/adapters/sqs/queue.ts';
import type { AcceptRequest } from '../../../shared/domain/mirroring/accept.ts';
import type { Dispatcher } from '../../../shared/domain/mirroring/attempt.ts';
import { newVault } from '../../../shared/domain/vaults/create.ts';
import { timestamp } from '../../../shared/kit/clock.ts';
import { id, ulidFromCause } from '../../../shared/kit/ids.ts';
import { limits } from '../../../shared/wiring/limits.ts';
import { Endpoints } from './endpoints.ts';
import { Crash, Faults, Invocation, oneAtATime, type Plan } from './faults.ts';
import { Fifo, type Message } from './fifo.ts';
import { type Bugs, handlers, type Process, type QueueName, type Registering, type Settling, sweepOnce } from './handlers.ts';
import type { OrderOf, Story } from './stories.ts';
import { hurtTable, Rivals } from './table.ts';

const start = Date.UTC(2026, 0, 5, 15, 0, 0);
/** By then everybody has joined, whatever happened to the registrations. */
export const openedAt = start + 100_000;
const ulidOfCause = (cause: string): string => ulidFromCause(start, cause);
export const tenantId = id('ten', ulidOfCause('manager'));
export const foreignTenantId = id('ten', ulidOfCause('client'));
export const vaultId = id('vlt', ulidOfCause('vault'));
export const followerIdOf = (name: string): string => id('fol', ulidOfCause(name));

export interface WorldOptions {
  readonly story: Story;
  readonly plan?: Plan;
  readonly bugs?: Bugs;
  /** What is left of a handler that failed stands still until all else has come to rest. */
  readonly freezes?: boolean;
  /** Transactions that meet on an item reject each other, as on AWS. */
  readonly collides?: boolean;
}

const sweepEveryMs = 60_000;
/** A story takes some dozens of steps; one that takes more goes in circles. */
const mostSteps = 300;

/** A small world in virtual time: real use cases and adapters, a real table, queues and endpoints that are told what to do. */
export class World {
  now = start;
  readonly table: Table;
  readonly story: Story;
  readonly faults: Faults;
  readonly endpoints: Endpoints;
  /** Manager orders asked for so far. */
  asked = 0;
  /** What handlers threw, but for crashes. */
  readonly errors: Error[] = [];
  readonly queues = {
    registrations: new Fifo('registrations', 30),
    intents: new Fifo('intents', limits.intentVisibilitySeconds),
    shards: new Fifo('shards', limits.shardVisibilitySeconds),
    lanes: new Fifo('lanes', limits.retryVisibilitySeconds),
    settlements: new Fifo('settlements', 30),
  };
  readonly dlx = new Fifo('dlx', 30);
  readonly #options: WorldOptions;
  readonly #lock = oneAtATime();
  readonly #rivals = new Rivals();
  readonly #thaw = Promise.withResolvers<void>();
  readonly #frozen: Invocation[] = [];
  #ids = 0;
  #steps = 0;
  #nextSweep = start + sweepEveryMs;

  constructor(table: Table, options: WorldOptions) {
    this.table = table;
    this.#options = options;
    this.story = options.story;
    this.faults = new Faults(options.plan);
    const { followers } = options.story;
    this.endpoints = new Endpoints(
      new Map(followers.map((f) => [f.name, f.script])),
      new Map(followers.flatMap((f) => (f.answerMs === undefined ? [] : [[f.name, f.answerMs]]))),
    );
  }

  /** Stores the vault and says what will be asked, and when. */
  async open(): Promise<void> {
    const body = { label: 'World', rails: ['fiat' as const], public: true };
    const vault = newVault(body, tenantId, vaultId, timestamp(this.now));
    await putVault(this.table, vault, { subject: 'world', request_id: 'world' });
    for (const { name, scale, foreign } of this.story.followers) {
      const settings = { mode: 'proportional' as const, scale, webhook: { url: `https://endpoint.example/${name}` } };
      const { shardSize } = this.story;
      const owner = foreign === true ? foreignTenantId : tenantId;
      const asked: Registering = { vaultId, tenantId: owner, body: settings, seed: ulidOfCause(name), shardSize };
      this.ask('registrations', name, asked);
    }
    for (const order of this.story.orders) this.askOrder(order, openedAt + order.atSeconds * 1000);
  }

  askOrder({ side, qty }: Pick<OrderOf, 'side' | 'qty'>, at = this.now): void {
    this.asked += 1;
    const external_id = `order-${this.asked}`;
    const terms = { symbol: 'IBM', order_type: 'market', time_in_force: 'day', ref_price: '10', ts: timestamp(at) } as const;
    const order = { external_id, side, qty, ...terms };
    const request: AcceptRequest = { tenant_id: tenantId, vault_id: vaultId, order, source: 'bus', by: 'world' };
    this.ask('intents', external_id, request, at);
  }

  ask(queue: QueueName, name: string, body: AcceptRequest | Registering | Settling, at = this.now): void {
    this.queues[queue].send({ body: JSON.stringify(body), group: 'world', deduplicationId: name }, this.now, at);
  }

  /** Goes on until every queue is empty and a sweep finds nothing to do; then what was frozen thaws. */
  async rest(): Promise<void> {
    await this.#settleDown();
    this.#thaw.resolve();
    if (this.#frozen.length === 0) return;
    for (const invocation of this.#frozen.splice(0)) await invocation.idle();
    await this.#settleDown();
  }

  async #settleDown(): Promise<void> {
    for (;;) {
      while (await this.step());
      this.now = Math.max(this.now + sweepEveryMs, this.#nextSweep);
      const found = await this.#sweep();
      if (found !== undefined && found.rung + found.closed === 0) return;
    }
  }

  /** Time passes for this long, and what falls due in it happens: also while another handler is at work. */
  async elapse(ms: number): Promise<void> {
    const until = this.now + ms;
    while (await this.step(until));
    this.now = Math.max(this.now, until);
  }

  /** The next thing that is due up to `limit`: a message, or a sweep. False when there is none. */
  async step(limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    this.#steps += 1;
    if (this.#steps > mostSteps)
      throw new Error(`the world does not come to rest (${this.errors.at(-1)?.message ?? 'no errors'})`);
    const next = this.#next();
    if (next === undefined || next.message.visibleAt > limit) return false;
    if (this.#nextSweep <= next.message.visibleAt) await this.#sweep();
    else await this.#handle(next.name, next.message);
    return true;
  }

  #next(): { name: QueueName; message: Message } | undefined {
    const names = Object.keys(this.queues) as QueueName[];
    const heads = names.flatMap((name) => this.queues[name].heads().map((message) => ({ name, message })));
    return heads.sort((a, b) => a.message.visibleAt - b.message.visibleAt)[0];
  }

  async #handle(name: QueueName, message: Message): Promise<void> {
    const queue = this.queues[name];
    this.now = Math.max(this.now, message.visibleAt);
    message.receives += 1;
    message.visibleAt = this.now + queue.visibilityMs;
    const later = await this.#process((process) => handlers[name](JSON.parse(message.body), process));
    if (later === undefined) return;
    const seconds = later.value;
    if (seconds !== undefined) message.visibleAt = this.now + Math.max(1, Math.ceil(seconds)) * 1000;
    else if (this.faults.next('delete', name) === undefined) queue.delete(message);
  }

  async #sweep(): Promise<{ rung: number; closed: number } | undefined> {
    this.now = Math.max(this.now, this.#nextSweep);
    this.#nextSweep = this.now + sweepEveryMs;
    return (await this.#process((process) => sweepOnce(vaultId, process)))?.value;
  }

  /** Runs a handler in a process of its own; undefined when it crashed or failed. */
  async #process<T>(handle: (process: Process) => Promise<T>): Promise<{ value: T } | undefined> {
    const invocation = new Invocation();
    try {
      return { value: await invocation.run(handle(this.#open(invocation))) };
    } catch (error) {
      if (!(error instanceof Crash)) this.errors.push(error as Error);
      if (this.#options.freezes === true) {
        invocation.freeze(this.#thaw.promise);
        this.#frozen.push(invocation);
      }
      return undefined;
    } finally {
      await invocation.idle();
    }
  }

  #open(invocation: Invocation): Process {
    const send = async (name: string, messages: readonly FifoMessage[]) => {
      const queue = name === 'dlx' ? this.dlx : this.queues[name as QueueName];
      const label = `${name} ${messages.map((m) => m.deduplicationId).join(' ')}`;
      const lock = <T>(work: () => Promise<T>) => work();
      await invocation.call(
        lock,
        () => this.faults.next('send', label),
        async () => {
          for (const message of messages) queue.send(message, this.now);
        },
      );
    };
    const { bugs = {} } = this.#options;
    const dispatcher = this.#dispatcher(invocation);
    const rivals = this.#options.collides === true ? { rivals: this.#rivals } : {};
    const hurts = { faults: this.faults, lock: this.#lock, passes: () => this.#pass(2), ...rivals };
    return {
      clock: () => this.now,
      freshUlid: () => this.#freshUlid(),
      table: hurtTable(this.table, invocation, hurts),
      dispatcher: bugs.dispatcher?.(dispatcher) ?? dispatcher,
      queues: { shards: this.queues.shards.as(send), lanes: this.queues.lanes.as(send), dlx: this.dlx.as(send) },
      bugs,
    };
  }

  #dispatcher(invocation: Invocation): Dispatcher {
    const lock = <T>(work: () => Promise<T>) => work();
    return {
      ready: () => Promise.resolve(),
      deliver: (delivery) => {
        const label = `${new URL(delivery.follower.webhook.url).pathname} ${delivery.attempt}`;
        return invocation.call(
          lock,
          () => this.faults.next('deliver', label),
          async () => {
            const result = await this.endpoints.answer(delivery, this.now);
            this.#pass(result.ms);
            return result;
          },
        );
      },
    };
  }

  #pass(ms: number): void {
    this.now += ms;
  }

  #freshUlid(): string {
    this.#ids += 1;
    return ulidFromCause(this.now, `fresh ${this.#ids}`);
  }
}
