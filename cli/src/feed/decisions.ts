import type { Context } from '../context.ts';
import { CliError, exitCodes } from '../exit.ts';
import type { Order } from '../order-view.ts';
import { paceMs, pause } from '../pause.ts';
import { type Batch, externalIdOf, isOrder } from './read.ts';

/** What became of an order of a feed. `duplicate`: the vault had an order with this external id, and has it still. */
export interface Decision {
  readonly vault_id: string;
  readonly external_id: string | null;
  readonly result: 'accepted' | 'duplicate' | 'refused' | 'undecided' | 'sent' | 'not_sent';
  readonly manager_order_id?: string;
  readonly seq?: number | null;
  readonly code?: string;
  readonly detail?: string;
}

export const withoutDecision = (event: Batch, result: 'undecided' | 'sent' | 'not_sent'): Decision[] =>
  event.orders.map((order) => ({ vault_id: event.vault_id, external_id: externalIdOf(order) ?? null, result }));

/** A refused order's record has this for an external id that could not be read. */
const unreadable = 'unreadable';
/** A record of a refused order keeps so much of an external id. */
const keptCharacters = 128;
/** Looks until what is still undecided is looked for among the vault's earlier orders. */
const looksBeforeBack = 4;

/**
 * Reads a vault's decisions off its lists: nobody answers who speaks over the bus. Must be opened before the events go,
 * so that what was there before is known.
 */
export class Decisions {
  readonly #context: Context;
  readonly #vaultId: string;
  /** Refusals that were told already, or were there before. */
  readonly #told = new Set<string>();
  readonly #accepted = new Map<string, Order>();
  readonly #used = new Set<string>();
  readonly #firstSeq: number;
  #nextSeq: number;

  private constructor(context: Context, vaultId: string, seq: number) {
    this.#context = context;
    this.#vaultId = vaultId;
    this.#firstSeq = seq + 1;
    this.#nextSeq = seq + 1;
  }

  static async open(context: Context, vault_id: string): Promise<Decisions> {
    const vault = await context.client.getVault({ ...context.call, path: { vault_id } });
    if (!('seq' in vault))
      throw new CliError(exitCodes.refused, 'not_yours', `${vault_id} is another tenant's: nothing was sent`);
    const decisions = new Decisions(context, vault_id, vault.seq);
    for await (const order of decisions.#refusals()) decisions.#told.add(order.manager_order_id);
    return decisions;
  }

  /** Waits until every order of the event is decided, or for so long. */
  async of(event: Batch, timeoutMs: number): Promise<Decision[]> {
    const { world } = this.#context;
    const pending = new Pending(event);
    const started = world.now();
    for (let look = 1; ; look += 1) {
      await this.#readAccepted(pending);
      if (pending.size > 0) await this.#readRefused(pending);
      if (pending.size > 0 && look === looksBeforeBack) await this.#readEarlier(pending, pending.earliest ?? '1');
      const late = world.now() - started > timeoutMs;
      if (pending.size > 0 && late) await this.#readEarlier(pending, '1');
      if (pending.size === 0 || late) return pending.decisions;
      await pause(paceMs(world.now() - started), world.signal);
    }
  }

  async #readAccepted(pending: Pending): Promise<void> {
    for await (const order of this.#log(String(this.#nextSeq))) {
      this.#nextSeq = (order.seq ?? 0) + 1;
      if (order.external_id !== undefined) this.#accepted.set(order.external_id, order);
    }
    pending.settle((id) => {
      const order = id === undefined ? undefined : this.#accepted.get(id);
      if (order === undefined) return undefined;
      const result = this.#used.has(order.manager_order_id) ? 'duplicate' : 'accepted';
      this.#used.add(order.manager_order_id);
      return { result, manager_order_id: order.manager_order_id, seq: order.seq };
    });
  }

  async #readRefused(pending: Pending): Promise<void> {
    const found: Order[] = [];
    for await (const order of this.#refusals()) found.push(order);
    pending.settle((id, order) => {
      const wanted = id?.slice(0, keptCharacters) ?? unreadable;
      const ts = isOrder(order) ? order['ts'] : undefined;
      // The same order with the same time is not decided twice: its first refusal stands.
      const match = found.find(
        (one) => one.external_id === wanted && (!this.#told.has(one.manager_order_id) || (id !== undefined && one.ts === ts)),
      );
      if (match === undefined) return undefined;
      this.#told.add(match.manager_order_id);
      const { manager_order_id, code = '', detail = '' } = match;
      return { result: 'refused', manager_order_id, code, detail };
    });
  }

  /** An external id that the vault had before gets no new order. */
  async #readEarlier(pending: Pending, since: string): Promise<void> {
    const earlier = new Map<string, Order>();
    for await (const order of this.#log(since)) {
      if ((order.seq ?? 0) >= this.#firstSeq) break;
      if (order.external_id !== undefined) earlier.set(order.external_id, order);
    }
    pending.settle((id) => {
      const order = id === undefined ? undefined : earlier.get(id);
      return order && { result: 'duplicate', manager_order_id: order.manager_order_id, seq: order.seq };
    });
  }

  #log(since: string): AsyncGenerator<Order> {
    const { client, call } = this.#context;
    return client.iterate.listManagerOrders({ ...call, query: { vault_id: this.#vaultId, since, limit: 200 } });
  }

  #refusals(): AsyncGenerator<Order> {
    const { client, call } = this.#context;
    return client.iterate.listManagerOrders({ ...call, query: { vault_id: this.#vaultId, state: 'refused', limit: 200 } });
  }
}

type Found = Omit<Decision, 'vault_id' | 'external_id'>;

/** The orders of an event, and what is known of each. */
class Pending {
  readonly #event: Batch;
  readonly #found: (Found | undefined)[];
  constructor(event: Batch) {
    this.#event = event;
    this.#found = event.orders.map(() => undefined);
  }

  get size(): number {
    return this.#found.filter((found) => found === undefined).length;
  }

  settle(look: (externalId: string | undefined, order: unknown) => Found | undefined): void {
    for (const [i, order] of this.#event.orders.entries()) this.#found[i] ??= look(externalIdOf(order), order);
  }

  /** A little before the first undecided order was made: an order is accepted at most some seconds before its `ts`. */
  get earliest(): string | undefined {
    const times = this.#event.orders.flatMap((order, i) => {
      const ts = this.#found[i] === undefined && isOrder(order) ? Date.parse(String(order['ts'])) : Number.NaN;
      return Number.isNaN(ts) ? [] : [ts];
    });
    return times.length === 0 ? undefined : new Date(Math.min(...times) - 10_000).toISOString();
  }

  get decisions(): Decision[] {
    const { vault_id, orders } = this.#event;
    return orders.map((order, i) => ({
      vault_id,
      external_id: externalIdOf(order) ?? null,
      ...(this.#found[i] ?? { result: 'undecided' as const }),
    }));
  }
}
