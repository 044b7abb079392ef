/**
 * What stands in a shard's line (ARCHITECTURE 2): the vault's log by `seq` (orders, cancels), and behind an entry of it, as
 * `seq.k`, what concerns single followers (joining by sync, leaving flat).
 */
import { childId, ulidOf } from '../../kit/ids.ts';
import type { Child } from './child.ts';
import type { ManagerOrderBody, OrderEntry, Pinned } from './order.ts';

/** A place in a shard's line. `k` is absent for the vault's own entries. */
export interface At {
  readonly seq: number;
  readonly k?: number;
}

const kPerSeq = 1_000_000;
/** A place in the line as one number: grows along the line, and can be compared and stored. */
export const lineNumber = ({ seq, k }: At): number => seq * kPerSeq + (k ?? 0);

export function placeOf(line: number): At {
  const k = line % kPerSeq;
  return { seq: Math.floor(line / kPerSeq), ...(k === 0 ? {} : { k }) };
}

export const atOf = ({ seq, k }: At): At => ({ seq, ...(k === undefined ? {} : { k }) });

/** What a child's delivery says of how to trade. */
export type Terms = Pick<ManagerOrderBody, 'symbol' | 'side' | 'order_type' | 'time_in_force' | 'ref_price'> &
  Partial<Pick<ManagerOrderBody, 'limit_price' | 'venue' | 'reason_vector' | 'conviction' | 'provenance'>>;

/**
 * A cancel is an entry of the vault's log (SPEC 6.1): the fold of its symbol runs again with `filled_qty` in place of the
 * order's quantity. `pinned` has the manager's position before the cancel and after the fold ran again.
 */
export interface CancelEntry {
  readonly kind: 'cancel';
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly seq: number;
  /** The cancel's own id. */
  readonly manager_order_id: string;
  readonly accepted_at: string;
  readonly source: 'api';
  readonly cancels: { readonly manager_order_id: string; readonly seq: number };
  readonly filled_qty: string;
  /** The first entry that is folded again: the order, or an earlier one that a cancel between them took back. */
  readonly from_seq: number;
  /** The highest sequence number of the vault's canceled orders, this one's too. */
  readonly canceled_to: number;
  readonly order: Terms;
  readonly pinned: Pinned;
  readonly traceparent?: string;
}
export type LogEntry = OrderEntry | CancelEntry;

/** What is asked of a shard, mostly for one follower: a row beside its roster, put if absent. */
export interface Ask {
  readonly kind: 'sync' | 'flatten' | 'resend' | 'revert' | 'fixup';
  /** What asks, once for ever: who asks again means the same. */
  readonly cause: string;
  /** Whom it concerns; a vault-wide flip's revert all for whom the flip counted. */
  readonly follower_id?: string;
  readonly place?: number;
  readonly asked_at: string;
  readonly by: string;
  /** Of a resend: the child that goes out again. */
  readonly follower_order_id?: string;
  /** Of a revert: the flip. */
  readonly overlay_id?: string;
  /** Of a fix-up: what was found. */
  readonly found?: FixupFound;
}

/** What reconciliation found of a follower in a symbol; its fix-up holds only while that is so. */
export interface FixupFound {
  readonly symbol: string;
  /** Line number of the last entry in the symbol's ledger. */
  readonly line: number;
  readonly told: string;
  readonly want: string;
}

/** The place of the one follower that an ask concerns. */
export function placeIn({ cause, place }: Ask): number {
  if (place === undefined) throw new Error(`${cause} concerns no single follower`);
  return place;
}

/** Who asks, when nobody did: an unknown child whose endpoint answers again. */
export const byPlatform = 'platform';

/** A child that goes out again, as it stood when that was planned. */
export interface Again {
  readonly entry: LineEntry;
  readonly child: Child;
}

/** One symbol of an ask, as an entry of the shard's line. */
export interface AskEntry {
  readonly kind: Ask['kind'];
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly seq: number;
  readonly k: number;
  readonly ask: Ask;
  /** The ULID that its child's id is made of. */
  readonly ulid: string;
  /** Of a resend: what went out before, and goes out again unchanged. */
  readonly again?: Again;
  readonly accepted_at: string;
  readonly order: Terms;
  readonly pinned: Pinned;
  readonly traceparent?: string;
}

export type LineEntry = LogEntry | AskEntry;

/** The children of an entry have one cause: the last one's is at hand. */
let lastCause: { readonly of: LineEntry; readonly cause: string } | undefined;

/** The ULID of what caused an entry's children. */
export function causeOf(entry: LineEntry): string {
  if (lastCause?.of === entry) return lastCause.cause;
  const cause = entry.kind === 'order' || entry.kind === 'cancel' ? ulidOf(entry.manager_order_id) : entry.ulid;
  lastCause = { of: entry, cause };
  return cause;
}

/** The manager order that a child is shown with: for a cancel the order that it cancels, none for what one follower asked. */
export function orderIdOf(entry: LineEntry): string | undefined {
  if (entry.kind === 'order') return entry.manager_order_id;
  return entry.kind === 'cancel' ? entry.cancels.manager_order_id : undefined;
}

/** What draws the order in which an entry's children are served. */
export const seedOf = (entry: LineEntry): string =>
  entry.kind === 'order' || entry.kind === 'cancel' ? entry.manager_order_id : entry.ulid;

/** A child's id follows from what caused it and from where its follower stands (SPEC 2). */
export const childIdOf = (entry: LineEntry, shard: number, place: number): string =>
  childId({ cause: causeOf(entry), shard, place, leg: 0 });

/** The id of the child that a cancel takes back. */
export const canceledChildId = ({ cancels }: Pick<CancelEntry, 'cancels'>, shard: number, place: number): string =>
  childId({ cause: ulidOf(cancels.manager_order_id), shard, place, leg: 0 });
