/** What single followers ask of their shard's line (ARCHITECTURE 2): joining by sync, leaving flat; one entry a symbol. */
import { milliseconds, timestamp } from '../../kit/clock.ts';
import { add, decimal, format, zero } from '../../kit/decimal.ts';
import { ulidFromCause } from '../../kit/ids.ts';
import { Refusal } from '../../kit/refusal.ts';
import type { Follower } from '../followers/follower.ts';
import { pinnedAt } from '../overlays/counted.ts';
import { instrumentOf } from '../vaults/create.ts';
import type { NavSnapshot, Vault } from '../vaults/vault.ts';
import type { Claim, ShardKey } from './claim.ts';
import type { Again, Ask, AskEntry, At } from './entry.ts';
import type { Ledger } from './plan.ts';

/** The manager's position in a symbol, as the last entry of it left it. */
export interface VaultPosition {
  readonly symbol: string;
  readonly qty: string;
  readonly ref_price: string;
  readonly seq: number;
}

/** What an ask still has to do, as read after the cursor. */
export interface Asked {
  readonly vault: Vault;
  readonly positions: readonly VaultPosition[];
  readonly ledgers: readonly Ledger[];
  /** Symbols that the ask was claimed for. */
  readonly done: ReadonlySet<string>;
  /** It was asked, and done, before. */
  readonly ended: boolean;
  /** The vault's latest NAV when it was asked; read where it may count. */
  readonly nav?: Pick<NavSnapshot, 'nav' | 'ts'>;
}

export const syncCause = (followerId: string, version: number): string => `sync/${followerId}/${version}`;
export const flattenCause = (followerId: string): string => `flatten/${followerId}`;

/** Refused where nothing could come of it: in shadow there are no children, and a switch that is on would skip them all. */
export function requireSync({ mode, kill_switch, status }: Pick<Follower, 'mode' | 'kill_switch' | 'status'>): void {
  const why =
    mode === 'shadow' ? 'in mode shadow' : kill_switch ? 'with its kill switch on' : status === 'active' ? undefined : status;
  if (why === undefined) return;
  const errors = [{ pointer: '/join', detail: `a follower ${why} cannot join by sync` }];
  throw new Refusal(409, 'sync_impossible', `A follower ${why} is sent nothing: it cannot join by sync.`, { errors });
}

/** The next symbol of an ask, in the order of their names; undefined when all are done. */
export function nextSymbol(ask: Ask, follower: Follower, asked: Asked): string | undefined {
  if (asked.ended) return undefined;
  if (ask.found !== undefined) return asked.done.has(ask.found.symbol) ? undefined : ask.found.symbol;
  const held = asked.ledgers.filter((ledger) => concerns(ledger, follower)).map(({ symbol }) => symbol);
  const moved = Object.entries(follower.moved).flatMap(([symbol, qty]) => (decimal(qty) === zero ? [] : [symbol]));
  const open = ask.kind === 'sync' ? asked.positions.filter((p) => decimal(p.qty) !== zero).map((p) => p.symbol) : [];
  return [...new Set([...held, ...moved, ...open])].sort().find((symbol) => !asked.done.has(symbol));
}

/** True when a ledger has something of this follower: a target, or what it was told. */
function concerns(ledger: Ledger, { place, moved }: Follower): boolean {
  const row = ledger.rows.get(place);
  if (row === undefined) return false;
  return add(decimal(row.told), decimal(moved[ledger.symbol] ?? '0')) !== zero || decimal(row.target) !== zero;
}

/** One symbol of an ask as the line's next entry, behind `last`. What a vault would pin is pinned here. */
export function askEntry(ask: Ask, symbol: string, asked: Asked, { key, last }: { key: ShardKey; last: At }): AskEntry {
  const position = asked.positions.find((p) => p.symbol === symbol);
  const { rail: _rail, ...increments } = instrumentOf(asked.vault, symbol) ?? { increment: '1' };
  const qty = format(decimal(position?.qty ?? '0'));
  return {
    kind: ask.kind,
    tenant_id: key.tenant_id,
    vault_id: key.vault_id,
    seq: last.seq,
    k: (last.k ?? 0) + 1,
    ask,
    ulid: ulidFromCause(milliseconds(ask.asked_at), `${ask.cause}/${symbol}${ask.kind === 'revert' ? `/${key.shard}` : ''}`),
    accepted_at: ask.asked_at,
    order: { symbol, side: 'sell', order_type: 'market', time_in_force: 'day', ref_price: position?.ref_price ?? '1' },
    pinned: {
      position_before: qty,
      position_after: qty,
      ...increments,
      max_age_s: asked.vault.max_age_s,
      shards: 0,
      ...(asked.nav === undefined ? {} : { nav: asked.nav.nav, nav_ts: asked.nav.ts }),
      // Who is set to the manager's position is set to what increases would make of it now; flips are about orders alone.
      overlays: ask.kind === 'sync' ? pinnedAt(asked.vault.overlays, ask.asked_at).filter((o) => o.kind === 'persona') : [],
      reasons: [],
    },
  };
}

/** A resend as the line's next entry, behind `last`. */
export function resendEntry(ask: Ask, again: Again, { key, last }: { key: ShardKey; last: At }): AskEntry {
  const { order, pinned } = again.entry;
  const { symbol, ref_price } = order;
  return {
    kind: 'resend',
    tenant_id: key.tenant_id,
    vault_id: key.vault_id,
    seq: last.seq,
    k: (last.k ?? 0) + 1,
    ask,
    again,
    ulid: ulidFromCause(milliseconds(ask.asked_at), ask.cause),
    accepted_at: ask.asked_at,
    order: { symbol, side: order.side, order_type: 'market', time_in_force: 'day', ref_price },
    pinned: { ...pinned, shards: 0, reasons: [] },
  };
}

/** A child that its follower's lane may have to send first is not sent again beside it. */
export const isReady = (ask: Ask, roster: readonly Follower[]): boolean =>
  ask.kind !== 'resend' || roster.some((f) => f.follower_id === ask.follower_id && f.lane_in <= f.lane_out);

export const resendCause = (childId: string, why: string): string => `resend/${childId}/${why}`;

/** True when the manager's positions were moved by an entry that this shard has not come to: it comes first. */
export const isAhead = (asked: Asked, last: Pick<Claim, 'seq'>): boolean => asked.positions.some((p) => p.seq > last.seq);

/** A row that asks for one follower. */
export const newAsk = (
  kind: Ask['kind'],
  cause: string,
  f: Pick<Follower, 'follower_id' | 'place'>,
  now: number,
  by: string,
): Ask => ({
  kind,
  cause,
  follower_id: f.follower_id,
  place: f.place,
  asked_at: timestamp(now),
  by,
});
