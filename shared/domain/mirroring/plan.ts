import { add, type Decimal, decimal, format, one, zero } from '../../kit/decimal.ts';
import type { Follower } from '../followers/follower.ts';
import { allowsSymbol } from '../followers/settings.ts';
import { type Counted, countedFor, multipliersOf, reasonsOfOverlays } from '../overlays/counted.ts';
import type { VaultRecord } from '../vaults/vault.ts';
import type { LineEntry } from './entry.ts';
import { lineNumber } from './entry.ts';
import { flipsAfter, flipsOf } from './flips.ts';
import type { OrderEntry, Reason } from './order.ts';
import { restrictionOf } from './restriction.ts';
import type { CanceledChild } from './retarget.ts';
import { type NavUsed, withNav, withOverlays } from './sized-by.ts';
import {
  flat,
  fold,
  type Levels,
  type Movement,
  type Phase,
  quantity,
  type Restriction,
  type SizingInputs,
  type SkipCode,
} from './sizing.ts';

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
  /** The flips that left something in the levels since they were last plain, with spaces between. */
  readonly flips?: string;
}
export interface Ledger {
  readonly symbol: string;
  /** Line number of the last entry that was finished into it; 0 before the first. */
  readonly line: number;
  readonly rows: ReadonlyMap<number, LedgerRow>;
}

/** The follower's settings that entered its size: with `before` and the entry they recompute the child (SPEC 9). */
export interface RecordedInputs {
  readonly mode: Follower['mode'];
  readonly scale: string;
  readonly basis: 'fixed' | 'nav';
  /** With basis `nav`: the snapshots that the size is scaled by, where there are both. */
  readonly nav?: NavUsed;
  readonly cap?: string;
  readonly allow_short: boolean;
  readonly symbol_allowed: boolean;
  /** Why it may only reduce, and the part of told that it surely holds. */
  readonly only?: { readonly code: Restriction['code']; readonly certain: string };
  /** In a cancel: how the canceled order's child stands, where there is something to take back. */
  readonly was?: Exclude<CanceledChild, 'none'>;
  /** The overlays that counted, where they changed anything. */
  readonly overlays?: readonly Counted[];
  /** The flips that stood in the levels before, with spaces between. */
  readonly flips?: string;
  /** In a cancel: those that stand in the levels that it folded again. */
  readonly stands?: string;
}

/** What happens to a child: sent now, not at all, only recorded, served through the retry lane, or canceled before it was sent. */
export type Fate = 'send' | 'skip' | 'shadow' | 'wait' | 'broken' | 'cancel';

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

/** A row, and why: reasons follow from a row and its entry; who plans has them already, and sends them in the same breath. */
export interface PlannedRow extends ClaimRow {
  readonly reasons?: readonly Reason[];
}

/** Without flips the baseline is the target, and as a rule told is want: what is equal, or there as text already, is written once. */
export function storeLevels(l: Levels, told?: string): StoredLevels {
  const target = format(l.target);
  const want = format(l.want);
  return {
    baseline: l.baseline === l.target ? target : format(l.baseline),
    target,
    base_want: l.base_want === l.want ? want : format(l.base_want),
    want,
    told: told ?? (l.told === l.want ? want : format(l.told)),
  };
}

export function levelsOf(s: StoredLevels, told?: Decimal): Levels {
  const target = decimal(s.target);
  const want = decimal(s.want);
  return {
    baseline: s.baseline === s.target ? target : decimal(s.baseline),
    target,
    base_want: s.base_want === s.want ? want : decimal(s.base_want),
    want,
    told: told ?? (s.told === s.want ? want : decimal(s.told)),
  };
}

/** The movement that an entry pinned. */
export function movementOf({ pinned, order }: Pick<LineEntry, 'pinned' | 'order'>): Movement {
  return {
    before: decimal(pinned.position_before),
    after: decimal(pinned.position_after),
    refPrice: decimal(order.ref_price),
    increment: decimal(pinned.increment),
    ...(pinned.min_qty === undefined ? {} : { minQty: decimal(pinned.min_qty) }),
    ...(pinned.min_notional === undefined ? {} : { minNotional: decimal(pinned.min_notional) }),
  };
}

/** `except` names an unknown child that does not restrict: the one that a cancel takes back. */
export function inputsOf(follower: Follower, symbol: string, told: Decimal, except?: string): RecordedInputs {
  const only = restrictionOf(follower, symbol, told, except);
  const { mode, scale, scale_basis: basis, max_pos_usd: cap, allow_short } = follower;
  const symbol_allowed = allowsSymbol(follower, symbol);
  const free =
    cap === undefined
      ? { mode, scale, basis, allow_short, symbol_allowed }
      : { mode, scale, basis, allow_short, symbol_allowed, cap };
  return only === undefined ? free : { ...free, only: { code: only.code, certain: format(only.certain) } };
}

const noOverlays = { p: one, m: one } as const;

export function sizingInputs({ scale, basis, nav, cap, allow_short, symbol_allowed, overlays }: RecordedInputs): SizingInputs {
  const { p, m } = overlays === undefined ? noOverlays : multipliersOf(overlays);
  const plain = { scale: decimal(scale), p, m, basis, allowShort: allow_short, symbolAllowed: symbol_allowed };
  const capped = cap === undefined ? plain : { ...plain, maxPosUsd: decimal(cap) };
  return nav === undefined ? capped : { ...capped, nav: { follower: decimal(nav.follower), manager: decimal(nav.manager) } };
}

export const restrictionIn = ({ only }: RecordedInputs): Restriction | undefined =>
  only === undefined ? undefined : { code: only.code, certain: decimal(only.certain) };

export interface Sized {
  readonly after: Levels;
  readonly phase: Phase;
  readonly qty: Decimal;
  readonly code?: SkipCode;
  readonly reasons: readonly Reason[];
}

/** Sizes one follower: the one computation behind plan, preview, replay and the reasons that a child carries. */
export function size(before: Levels, movement: Movement, recorded: RecordedInputs): Sized {
  const folded = fold(before, movement, sizingInputs(recorded));
  const sized = quantity(folded, before.told, before.want, movement, restrictionIn(recorded));
  const { after, phase } = folded;
  const plain = sized.reasons.length === 0 ? folded.reasons : [...folded.reasons, ...sized.reasons];
  const shaped = recorded.overlays !== undefined && (phase === 'increase' || phase === 'cross');
  const reasons = shaped ? [...reasonsOfOverlays(recorded.overlays), ...plain] : plain;
  return sized.code === undefined
    ? { after, phase, qty: sized.qty, reasons }
    : { after, phase, qty: sized.qty, reasons, code: sized.code };
}

/** told: what the shard's own dispatch moved, as its ledger has it, and what happened elsewhere (lane, settling, reports). */
export const toldOf = (follower: Pick<Follower, 'moved'>, symbol: string, row: LedgerRow | undefined): Decimal =>
  add(decimal(row?.told ?? '0'), decimal(follower.moved[symbol] ?? '0'));

/** The levels that count for a follower: those of an earlier joining keep only what it was told. */
export function standing(follower: Pick<Follower, 'joined_seq' | 'moved'>, symbol: string, row: LedgerRow | undefined): Levels {
  if (row === undefined) return { ...flat, told: toldOf(follower, symbol, row) };
  const told = movedElsewhere(follower, symbol) ? toldOf(follower, symbol, row) : undefined;
  if (row.joined === follower.joined_seq) return levelsOf(row, told);
  const own = told ?? decimal(row.told);
  return { baseline: own, target: own, base_want: own, want: own, told: own };
}

const movedElsewhere = ({ moved }: Pick<Follower, 'moved'>, symbol: string): boolean => moved[symbol] !== undefined;

/** `standing` as text: as a rule that is what the ledger says, as it says it. */
function standingText(follower: Follower, symbol: string, row: LedgerRow | undefined, levels: Levels): StoredLevels {
  if (row?.joined !== follower.joined_seq || movedElsewhere(follower, symbol)) return storeLevels(levels);
  const { baseline, target, base_want, want, told } = row;
  return { baseline, target, base_want, want, told };
}

/** What an entry is; an order where nothing is said. */
export type EntryKind = LineEntry['kind'];

/**
 * Switches, read in the present (SPEC 6.2): why nothing may be sent to this follower now, or undefined. One that is leaving
 * gets its closing children and nothing else.
 */
export function switchCode(
  follower: Pick<Follower, 'status' | 'kill_switch'>,
  vaultStatus: VaultRecord['status'],
  kind: EntryKind = 'order',
): string | undefined {
  const { status } = follower;
  if (status === 'stopped') return 'stopped';
  if (status !== 'active' && kind !== 'flatten') return 'left';
  if (follower.kill_switch) return 'kill_switch';
  if (vaultStatus === 'halted' || vaultStatus === 'closed') return 'vault_halted';
  return vaultStatus === 'maintenance' ? 'vault_maintenance' : undefined;
}

interface Going {
  readonly kind: EntryKind;
  readonly status: VaultRecord['status'];
  /** Why there is nothing to send, when there is not. */
  readonly nothing?: { readonly code?: string | undefined };
  /** Its quantity may still change while it waits behind others. */
  readonly mayMove: boolean;
}

/**
 * What happens to a child. While earlier ones are in the lane nobody can say yet what was told: its quantity comes when its
 * turn does, and the fate of it too.
 */
export function fateOf(follower: Follower, { kind, status, nothing, mayMove }: Going): { fate: Fate; code?: string } {
  const inLane = follower.lane_in > follower.lane_out;
  if (nothing !== undefined && !(inLane && mayMove))
    return nothing.code === undefined ? { fate: 'skip' } : { fate: 'skip', code: nothing.code };
  const code = switchCode(follower, status, kind);
  if (code !== undefined) return { fate: 'skip', code };
  if (follower.mode === 'shadow') return { fate: 'shadow' };
  return { fate: inLane || follower.slow ? 'wait' : 'send' };
}

/** One follower's row for an order. */
export function planRow(
  entry: OrderEntry,
  movement: Movement,
  follower: Follower,
  row: LedgerRow | undefined,
  status: VaultRecord['status'],
): PlannedRow {
  const { symbol } = entry.order;
  const levels = standing(follower, symbol, row);
  const own = withNav(inputsOf(follower, symbol, levels.told), follower, entry.pinned);
  const inputs = withOverlays(own, countedFor(follower, entry), flipsOf(follower, row));
  const { after: next, phase, qty, code: skips, reasons } = size(levels, movement, inputs);
  const mayMove = phase !== 'none';
  const going: Going =
    qty === zero ? { kind: 'order', status, nothing: { code: skips }, mayMove } : { kind: 'order', status, mayMove };
  const { fate, code } = fateOf(follower, going);
  const { place, ver, joined_seq: joined } = follower;
  const before = standingText(follower, symbol, row, levels);
  const after = storeLevels(next, before.told);
  const planned = { place, ver, joined, inputs, before, after, phase, qty: format(qty), fate, reasons };
  return code === undefined ? planned : { ...planned, code };
}

/** A row for a follower whose sizing threw: its levels stay, its child is a dead letter, the others go on. */
export function brokenRow(entry: LineEntry, follower: Follower, row: LedgerRow | undefined): ClaimRow {
  const stays: LedgerRow = row ?? { ...storeLevels(flat), place: follower.place, joined: follower.joined_seq };
  const { place: _place, joined: _joined, flips: _flips, ...levels } = stays;
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

/**
 * The ledger after an entry: each row's levels, and the shard's own part of told moved by what happened here. What the
 * lane moves later stands on the follower's row.
 */
export function ledgerAfter(ledger: Ledger, entry: LineEntry, rows: readonly ClaimRow[], happened: ReadonlySet<number>): Ledger {
  const next = new Map(ledger.rows);
  for (const row of rows) {
    const own = ledger.rows.get(row.place)?.told ?? '0';
    const told = happened.has(row.place) ? format(add(decimal(own), decimal(row.qty))) : own;
    const flips = flipsAfter(entry, row);
    const plain = { ...row.after, told, place: row.place, joined: row.joined };
    next.set(row.place, flips === undefined ? plain : { ...plain, flips });
  }
  return { symbol: ledger.symbol, line: lineNumber(entry), rows: next };
}
