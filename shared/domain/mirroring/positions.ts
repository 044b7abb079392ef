/** A follower's positions: what it should hold, what it was told, and what it reported (SPEC 4, 6.2). */
import { z } from 'zod';
import { format } from '../../kit/decimal.ts';
import { childIdField, symbolField, time } from '../contract/fields.ts';
import type { Follower } from '../followers/follower.ts';
import type { VaultPosition } from './asks.ts';
import type { Child } from './child.ts';
import { heldOf } from './held.ts';
import { type LedgerRow, standing } from './plan.ts';
import { holdingOf, type Trade } from './trades.ts';

export const positionRecord = z
  .strictObject({
    symbol: symbolField,
    /** Exact: what it would be without flips, and what it should be. */
    baseline: z.string(),
    target: z.string(),
    /** The target after rounding and caps, and the signed sum of its children that happened. */
    want: z.string(),
    told: z.string(),
    /** From its fill reports alone: a follower that reports none holds "0" here. */
    held: z.string(),
    /** What its account holds, by the last position that was reported and the fills since; null while nothing was reported. */
    reported: z.string().nullable(),
    fills: z.int(),
    average_price: z.string().nullable(),
    realised_pnl: z.string(),
    /** Of what is held, at the reference price; null where there is none. */
    unrealised_pnl: z.string().nullable(),
    /** The vault's last `ref_price` in the symbol, and the order (its sequence number) that said it. */
    reference_price: z.strictObject({ price: z.string(), source: z.literal('vault_order'), seq: z.int() }).nullable(),
    /** Children of which nobody knows whether they happened. */
    unknown: z.array(z.strictObject({ follower_order_id: childIdField, qty: z.string(), since: time })),
  })
  .meta({ id: 'Position' });
export type Position = z.infer<typeof positionRecord>;

/** The symbols of what was moved or is unknown outside its shard's dispatch: the ledger may not have them yet. */
export const symbolsBeside = ({ moved, unknown, held = {} }: Pick<Follower, 'moved' | 'unknown' | 'held'>): string[] => [
  ...new Set([
    ...Object.keys(moved),
    ...Object.keys(held),
    ...Object.keys(unknown).map((name) => name.slice(0, name.indexOf(' '))),
  ]),
];

/** Ids of the follower's unknown children. */
export const unknownIds = ({ unknown }: Pick<Follower, 'unknown'>): string[] =>
  Object.keys(unknown).map((name) => name.slice(name.indexOf(' ') + 1));

export function positionOf(
  symbol: string,
  follower: Pick<Follower, 'joined_seq' | 'moved' | 'held'>,
  read: {
    readonly row: LedgerRow | undefined;
    readonly trades: readonly Trade[];
    readonly unknown: readonly Child[];
    /** The manager's position in the symbol: its last price is what the follower's is valued at. */
    readonly vault: Pick<VaultPosition, 'ref_price' | 'seq'> | undefined;
  },
): Position {
  const { baseline, target, want, told } = standing(follower, symbol, read.row);
  const { vault } = read;
  const reported = heldOf(follower, symbol);
  return {
    symbol,
    baseline: format(baseline),
    target: format(target),
    want: format(want),
    told: format(told),
    ...holdingOf(read.trades, vault?.ref_price),
    reported: reported === undefined ? null : format(reported),
    reference_price: vault === undefined ? null : { price: vault.ref_price, source: 'vault_order', seq: vault.seq },
    unknown: read.unknown
      .filter((child) => child.symbol === symbol && child.unknown)
      .map((child) => ({ follower_order_id: child.follower_order_id, qty: child.row.qty, since: child.created_at })),
  };
}
