import type { ClaimRow, EntryKind } from './plan.ts';
import type { ChildState } from './states.ts';

/** Whose child it is, and where the follower's row and the order's log stand. */
export interface ChildKey {
  readonly follower_order_id: string;
  readonly follower_id: string;
  /** The follower's tenant; the vault may be of another. */
  readonly tenant_id: string;
  readonly vault_tenant_id: string;
  readonly vault_id: string;
  readonly shard: number;
  readonly place: number;
  readonly seq: number;
  readonly k?: number;
}

/**
 * A child with a life of its own after its shard's dispatch (ARCHITECTURE 2): in the retry lane, unknown, or reported on.
 * From then on its row is the truth about it.
 */
export interface Child extends ChildKey {
  /** The order that it mirrors or cancels; none for what its follower asked. */
  readonly manager_order_id?: string;
  readonly kind?: Exclude<EntryKind, 'order'>;
  readonly symbol: string;
  readonly state: ChildState;
  readonly code?: string;
  /** Nobody knows whether it happened. */
  readonly unknown: boolean;
  readonly attempts: number;
  /** When the next attempt is due, in ms. */
  readonly due_at: number;
  /** While `sent`: until then (ms) whoever began the attempt may still be at it. */
  readonly attempt_until?: number;
  /** What the claim planned. Its quantity and told are set when the child's first attempt is written. */
  readonly row: ClaimRow;
  readonly last_error?: string;
  /** What reports say was filled, signed like the quantity. */
  readonly filled?: string;
  /** A report said that it has ended: told counts what was filled. */
  readonly final?: true;
  readonly created_at: string;
  readonly updated_at: string;
}

export const laneEnded: ReadonlySet<ChildState> = new Set([
  'ack',
  'partially_filled',
  'confirmed',
  'skipped',
  'rejected',
  'expired',
  'canceled',
  'dead_lettered',
  'unresolved',
]);

/** The name of an unknown child among its follower's. */
export const unknownName = ({ symbol, follower_order_id }: Pick<Child, 'symbol' | 'follower_order_id'>): string =>
  `${symbol} ${follower_order_id}`;
