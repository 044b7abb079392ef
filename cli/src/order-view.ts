import type { Result } from '../../client/src/index.ts';
import type { Column, Field } from './output/table.ts';

export type Order = Result<'getManagerOrder'>;
export type Child = Result<'getFollowerOrder'>;

/** `ack 2, retry 1`: an order's children by state. */
export function countsOf({ progress }: Pick<Order, 'progress'>): string | undefined {
  if (progress === null) return undefined;
  const counts = Object.entries(progress as Readonly<Record<string, number>>);
  return counts.map(([state, n]) => `${state} ${n}`).join(', ') || undefined;
}

/** Where nothing follows any more. */
export const isOver = ({ state }: Pick<Order, 'state'>): boolean =>
  state === 'completed' || state === 'canceled' || state === 'refused' || state === 'expired';

const doesOf = (o: Order): string =>
  o.kind === 'cancel' ? `cancel ${o.cancels ?? ''}` : [o.side, o.qty, o.symbol].filter((part) => part !== undefined).join(' ');

export const orderColumns: readonly Column<Order>[] = [
  { title: 'SEQ', of: (o) => o.seq, right: true },
  { title: 'ORDER', of: (o) => o.manager_order_id },
  { title: 'EXTERNAL ID', of: (o) => o.external_id },
  { title: 'DOES', of: doesOf },
  { title: 'STATE', of: (o) => o.state, state: true },
  { title: 'CHILDREN', of: (o) => (o.state === 'refused' ? o.code : countsOf(o)) },
];

export const orderFields = (o: Order): Field[] => [
  ['order', o.manager_order_id],
  ['external id', o.external_id],
  ['vault', o.vault_id],
  ['seq', o.seq],
  ['state', o.state],
  ['code', o.code],
  ['detail', o.detail],
  ['does', doesOf(o)],
  ['type', o.order_type && [o.order_type, o.limit_price, o.time_in_force].filter((part) => part !== undefined).join(' ')],
  ['ref price', o.ref_price],
  ['position', o.position_before && `${o.position_before} -> ${o.position_after}`],
  ['accepted', o.accepted_at],
  ['refused', o.refused_at],
  ['source', o.source],
  ['shards done', o.shards === undefined ? undefined : `${o.shards_done ?? '?'} of ${o.shards}`],
  ['children', countsOf(o)],
  ['canceled by', o.canceled_by],
];

export const childColumns: readonly Column<Child>[] = [
  { title: 'SEQ', of: (c) => c.seq, right: true },
  { title: 'CHILD', of: (c) => c.follower_order_id },
  { title: 'KIND', of: (c) => c.kind },
  { title: 'DOES', of: (c) => `${c.side} ${c.qty} ${c.symbol}` },
  { title: 'STATE', of: (c) => c.state, state: true },
  { title: 'CODE', of: (c) => c.code },
  { title: 'TRIES', of: (c) => c.attempts, right: true },
  { title: 'SURE', of: (c) => (c.unknown ? 'unknown' : 'yes'), state: true },
  { title: 'UPDATED', of: (c) => c.updated_at },
];

export const childFields = (c: Child): Field[] => [
  ...childColumns.map(({ title, of }): Field => [title.toLowerCase(), of(c)]),
  ['order', c.manager_order_id],
  ['last error', c.last_error],
  ['because', c.reasons.map((r) => `${r.rule}: ${r.before} -> ${r.after}`)],
];
