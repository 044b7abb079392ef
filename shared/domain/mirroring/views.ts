import { format } from '../../kit/decimal.ts';
import { readJson } from '../../kit/json.ts';
import type { Follower } from '../followers/follower.ts';
import type { Child } from './child.ts';
import type { Claim, Counts, Outcome } from './claim.ts';
import { sideOf, sizeOf } from './delivery.ts';
import { untouchedOutcome } from './dispatch.ts';
import { canceledChildId, childIdOf, type LineEntry, type LogEntry, orderIdOf } from './entry.ts';
import { managerOrderBody, type OrderEntry, type RefusedOrder } from './order.ts';
import { type ClaimRow, inputsOf, levelsOf, movementOf, size } from './plan.ts';
import { reasonsOf } from './plan-line.ts';
import type { Met } from './preview.ts';
import type { ChildOrder, DeadLetter } from './schemas.ts';
import { withNav, withOverlays } from './sized-by.ts';
import { type OrderState, openStates } from './states.ts';

/** What the shards have done of an order so far. */
export interface Progress {
  readonly shardsClaimed: number;
  readonly shardsDone: number;
  readonly counts: Counts;
}

/** The state of a manager order, computed when it is read (SPEC 6.1): completed = nothing under way and nothing unknown. */
export function orderState(entry: Pick<LogEntry, 'pinned'>, progress: Progress): OrderState {
  const { shards } = entry.pinned;
  if (progress.shardsDone < shards) return progress.shardsClaimed === 0 ? 'accepted' : 'expanding';
  const open = [...openStates, 'unknown' as const].some((name) => (progress.counts[name] ?? 0) > 0);
  return open ? 'dispatched' : 'completed';
}

/** What a cancel did to an order. */
export interface Canceled {
  readonly canceled_by: string;
  readonly filled_qty: string;
}

/** An order or a cancel of the log, with its children by state; `canceled` when a cancel has taken it back. */
export function managerOrderView(entry: LogEntry, progress: Progress | undefined, canceled?: Canceled) {
  const { order, pinned } = entry;
  const worked = progress === undefined ? ('dispatched' as const) : orderState(entry, progress);
  return {
    manager_order_id: entry.manager_order_id,
    vault_id: entry.vault_id,
    seq: entry.seq,
    kind: entry.kind,
    state: canceled === undefined ? worked : ('canceled' as const),
    ...canceled,
    source: entry.source,
    accepted_at: entry.accepted_at,
    ...(entry.kind === 'cancel' ? { cancels: entry.cancels.manager_order_id, filled_qty: entry.filled_qty } : {}),
    ...order,
    position_before: pinned.position_before,
    position_after: pinned.position_after,
    reasons: pinned.reasons,
    shards: pinned.shards,
    ...(progress === undefined ? {} : { shards_done: progress.shardsDone }),
    progress: progress?.counts ?? null,
  };
}

/** The fields of a refused order that are what an order's fields are: the rest is in the audit trail as it came. */
function readableFields(order: unknown): Record<string, unknown> {
  if (typeof order !== 'object' || order === null) return {};
  const known = Object.entries(managerOrderBody.shape).filter(
    ([name, field]) => field.safeParse(Reflect.get(order, name)).success,
  );
  return Object.fromEntries(known.flatMap(([name]) => (Reflect.has(order, name) ? [[name, Reflect.get(order, name)]] : [])));
}

export const refusedOrderView = (r: RefusedOrder) => ({
  ...readableFields(readJson(r.order)),
  manager_order_id: r.manager_order_id,
  vault_id: r.vault_id,
  seq: null,
  kind: 'order' as const,
  state: 'refused' as const,
  source: r.source,
  external_id: r.external_id,
  accepted_at: null,
  refused_at: r.refused_at,
  code: r.code,
  detail: r.detail,
  progress: null,
});

/** A child as its claim and result tell it, or its own row where it has one; before the result the claim says what is intended. */
export function childOrderView(
  entry: LineEntry,
  claim: Claim,
  planned: ClaimRow,
  follower: Pick<Follower, 'follower_id' | 'shard'>,
  child?: Child,
): ChildOrder {
  const row = child?.row ?? planned;
  const outcome =
    child === undefined ? (claim.outcomes.find((o) => o.place === planned.place) ?? intended(planned)) : lived(child);
  const reasons = [...reasonsOf(entry, row)];
  return {
    follower_order_id: childIdOf(entry, follower.shard, row.place),
    manager_order_id: orderIdOf(entry) ?? null,
    kind: entry.kind,
    ...(entry.kind === 'cancel' && row.inputs.was !== undefined
      ? { cancels: canceledChildId(entry, follower.shard, row.place) }
      : {}),
    follower_id: follower.follower_id,
    vault_id: entry.vault_id,
    seq: entry.seq,
    symbol: entry.order.symbol,
    side: row.qty === '0' ? entry.order.side : sideOf(row.qty),
    qty: sizeOf(row.qty),
    state: outcome.state,
    unknown: outcome.unknown === true,
    ...(outcome.code === undefined ? {} : { code: outcome.code }),
    reasons,
    cap_applied: reasons.some((r) => r.rule === 'cap'),
    attempts: outcome.attempts,
    ...(outcome.error === undefined ? {} : { last_error: outcome.error }),
    sizing: { ...row.after, told: row.before.told, ...(row.inputs.nav === undefined ? {} : { nav: row.inputs.nav }) },
    created_at: claim.claimed_at,
    updated_at: child?.updated_at ?? claim.finished_at ?? claim.claimed_at,
  };
}

const lived = ({ place, state, code, attempts, last_error, unknown }: Child): Outcome => ({
  place,
  state,
  attempts,
  ...(code === undefined ? {} : { code }),
  ...(last_error === undefined ? {} : { error: last_error }),
  ...(unknown ? { unknown: true as const } : {}),
});

const intended = (row: ClaimRow): Outcome =>
  row.fate === 'send' ? { place: row.place, state: 'planned', attempts: 0 } : untouchedOutcome(row);

/** An order's size for a follower with its settings of now, from the levels recorded before it (SPEC 4, 6.2). */
export function previewView(entry: OrderEntry, follower: Follower, { before, overlays }: Met) {
  const levels = levelsOf(before);
  const own = withNav(inputsOf(follower, entry.order.symbol, levels.told), follower, entry.pinned);
  const inputs = withOverlays(own, overlays);
  const sized = size(levels, movementOf(entry), inputs);
  const qty = format(sized.qty);
  const { after } = sized;
  return {
    follower_id: follower.follower_id,
    manager_order_id: entry.manager_order_id,
    seq: entry.seq,
    symbol: entry.order.symbol,
    side: qty === '0' ? entry.order.side : sideOf(qty),
    qty: sizeOf(qty),
    ...(sized.code === undefined ? {} : { code: sized.code }),
    before,
    ...(inputs.nav === undefined ? {} : { nav: inputs.nav }),
    after: {
      baseline: format(after.baseline),
      target: format(after.target),
      base_want: format(after.base_want),
      want: format(after.want),
      told: before.told,
    },
    position_after: format(after.want),
    reasons: [...entry.pinned.reasons, ...sized.reasons],
  };
}

/** A dead letter as a tenant has it: of another tenant's follower a manager sees that it is dead, not whose it is nor what it said (SPEC 3). */
export const deadLetterView = (letter: Omit<DeadLetter, 'redrivable'>, own: boolean): DeadLetter =>
  own ? { ...letter, redrivable: true } : { ...letter, tenant_id: null, last_error: '', redrivable: false };
