import { setTimeout as sleep } from 'node:timers/promises';
import type { VantaClient } from '../../client/src/index.ts';
import type { Inbox } from './inbox.ts';
import type { Market } from './market.ts';
import type { Wish } from './mix.ts';
import { type Expected, expectedChildren, type Trade } from './oracle.ts';
import type { OsOrder } from './os.ts';
import { inParallel, waitUntil } from './patience.ts';

/** What the platform says of an order that was sent. */
export interface OrderRecord {
  readonly id: string;
  readonly externalId: string;
  readonly state: string;
  /** Null when it was refused. */
  readonly seq: number | null;
  readonly acceptedAtMs: number;
  readonly code: string | undefined;
}

/** Everything the summary is made of: what went in, what came out at the endpoints, and what the contract says of it. */
export interface Evidence {
  readonly wishes: readonly Wish[];
  readonly inboxes: readonly Inbox[];
  readonly sent: readonly OsOrder[];
  readonly orders: readonly OrderRecord[];
  /** Per follower, by sequence number. */
  readonly expected: readonly ReadonlyMap<number, Expected>[];
  /** The platform's own count of children by state, of all orders. */
  readonly children: Readonly<Record<string, number>>;
}

interface Played {
  readonly market: Market;
  readonly wishes: readonly Wish[];
  readonly inboxes: readonly Inbox[];
  readonly sent: readonly OsOrder[];
}

/** What has not come by now was not expected: duplicates and strays get this long to show. */
const strayMs = 300;

/** Waits for the end of what was sent, but never longer than `untilMs`; what is missing then is for the summary to say. */
export async function gather({ market, wishes, inboxes, sent }: Played, untilMs: number): Promise<Evidence> {
  let orders: OrderRecord[] = [];
  const allDecided = async () => {
    orders = await readOrders(market);
    return orders.length >= sent.length;
  };
  await waitUntil(allDecided, { everyMs: 250, untilMs });
  const trades = tradesOf(sent, orders);
  // Who is killed gets nothing, and who fails takes nothing.
  const expected = wishes.map((wish) =>
    wish.fault === undefined ? expectedChildren(wish, trades) : new Map<number, Expected>(),
  );
  const total = expected.reduce((sum, children) => sum + children.size, 0);
  const arrived = () => inboxes.reduce((sum, inbox) => sum + inbox.received.length, 0);
  await waitUntil(() => arrived() >= total, { everyMs: 50, untilMs });
  const children = await countChildren(market.manager, orders, {
    wanted: wishes.length,
    stuck: wishes.filter(({ fault }) => fault === 'fails').length,
    untilMs,
  });
  await sleep(strayMs);
  return { wishes, inboxes, sent, orders, expected, children };
}

async function readOrders({ manager, vaultId }: Market): Promise<OrderRecord[]> {
  const orders: OrderRecord[] = [];
  for await (const item of manager.iterate.listManagerOrders({ query: { vault_id: vaultId, limit: 200 } })) {
    orders.push({
      id: item.manager_order_id,
      externalId: String(item.external_id),
      state: item.state,
      seq: item.seq,
      acceptedAtMs: Date.parse(String(item.accepted_at)),
      code: item.code,
    });
  }
  return orders;
}

/** The accepted orders, as they were sent, with the numbers the vault gave them. */
export function tradesOf(sent: readonly OsOrder[], orders: readonly OrderRecord[]): Trade[] {
  const seqs = new Map(orders.map(({ externalId, seq }) => [externalId, seq]));
  return sent.flatMap(({ external_id, symbol, side, qty, ref_price }) => {
    const seq = seqs.get(external_id);
    return typeof seq === 'number' ? [{ seq, symbol, side, qty, refPrice: ref_price }] : [];
  });
}

const underWay = ['planned', 'sent', 'retry'];

/** Sums the progress of all orders, asking again only for those where some child has no end yet. */
async function countChildren(
  manager: VantaClient,
  orders: readonly OrderRecord[],
  limits: { wanted: number; stuck: number; untilMs: number },
) {
  const progress = new Map<string, Record<string, number>>();
  let open = orders.filter(({ seq }) => seq !== null);
  const allEnded = async () => {
    await inParallel(open, 4, async ({ id }) =>
      progress.set(id, counts(await manager.getManagerOrder({ path: { manager_order_id: id } }))),
    );
    open = open.filter(({ id }) => !ended(progress.get(id) ?? {}, limits));
    return open.length === 0;
  };
  await waitUntil(allEnded, { everyMs: 500, untilMs: limits.untilMs });
  return [...progress.values()].reduce(addUp, {});
}

/** Children by state; `unknown` counts beside the states, not among them. */
function counts({ progress }: Awaited<ReturnType<VantaClient['getManagerOrder']>>): Record<string, number> {
  const { unknown: _, ...states } = progress ?? {};
  return states;
}

/** The summary does not wait for the retry ladder of an endpoint that fails. */
function ended(progress: Record<string, number>, { wanted, stuck }: { wanted: number; stuck: number }): boolean {
  const all = Object.values(progress).reduce((sum, n) => sum + n, 0);
  return all === wanted && underWay.reduce((n, state) => n + (progress[state] ?? 0), 0) <= stuck;
}

function addUp(sums: Record<string, number>, progress: Record<string, number>): Record<string, number> {
  const added = Object.entries(progress).map(([state, n]) => [state, (sums[state] ?? 0) + n] as const);
  return { ...sums, ...Object.fromEntries(added) };
}
