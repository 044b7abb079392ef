import type { Context } from '../context.ts';
import { CliError, type ExitCode, exitCodes } from '../exit.ts';
import { countsOf, isOver, type Order, orderColumns } from '../order-view.ts';
import { paceMs, pause } from '../pause.ts';

/** Orders that are shown when the watching of a vault begins, and how many stay on the screen. */
const before = 10;
const onScreen = 20;

/** Tells every change of an order until it is over. */
export async function watchOrder(context: Context, manager_order_id: string): Promise<ExitCode> {
  const { client, call, world } = context;
  const seen = new Seen(context);
  const started = world.now();
  for (;;) {
    const order = await client.getManagerOrder({ ...call, path: { manager_order_id } });
    seen.tell([order]);
    if (isOver(order)) return order.state === 'refused' || order.state === 'expired' ? exitCodes.refused : exitCodes.ok;
    await pause(paceMs(world.now() - started), world.signal);
  }
}

/** Tells every change of a vault's last orders and of those that come. */
export async function watchVault(context: Context, vault_id: string, untilDone: boolean): Promise<ExitCode> {
  const { client, call, world } = context;
  const vault = await client.getVault({ ...call, path: { vault_id } });
  if (!('seq' in vault)) throw new CliError(exitCodes.refused, 'not_yours', 'only its own tenant sees a vault’s orders');
  const seen = new Seen(context);
  let next = Math.max(1, vault.seq - before + 1);
  for (let moved = world.now(); ; ) {
    const fresh: Order[] = [];
    for await (const order of client.iterate.listManagerOrders({ ...call, query: { vault_id, since: String(next) } }))
      fresh.push(order);
    next = Math.max(next, ...fresh.map(({ seq }) => (seq ?? 0) + 1));
    // A list does not count the children of large vaults: those are read one by one, as what is still under way.
    const counted = fresh.filter((order) => order.progress !== null);
    const asked = [...fresh.filter((order) => order.progress === null), ...seen.open].map(({ manager_order_id }) =>
      client.getManagerOrder({ ...call, path: { manager_order_id } }),
    );
    if (seen.tell([...counted, ...(await Promise.all(asked))])) moved = world.now();
    if (untilDone && seen.open.length === 0) return exitCodes.ok;
    await pause(paceMs(world.now() - moved), world.signal);
  }
}

/** Orders as they were last seen. */
class Seen {
  readonly #context: Context;
  readonly #orders = new Map<string, Order>();
  constructor(context: Context) {
    this.#context = context;
  }

  /** What is still under way, the newest of it. */
  get open(): Order[] {
    return [...this.#orders.values()].filter((order) => !isOver(order)).slice(-onScreen);
  }

  /** Prints those that changed. False when none did. */
  tell(orders: readonly Order[]): boolean {
    const { print, world } = this.#context;
    const changed = orders.filter((order) => JSON.stringify(order) !== JSON.stringify(this.#orders.get(order.manager_order_id)));
    for (const order of changed) this.#orders.set(order.manager_order_id, order);
    const at = new Date(world.now()).toISOString();
    const shown = [...this.#orders.values()].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0)).slice(-onScreen);
    if (print.redraws && changed.length > 0) print.redraw(shown, orderColumns);
    else for (const order of changed) print.streamed(order, `${at}  ${lineOf(order)}`);
    return changed.length > 0;
  }
}

const lineOf = (o: Order): string =>
  [
    `seq ${o.seq ?? '-'}`,
    o.manager_order_id,
    o.kind === 'cancel' ? 'cancel' : `${o.side} ${o.qty} ${o.symbol}`,
    o.state,
    countsOf(o),
  ]
    .filter((part) => part !== undefined)
    .join('  ');
