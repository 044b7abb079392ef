import { absolute, decimal, format, sign } from '../../kit/decimal.ts';
import type { Follower } from '../followers/follower.ts';
import type { Child, ChildKey } from './child.ts';
import { atOf, canceledChildId, causeOf, childIdOf, type LineEntry, orderIdOf } from './entry.ts';
import type { ClaimRow } from './plan.ts';
import { positionAfter, reasonsOf } from './plan-line.ts';

/** What one attempt changes in the bytes of a delivery (SPEC 6.4): everything else is the same at every attempt. */
export interface Attempt {
  readonly number: number;
  readonly at: string;
  readonly lastError?: string;
}

export const sideOf = (signedQty: string): 'buy' | 'sell' => (sign(decimal(signedQty)) < 0 ? 'sell' : 'buy');
export const sizeOf = (signedQty: string): string => format(absolute(decimal(signedQty)));

/** What names a child's own row: which child it is, whose, and where its follower and its entry stand. */
export function identityOf(entry: LineEntry, { place }: Pick<ClaimRow, 'place'>, f: Follower): ChildIdentity {
  const manager_order_id = orderIdOf(entry);
  return {
    follower_order_id: childIdOf(entry, f.shard, place),
    follower_id: f.follower_id,
    tenant_id: f.tenant_id,
    vault_tenant_id: f.vault_tenant_id,
    vault_id: f.vault_id,
    shard: f.shard,
    place,
    ...atOf(entry),
    ...(entry.kind === 'order' ? {} : { kind: entry.kind }),
    ...(manager_order_id === undefined ? {} : { manager_order_id }),
    symbol: entry.order.symbol,
  };
}
type ChildIdentity = ChildKey & Pick<Child, 'manager_order_id' | 'kind' | 'symbol'>;

/** What a delivery is: a child order, or the taking back of one that happened or may have. */
function typeOf(entry: LineEntry, { inputs, place }: ClaimRow, shard: number) {
  if (entry.kind !== 'cancel' || inputs.was === undefined) return { type: 'child_order' };
  return { type: 'cancel', cancels: canceledChildId(entry, shard, place) };
}

/** What every child of an entry says alike, as JSON: written once per entry, not once per child. */
interface Common {
  readonly head: string;
  readonly terms: string;
  readonly tail: string;
  readonly end: string;
}
const commons = new WeakMap<LineEntry, Common>();

/** A JSON object's members without its braces. */
const members = (value: object): string => JSON.stringify(value).slice(1, -1);

function commonOf(entry: LineEntry): Common {
  const known = commons.get(entry);
  if (known !== undefined) return known;
  const { order } = entry;
  const { symbol, venue = null, order_type, limit_price = null, time_in_force, reason_vector = [], conviction = null } = order;
  const made = {
    head: members({ vault_id: entry.vault_id, seq: entry.seq, symbol, venue }),
    terms: members({ order_type, limit_price, time_in_force }),
    tail: members({ reason_vector, conviction }),
    end: members({ provenance: order.provenance ?? {} }),
  };
  commons.set(entry, made);
  return made;
}

/** The body of a child's delivery (SPEC 6.4). It follows from the entry and the claim alone, and so never changes. */
export function childOrderBody(
  entry: LineEntry,
  row: ClaimRow,
  follower: Pick<Follower, 'follower_id' | 'shard'>,
  attempt: Attempt,
): string {
  const { head, terms, tail, end } = commonOf(entry);
  const whose = { ts: attempt.at, ...typeOf(entry, row, follower.shard), ...idsOf(entry, row, follower) };
  const trade = { side: row.qty === '0' ? entry.order.side : sideOf(row.qty), qty: sizeOf(row.qty) };
  const rest = {
    meta: {
      manager_order_id: orderIdOf(entry) ?? null,
      scale: row.inputs.scale,
      max_pos_usd: row.inputs.cap ?? null,
      kill_switch: false,
    },
    sizing: sizingOf(entry, row),
    audit: auditOf(entry, attempt),
  };
  const position = `"position_after":"${positionAfter(entry, row)}"`;
  return `{${members(whose)},${head},${members(trade)},${terms},${position},${tail},${members(rest)},${end}}`;
}

const idsOf = (entry: LineEntry, { place }: ClaimRow, { follower_id, shard }: Pick<Follower, 'follower_id' | 'shard'>) => ({
  follower_order_id: childIdOf(entry, shard, place),
  follower_id,
});

const sizingOf = (entry: LineEntry, row: ClaimRow) => ({
  baseline: row.after.baseline,
  target: row.after.target,
  want: row.after.want,
  told: row.before.told,
  reasons: reasonsOf(entry, row),
});

const auditOf = (entry: LineEntry, attempt: Attempt) => ({
  dag_id: orderIdOf(entry) ?? causeOf(entry),
  dispatch_attempts: attempt.number,
  last_error: attempt.lastError ?? null,
  state: attempt.number === 1 ? 'planned' : 'retry',
});
