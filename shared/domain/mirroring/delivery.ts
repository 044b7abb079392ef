import { absolute, decimal, format, sign } from '../../kit/decimal.ts';
import { childId, ulidOf } from '../../kit/ids.ts';
import type { Follower } from '../followers/follower.ts';
import type { Child, ChildKey } from './child.ts';
import type { OrderEntry } from './order.ts';
import { type ClaimRow, levelsOf, movementOf, size } from './plan.ts';

/** What one attempt changes in the bytes of a delivery (SPEC 6.4): everything else is the same at every attempt. */
export interface Attempt {
  readonly number: number;
  readonly at: string;
  readonly lastError?: string;
}

export const sideOf = (signedQty: string): 'buy' | 'sell' => (sign(decimal(signedQty)) < 0 ? 'sell' : 'buy');
export const sizeOf = (signedQty: string): string => format(absolute(decimal(signedQty)));

export const childIdOf = (entry: Pick<OrderEntry, 'manager_order_id'>, shard: number, place: number): string =>
  childId({ cause: ulidOf(entry.manager_order_id), shard, place, leg: 0 });

/** What names a child's own row: which child it is, whose, and where its follower and its order stand. */
export const identityOf = (
  entry: OrderEntry,
  { place }: Pick<ClaimRow, 'place'>,
  f: Follower,
): ChildKey & Pick<Child, 'manager_order_id' | 'symbol'> => ({
  follower_order_id: childIdOf(entry, f.shard, place),
  follower_id: f.follower_id,
  tenant_id: f.tenant_id,
  vault_tenant_id: f.vault_tenant_id,
  vault_id: f.vault_id,
  shard: f.shard,
  place,
  seq: entry.seq,
  manager_order_id: entry.manager_order_id,
  symbol: entry.order.symbol,
});

/** The reasons of a child, recomputed from what its claim recorded. */
export const reasonsOf = (entry: Pick<OrderEntry, 'pinned' | 'order'>, row: ClaimRow) => [
  ...entry.pinned.reasons,
  ...(row.fate === 'broken' ? [] : size(levelsOf(row.before), movementOf(entry), row.inputs).reasons),
];

/** Where the follower stands after it: want, but never across zero for one that may only reduce. */
export const positionAfter = (row: ClaimRow): string =>
  row.inputs.only !== undefined && row.phase === 'cross' ? '0' : row.after.want;

/** The body of a child's delivery (SPEC 6.4). It follows from the entry and the claim alone, and so never changes. */
export function childOrderBody(
  entry: OrderEntry,
  row: ClaimRow,
  follower: Pick<Follower, 'follower_id' | 'shard'>,
  attempt: Attempt,
): string {
  const { order } = entry;
  return JSON.stringify({
    ts: attempt.at,
    type: 'child_order',
    follower_order_id: childIdOf(entry, follower.shard, row.place),
    follower_id: follower.follower_id,
    vault_id: entry.vault_id,
    seq: entry.seq,
    symbol: order.symbol,
    venue: order.venue ?? null,
    side: sideOf(row.qty),
    qty: sizeOf(row.qty),
    order_type: order.order_type,
    limit_price: order.limit_price ?? null,
    time_in_force: order.time_in_force,
    position_after: positionAfter(row),
    reason_vector: order.reason_vector ?? [],
    conviction: order.conviction ?? null,
    meta: {
      manager_order_id: entry.manager_order_id,
      scale: row.inputs.scale,
      max_pos_usd: row.inputs.cap ?? null,
      kill_switch: false,
    },
    sizing: sizingOf(entry, row),
    audit: auditOf(entry, attempt),
    provenance: order.provenance ?? {},
  });
}

const sizingOf = (entry: OrderEntry, row: ClaimRow) => ({
  baseline: row.after.baseline,
  target: row.after.target,
  want: row.after.want,
  told: row.before.told,
  reasons: reasonsOf(entry, row),
});

const auditOf = (entry: OrderEntry, attempt: Attempt) => ({
  dag_id: entry.manager_order_id,
  dispatch_attempts: attempt.number,
  last_error: attempt.lastError ?? null,
  state: attempt.number === 1 ? 'planned' : 'retry',
});
