/** Cancels (SPEC 6.1): an entry of the vault's log with a sequence number of its own. */
import { milliseconds, timestamp } from '../../kit/clock.ts';
import { absolute, decimal, format, subtract, zero } from '../../kit/decimal.ts';
import { id, ulidFromCause } from '../../kit/ids.ts';
import { Refusal } from '../../kit/refusal.ts';
import { notFound } from '../tenants/policy.ts';
import { instrumentOf } from '../vaults/create.ts';
import type { Vault } from '../vaults/vault.ts';
import { type AcceptPorts, laterOf } from './accept.ts';
import type { CancelEntry, LogEntry } from './entry.ts';
import { beginningOf, positionsAgain } from './movement.ts';
import type { OrderEntry } from './order.ts';
import { opposite } from './plan-line.ts';
import { ringsOf } from './tree.ts';

/** What stands for a canceled order: its cancel, put if absent. */
export interface CancelMark {
  readonly manager_order_id: string;
  readonly seq: number;
  readonly filled_qty: string;
  /** The request that canceled: the same one again means the same cancel. */
  readonly seed: string;
}

export interface CancelView {
  readonly vault: Vault | undefined;
  readonly order: LogEntry | undefined;
  readonly mark: CancelMark | undefined;
  /** The symbol's last ref_price. */
  readonly refPrice: string | undefined;
}

export interface CancelPorts extends Pick<AcceptPorts, 'clock' | 'ring' | 'backOff'> {
  readonly read: (request: CancelRequest) => Promise<CancelView>;
  /** A symbol's entries of the log from `from` to `to`, both included, in sequence. */
  readonly log: (vault: CancelRequest, symbol: string, from: number, to: number) => Promise<readonly LogEntry[]>;
  /** One transaction that holds only for the vault as it was read, and for an order that nobody canceled. */
  readonly commit: (
    entry: CancelEntry,
    read: { vaultVersion: number; by: string; seed: string },
  ) => Promise<'committed' | 'conflict'>;
  readonly entry: AcceptPorts['entry'];
}

export interface CancelRequest {
  readonly tenant_id: string;
  readonly vault_id: string;
  /** Sequence number of the order. */
  readonly seq: number;
  readonly filled_qty: string;
  readonly by: string;
  readonly seed: string;
  readonly traceparent?: string;
}

const commitTries = 12;
/** How far back the fold may run again (SPEC 6.1). */
const reachMs = 24 * 3_600_000;

/** Cancels an order of the log. Throws a Refusal, having changed nothing; safe to repeat at any point. */
export async function cancelOrder(
  request: CancelRequest,
  ports: CancelPorts,
): Promise<{ manager_order_id: string; seq: number }> {
  for (let attempt = 1; attempt <= commitTries; attempt += 1) {
    const view = await ports.read(request);
    if (view.mark !== undefined) return again(request, view.mark, ports);
    const { vault, order } = allowed(request, view, ports.clock());
    const log = await foldedLog(request, order, vault, ports);
    const entry = cancelEntry({ request, vault, order, log, refPrice: view.refPrice }, ports.clock());
    const read = { vaultVersion: vault.ver, by: request.by, seed: request.seed };
    if ((await ports.commit(entry, read)) === 'committed') {
      await ports.ring(ringsOf(entry), false);
      return { manager_order_id: entry.manager_order_id, seq: entry.seq };
    }
    await ports.backOff(attempt);
  }
  throw new Error(`vault ${request.vault_id} was written by others ${commitTries} times in a row`);
}

/** The same request again is answered as the first time; any other cancel comes too late. */
async function again(request: CancelRequest, mark: CancelMark, ports: CancelPorts) {
  if (mark.seed !== request.seed) throw new Refusal(409, 'already_canceled', 'The order has been canceled before.');
  const entry = await ports.entry(request, mark.seq);
  if (entry !== undefined) await ports.ring(ringsOf(entry), true);
  return { manager_order_id: mark.manager_order_id, seq: mark.seq };
}

function allowed(request: CancelRequest, { vault, order }: CancelView, now: number): { vault: Vault; order: OrderEntry } {
  if (vault === undefined || order === undefined) throw notFound('manager_order');
  if (order.kind !== 'order') throw new Refusal(409, 'not_an_order', 'A cancel cannot be canceled.');
  if (vault.status === 'closed') throw new Refusal(409, 'vault_closed', 'The vault is closed.');
  if (now - milliseconds(order.accepted_at) > reachMs) {
    throw new Refusal(422, 'cancel_too_late', 'An order can be canceled for 24 h after it was accepted.');
  }
  // What reduce_only dropped was never the vault's to fill.
  const traded = absolute(subtract(decimal(order.pinned.position_after), decimal(order.pinned.position_before)));
  if (decimal(request.filled_qty) > traded) {
    const errors = [{ pointer: '/filled_qty', detail: `is more than the order's quantity of ${format(traded)}` }];
    throw new Refusal(422, 'filled_exceeds_qty', 'More is said to be filled than was ordered.', { errors });
  }
  return { vault, order };
}

/** The symbol's log from where the fold begins again: read further back while earlier cancels reach behind it. */
async function foldedLog(
  request: CancelRequest,
  order: OrderEntry,
  vault: Vault,
  ports: CancelPorts,
): Promise<readonly LogEntry[]> {
  const { symbol } = order.order;
  let from = order.seq;
  let log = await ports.log(request, symbol, from, vault.seq);
  for (;;) {
    const begins = beginningOf(order.seq, log);
    if (begins >= from) return log;
    log = [...(await ports.log(request, symbol, begins, from - 1)), ...log];
    from = begins;
  }
}

/** A cancel's id follows from its order: there is one at most. */
export const cancelId = (order: Pick<OrderEntry, 'manager_order_id' | 'accepted_at'>): string =>
  id('mo', ulidFromCause(milliseconds(order.accepted_at), `cancel/${order.manager_order_id}`));

interface Canceling {
  readonly request: CancelRequest;
  readonly vault: Vault;
  readonly order: OrderEntry;
  readonly log: readonly LogEntry[];
  readonly refPrice: string | undefined;
}

/** The entry of an acceptable cancel. `log` begins where the fold does and reaches to the vault's last entry. */
function cancelEntry({ request, vault, order, log, refPrice }: Canceling, now: number): CancelEntry {
  const { symbol, side, venue } = order.order;
  const filled_qty = format(decimal(request.filled_qty));
  const { rail: _rail, ...increments } = instrumentOf(vault, symbol) ?? { increment: order.pinned.increment };
  const self = { cancels: { manager_order_id: order.manager_order_id, seq: order.seq }, filled_qty };
  const before = log.filter((e) => e.kind === 'cancel');
  const after = [...positionsAgain(log, [...before, self]).values()].at(-1)?.after ?? zero;
  return {
    kind: 'cancel',
    tenant_id: vault.tenant_id,
    vault_id: vault.vault_id,
    seq: vault.seq + 1,
    manager_order_id: cancelId(order),
    accepted_at: timestamp(laterOf(now, vault.last_time)),
    source: 'api',
    ...self,
    from_seq: log[0]?.seq ?? order.seq,
    canceled_to: Math.max(order.seq, vault.canceled_to ?? 0),
    order: {
      symbol,
      side: opposite(side),
      order_type: 'market',
      time_in_force: 'day',
      ref_price: refPrice ?? order.order.ref_price,
      ...(venue === undefined ? {} : { venue }),
    },
    pinned: {
      position_before: log.at(-1)?.pinned.position_after ?? '0',
      position_after: format(after),
      ...increments,
      max_age_s: vault.max_age_s,
      shards: vault.shards,
      overlays: [],
      reasons: [],
    },
    ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
  };
}
