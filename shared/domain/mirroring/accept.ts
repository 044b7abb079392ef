import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import { absolute, type Decimal, decimal, format, sign, subtract, zero } from '../../kit/decimal.ts';
import { id, ulidFromCause } from '../../kit/ids.ts';
import { Refusal } from '../../kit/refusal.ts';
import { type Entitled, requireRoom } from '../entitlements/feature.ts';
import { pinnedAt } from '../overlays/counted.ts';
import { tenantSuspended } from '../tenants/policy.ts';
import { instrumentOf } from '../vaults/create.ts';
import { statusAt } from '../vaults/status.ts';
import type { NavSnapshot, Vault, VaultRecord } from '../vaults/vault.ts';
import type { LogEntry } from './entry.ts';
import { positionAfter } from './movement.ts';
import type { ManagerOrderBody, OrderEntry, OrderSource, Pinned, Reason } from './order.ts';
import { type Rings, ringsOf } from './tree.ts';

/** Clock skew between a manager and us that is not held against an order. */
const futureToleranceMs = 5000;
/** Beyond this a follower's scaled target could leave the 18 digits that every interface has. */
const largestPosition = decimal('1000000000000');

/** What accept reads before it decides. `existing` is the order that already has this external_id. */
export interface AcceptView {
  readonly vault: Vault | undefined;
  /** The tenant's status; absent where no tenant's record is kept. */
  readonly tenantStatus?: 'active' | 'suspended' | 'closed';
  /** What the manager's tenant has now; absent where nobody asks. */
  readonly entitled?: Entitled;
  readonly position: string;
  readonly existing?: { readonly manager_order_id: string; readonly seq: number };
  readonly predecessorDecided: boolean;
  /** The vault's latest NAV at the time of reading; asked for where the order brings none of its own. */
  readonly nav?: Pick<NavSnapshot, 'nav' | 'ts'>;
}

export interface AcceptPorts {
  readonly clock: Clock;
  /** `at`: what of the vault's NAV counts is of that time or before. */
  readonly read: (what: AcceptRequest, at: string) => Promise<AcceptView>;
  /** One transaction that holds only for the vault as it was read; `conflict` when it did not. */
  readonly commit: (entry: OrderEntry, read: { vaultVersion: number; accepted_by: string }) => Promise<'committed' | 'conflict'>;
  readonly entry: (vault: { tenant_id: string; vault_id: string }, seq: number) => Promise<LogEntry | undefined>;
  /** Best effort: what is not rung, sweep rings. `again` when these shards may have been rung for this entry before. */
  readonly ring: (rings: Rings, again: boolean) => Promise<void>;
  /** Waits a little before the next try of a transaction that met another. */
  readonly backOff: (attempt: number) => Promise<void>;
}

export interface AcceptRequest {
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly order: ManagerOrderBody;
  readonly source: OrderSource;
  /** Who sent it, for the audit trail. */
  readonly by: string;
  readonly traceparent?: string;
}
export interface Accepted {
  readonly manager_order_id: string;
  readonly seq: number;
  readonly duplicate: boolean;
}

const commitTries = 12;

/**
 * Accepts a manager order (SPEC 6.1): duplicate first, then the refusals, then one transaction, then the rings. Throws
 * a Refusal, having changed nothing; anything else thrown is an outage. Safe to repeat at any point.
 */
export async function acceptOrder(request: AcceptRequest, ports: AcceptPorts): Promise<Accepted> {
  for (let attempt = 1; attempt <= commitTries; attempt += 1) {
    const view = await ports.read(request, timestamp(ports.clock()));
    if (view.existing !== undefined) return ringAgain(request, view.existing, ports);
    const entry = decide(request, view, ports.clock());
    const vaultVersion = view.vault?.ver ?? 0;
    if ((await ports.commit(entry, { vaultVersion, accepted_by: request.by })) === 'committed') {
      await ports.ring(ringsOf(entry), false);
      return { manager_order_id: entry.manager_order_id, seq: entry.seq, duplicate: false };
    }
    await ports.backOff(attempt);
  }
  throw new Error(`vault ${request.vault_id} was written by others ${commitTries} times in a row`);
}

async function ringAgain(
  request: AcceptRequest,
  existing: { manager_order_id: string; seq: number },
  ports: AcceptPorts,
): Promise<Accepted> {
  const entry = await ports.entry(request, existing.seq);
  if (entry !== undefined) await ports.ring(ringsOf(entry), true);
  return { ...existing, duplicate: true };
}

/** The entry of an acceptable order; throws a Refusal otherwise. `now` in ms. */
export function decide(request: AcceptRequest, view: AcceptView, now: number): OrderEntry {
  const { order } = request;
  const { vault } = view;
  if (vault === undefined) throw new Refusal(404, 'vault_not_found', 'There is no such vault.');
  requireTenant(view.tenantStatus);
  if (order.prev_external_id !== undefined && !view.predecessorDecided) {
    throw new Refusal(409, 'predecessor_missing', `The order ${order.prev_external_id} that this one follows is not there.`);
  }
  const instrument = instrumentOf(vault, order.symbol);
  if (instrument === undefined) throw new Refusal(422, 'symbol_not_allowed', `The vault does not trade ${order.symbol}.`);
  requireFresh(order, vault, now);
  const before = decimal(view.position);
  const { after, reasons } = movementAfter(order, before);
  requireOpen(statusAt(vault, now), before, after);
  requirePlan(view.entitled, before, after);
  const { rail: _rail, ...increments } = instrument;
  const accepted_at = timestamp(laterOf(now, vault.last_time));
  return {
    kind: 'order',
    tenant_id: vault.tenant_id,
    vault_id: vault.vault_id,
    seq: vault.seq + 1,
    manager_order_id: managerOrderId(vault.vault_id, order),
    accepted_at,
    source: request.source,
    order: canonicalOrder(order),
    pinned: {
      position_before: format(before),
      position_after: format(after),
      ...increments,
      max_age_s: vault.max_age_s,
      shards: vault.shards,
      ...navPinned(order, view),
      overlays: pinnedAt(vault.overlays, accepted_at),
      reasons,
    },
    ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
  };
}

/** The manager's NAV that counts for the order, and of when it is: its own, else the vault's latest before it (SPEC 6.2). */
function navPinned({ nav, ts }: ManagerOrderBody, view: AcceptView): Pick<Pinned, 'nav' | 'nav_ts'> {
  if (nav !== undefined) return { nav: canonical(nav), nav_ts: timestamp(milliseconds(ts)) };
  return view.nav === undefined ? {} : { nav: view.nav.nav, nav_ts: view.nav.ts };
}

/** Order time never runs backwards in a log: now, or the last entry's time if that is later. In ms. */
export const laterOf = (now: number, last: string | undefined): number =>
  last === undefined ? now : Math.max(now, milliseconds(last));

/** An order's id follows from its vault and external_id, so that whoever accepts it again means the same one. */
export const managerOrderId = (vaultId: string, order: Pick<ManagerOrderBody, 'external_id' | 'ts'>): string =>
  id('mo', ulidFromCause(milliseconds(order.ts), `${vaultId}/${order.external_id}`));

/** The door stops a suspended tenant's people; its orders from the bus come by no door. */
function requireTenant(status: AcceptView['tenantStatus']): void {
  if (status === 'suspended') throw tenantSuspended();
  if (status === 'closed') throw new Refusal(403, 'tenant_closed', 'The tenant is closed.');
}

function requireFresh(order: ManagerOrderBody, vault: Vault, now: number): void {
  const ts = milliseconds(order.ts);
  if (ts > now + futureToleranceMs) throw new Refusal(422, 'order_in_future', 'ts lies more than 5 s in the future.');
  if (ts < now - vault.max_age_s * 1000)
    throw new Refusal(422, 'order_stale', `ts is older than max_age_s (${vault.max_age_s}).`);
}

const reducing = (before: Decimal, after: Decimal): boolean =>
  absolute(after) < absolute(before) && sign(after) !== -sign(before);

/** A manager whose plan has no vault (any more) may only reduce (docs/decisions/0029). */
function requirePlan(entitled: Entitled | undefined, before: Decimal, after: Decimal): void {
  if (entitled !== undefined && !reducing(before, after)) requireRoom({ tenant: entitled }, 'vaults', 0);
}

function requireOpen(status: VaultRecord['status'], before: Decimal, after: Decimal): void {
  const reduces = reducing(before, after);
  if (status === 'closed') throw new Refusal(409, 'vault_closed', 'The vault is closed.');
  if (status === 'halted') throw new Refusal(409, 'vault_halted', 'The vault is halted.');
  if (status === 'maintenance' && !reduces) {
    throw new Refusal(409, 'vault_maintenance', 'The vault is in maintenance: only orders that reduce are accepted.');
  }
  if (absolute(after) > largestPosition) throw new Refusal(422, 'position_too_large', 'The position would exceed 1000000000000.');
}

/** The manager's position after the order, and the rules that changed the order itself. */
function movementAfter(order: ManagerOrderBody, before: Decimal): { after: Decimal; reasons: Reason[] } {
  const qty = decimal(order.qty);
  const { after, dropped } = positionAfter(order, qty, before);
  if (after === before)
    throw new Refusal(422, 'nothing_to_reduce', 'reduce_only, but the vault holds nothing that this order reduces.');
  const kept = format(subtract(qty, dropped));
  return { after, reasons: dropped === zero ? [] : [{ rule: 'reduce_only', before: format(qty), after: kept }] };
}

const canonical = (text: string): string => format(decimal(text));

/** The order with its numbers and times in their one spelling, so that equal orders have equal bytes. */
function canonicalOrder(order: ManagerOrderBody): ManagerOrderBody {
  return {
    ...order,
    qty: canonical(order.qty),
    ref_price: canonical(order.ref_price),
    ...(order.limit_price === undefined ? {} : { limit_price: canonical(order.limit_price) }),
    ...(order.nav === undefined ? {} : { nav: canonical(order.nav) }),
    ts: timestamp(milliseconds(order.ts)),
  };
}
