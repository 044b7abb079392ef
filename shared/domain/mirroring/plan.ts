import { add, type Decimal, decimal, format, one, sign, zero } from '../../kit/decimal.ts';
import type { Follower } from '../followers/follower.ts';
import { allowsSymbol } from '../followers/settings.ts';
import type { VaultRecord } from '../vaults/vault.ts';
import type { OrderEntry, Reason } from './order.ts';
import { flat, fold, type Levels, type Movement, type Phase, quantity, type Restriction, type SizingInputs } from './sizing.ts';

/** Levels as they are stored: canonical decimal strings. */
export interface StoredLevels {
  readonly baseline: string;
  readonly target: string;
  readonly base_want: string;
  readonly want: string;
  readonly told: string;
}

/** A follower's line in the ledger of one symbol; `joined` says which joining of the follower it belongs to. */
export interface LedgerRow extends StoredLevels {
  readonly place: number;
  readonly joined: number;
}
export interface Ledger {
  readonly symbol: string;
  /** Last entry that was finished into it; 0 before the first. */
  readonly seq: number;
  readonly rows: ReadonlyMap<number, LedgerRow>;
}

/** The follower's settings that entered its size: with `before` and the entry they recompute the child (SPEC 9). */
export interface RecordedInputs {
  readonly mode: Follower['mode'];
  readonly scale: string;
  readonly basis: 'fixed' | 'nav';
  readonly cap?: string;
  readonly allow_short: boolean;
  readonly symbol_allowed: boolean;
  /** Why it may only reduce, and the part of told that it surely holds. */
  readonly only?: { readonly code: Restriction['code']; readonly certain: string };
}

/** What happens to a child: sent now, not at all, only recorded, or served through the follower's retry lane. */
export type Fate = 'send' | 'skip' | 'shadow' | 'wait' | 'broken';

/** One follower's place in a claim: the whole intent, before anything leaves (ARCHITECTURE 2). */
export interface ClaimRow {
  readonly place: number;
  /** Version of the follower's row that was read. */
  readonly ver: number;
  readonly joined: number;
  readonly inputs: RecordedInputs;
  readonly before: StoredLevels;
  readonly after: StoredLevels;
  readonly phase: Phase;
  /** Signed quantity; "0" when nothing is sent. */
  readonly qty: string;
  readonly fate: Fate;
  readonly code?: string;
}

const store = (l: Levels): StoredLevels => ({
  baseline: format(l.baseline),
  target: format(l.target),
  base_want: format(l.base_want),
  want: format(l.want),
  told: format(l.told),
});

export const levelsOf = (s: StoredLevels): Levels => ({
  baseline: decimal(s.baseline),
  target: decimal(s.target),
  base_want: decimal(s.base_want),
  want: decimal(s.want),
  told: decimal(s.told),
});

/** The movement that an entry pinned. */
export function movementOf({ pinned, order }: Pick<OrderEntry, 'pinned' | 'order'>): Movement {
  return {
    before: decimal(pinned.position_before),
    after: decimal(pinned.position_after),
    refPrice: decimal(order.ref_price),
    increment: decimal(pinned.increment),
    ...(pinned.min_qty === undefined ? {} : { minQty: decimal(pinned.min_qty) }),
    ...(pinned.min_notional === undefined ? {} : { minNotional: decimal(pinned.min_notional) }),
  };
}

export function inputsOf(follower: Follower, symbol: string, told: Decimal): RecordedInputs {
  const only = restrictionOf(follower, symbol, told);
  return {
    ...(only === undefined ? {} : { only: { code: only.code, certain: format(only.certain) } }),
    mode: follower.mode,
    scale: follower.scale,
    basis: follower.scale_basis,
    ...(follower.max_pos_usd === undefined ? {} : { cap: follower.max_pos_usd }),
    allow_short: follower.allow_short,
    symbol_allowed: allowsSymbol(follower, symbol),
  };
}

/** Overlays (personas, flips) will turn these multipliers; without any both are 1 (SPEC 6.2). */
function sizingInputs(recorded: RecordedInputs): SizingInputs {
  return {
    scale: decimal(recorded.scale),
    p: one,
    m: one,
    basis: recorded.basis,
    ...(recorded.cap === undefined ? {} : { maxPosUsd: decimal(recorded.cap) }),
    allowShort: recorded.allow_short,
    symbolAllowed: recorded.symbol_allowed,
  };
}

export interface Sized {
  readonly after: Levels;
  readonly phase: Phase;
  readonly qty: Decimal;
  readonly code?: string;
  readonly reasons: readonly Reason[];
}

/** Sizes one follower: the one computation behind plan, preview, replay and the reasons that a child carries. */
export function size(before: Levels, movement: Movement, recorded: RecordedInputs): Sized {
  const folded = fold(before, movement, sizingInputs(recorded));
  const only = recorded.only === undefined ? undefined : { code: recorded.only.code, certain: decimal(recorded.only.certain) };
  const { qty, code, reasons } = quantity(folded, before.told, before.want, movement, only);
  return {
    after: folded.after,
    phase: folded.phase,
    qty,
    ...(code === undefined ? {} : { code }),
    reasons: [...folded.reasons, ...reasons],
  };
}

/** told: what the shard's own dispatch moved, as its ledger has it, and what happened elsewhere (lane, settling, reports). */
export const toldOf = (follower: Pick<Follower, 'moved'>, symbol: string, row: LedgerRow | undefined): Decimal =>
  add(decimal(row?.told ?? '0'), decimal(follower.moved[symbol] ?? '0'));

/** The levels that count for a follower: those of an earlier joining keep only what it was told. */
export function standing(follower: Pick<Follower, 'joined_seq' | 'moved'>, symbol: string, row: LedgerRow | undefined): Levels {
  const told = toldOf(follower, symbol, row);
  if (row === undefined) return { ...flat, told };
  if (row.joined === follower.joined_seq) return { ...levelsOf(row), told };
  return { baseline: told, target: told, base_want: told, want: told, told };
}

/** Signed quantities of a follower's unknown children in a symbol. */
const unknownOf = (follower: Pick<Follower, 'unknown'>, symbol: string): Decimal[] =>
  Object.entries(follower.unknown).flatMap(([name, qty]) => (name.startsWith(`${symbol} `) ? [decimal(qty)] : []));

/** While a child is unknown only the certain part may be sold (SPEC 6.2); closing only, all of it and nothing else. */
export function restrictionOf(
  follower: Pick<Follower, 'unknown' | 'close_only'>,
  symbol: string,
  told: Decimal,
): Restriction | undefined {
  const unknown = unknownOf(follower, symbol);
  if (unknown.length === 0) return follower.close_only ? { code: 'close_only', certain: told } : undefined;
  const against = unknown.filter((qty) => sign(qty) === -sign(told)).reduce(add, zero);
  const certain = add(told, against);
  return { code: 'position_unknown', certain: sign(certain) === sign(told) ? certain : zero };
}

/** Switches, read in the present (SPEC 6.2): why nothing may be sent to this follower now, or undefined. */
export function switchCode(
  follower: Pick<Follower, 'status' | 'kill_switch'>,
  vaultStatus: VaultRecord['status'],
): string | undefined {
  if (follower.status !== 'active') return follower.status === 'left' ? 'left' : 'stopped';
  if (follower.kill_switch) return 'kill_switch';
  if (vaultStatus === 'halted' || vaultStatus === 'closed') return 'vault_halted';
  return vaultStatus === 'maintenance' ? 'vault_maintenance' : undefined;
}

/**
 * What happens to a child. While earlier ones are in the lane nobody can say yet what was told: its quantity comes when its
 * turn does, and the fate of it too.
 */
function fateOf(follower: Follower, sized: Sized, vaultStatus: VaultRecord['status']): { fate: Fate; code?: string } {
  const inLane = follower.lane_in > follower.lane_out && sized.phase !== 'none';
  if (sized.qty === zero && !inLane) return { fate: 'skip', ...(sized.code === undefined ? {} : { code: sized.code }) };
  const code = switchCode(follower, vaultStatus);
  if (code !== undefined) return { fate: 'skip', code };
  if (follower.mode === 'shadow') return { fate: 'shadow' };
  return { fate: inLane || follower.slow ? 'wait' : 'send' };
}

function planRow(
  entry: OrderEntry,
  movement: Movement,
  follower: Follower,
  row: LedgerRow | undefined,
  status: VaultRecord['status'],
): ClaimRow {
  const { symbol } = entry.order;
  const before = standing(follower, symbol, row);
  const inputs = inputsOf(follower, symbol, before.told);
  const sized = size(before, movement, inputs);
  return {
    place: follower.place,
    ver: follower.ver,
    joined: follower.joined_seq,
    inputs,
    before: store(before),
    after: store(sized.after),
    phase: sized.phase,
    qty: format(sized.qty),
    ...fateOf(follower, sized, status),
  };
}

/** A row for a follower whose sizing threw: its levels stay, its child is a dead letter, the others go on. */
function brokenRow(entry: OrderEntry, follower: Follower, row: LedgerRow | undefined): ClaimRow {
  const stays = row ?? { ...store(flat), place: follower.place, joined: follower.joined_seq };
  const { place: _place, joined: _joined, ...levels } = stays;
  return {
    place: follower.place,
    ver: follower.ver,
    joined: follower.joined_seq,
    inputs: inputsOf(follower, entry.order.symbol, zero),
    before: levels,
    after: levels,
    phase: 'none',
    qty: '0',
    fate: 'broken',
    code: 'internal',
  };
}

export interface PlanInput {
  readonly entry: OrderEntry;
  readonly roster: readonly Follower[];
  readonly ledger: Ledger;
  readonly vaultStatus: VaultRecord['status'];
  /** A follower whose sizing threw: its child is a dead letter, and the reason is for operators alone. */
  readonly onBroken: (follower: Follower, error: unknown) => void;
}

/** Every follower of a shard gets exactly one row for an entry that came after it joined. */
export function planEntry({ entry, roster, ledger, vaultStatus, onBroken }: PlanInput): ClaimRow[] {
  const movement = movementOf(entry);
  const takesPart = (f: Follower) => f.joined_seq < entry.seq && f.status !== 'left';
  return roster.filter(takesPart).map((follower) => {
    const row = ledger.rows.get(follower.place);
    try {
      return planRow(entry, movement, follower, row, vaultStatus);
    } catch (error) {
      onBroken(follower, error);
      return brokenRow(entry, follower, row);
    }
  });
}

/**
 * The ledger after an entry: each row's levels, and the shard's own part of told moved by what happened here. What the
 * lane moves later stands on the follower's row.
 */
export function ledgerAfter(ledger: Ledger, entry: OrderEntry, rows: readonly ClaimRow[], happened: ReadonlySet<number>): Ledger {
  const next = new Map(ledger.rows);
  for (const row of rows) {
    const own = ledger.rows.get(row.place)?.told ?? '0';
    const told = happened.has(row.place) ? format(add(decimal(own), decimal(row.qty))) : own;
    next.set(row.place, { ...row.after, told, place: row.place, joined: row.joined });
  }
  return { symbol: ledger.symbol, seq: entry.seq, rows: next };
}
