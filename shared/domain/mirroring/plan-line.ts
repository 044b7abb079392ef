/** One row per follower for every kind of entry in a shard's line: orders, cancels, and what one follower asked for. */
import { absolute, add, type Decimal, decimal, format, sign, subtract, zero } from '../../kit/decimal.ts';
import type { Follower } from '../followers/follower.ts';
import { countedAsked, reasonsOfOverlays } from '../overlays/counted.ts';
import type { VaultRecord } from '../vaults/vault.ts';
import { canceledChild, levelsAgain, type Past } from './again.ts';
import { unknownName } from './child.ts';
import { type Again, type AskEntry, type CancelEntry, canceledChildId, type LineEntry } from './entry.ts';
import { fixupQuantity, isMoved } from './fixup.ts';
import { flipsOf, isTouched, levelsReverted, revertQuantity, standingAgain } from './flips.ts';
import type { Reason } from './order.ts';
import {
  brokenRow,
  type ClaimRow,
  fateOf,
  inputsOf,
  type Ledger,
  type LedgerRow,
  levelsOf,
  movementOf,
  type PlannedRow,
  planRow,
  type RecordedInputs,
  restrictionIn,
  size,
  sizingInputs,
  standing,
  storeLevels,
} from './plan.ts';
import { cancelQuantity, levelsAt, levelsFlat, phaseOf, retarget } from './retarget.ts';
import { withNav, withOverlays } from './sized-by.ts';
import { type Levels, type Movement, type Phase, type Quantity, reason } from './sizing.ts';

export interface PlanInput {
  readonly entry: LineEntry;
  readonly roster: readonly Follower[];
  readonly ledger: Ledger;
  readonly vaultStatus: VaultRecord['status'];
  /** What a cancel folds again. */
  readonly past?: Past;
  /** The order was canceled before this shard came to it: nothing of it is sent. */
  readonly canceled: boolean;
  /** A follower whose sizing threw: its child is a dead letter, and the reason is for operators alone. */
  readonly onBroken: (follower: Follower, error: unknown) => void;
}

/** Every follower that an entry concerns gets exactly one row: all that joined before it, or the one that asked. */
export function planEntry(input: PlanInput): PlannedRow[] {
  const { entry, roster, ledger, onBroken } = input;
  const planner = plannerOf(input);
  const takes = takesPart(entry);
  const rows: PlannedRow[] = [];
  for (const follower of roster) {
    const row = ledger.rows.get(follower.place);
    if (takes(follower, row)) rows.push(plannedOr(follower, row));
  }
  return rows;

  function plannedOr(follower: Follower, row: LedgerRow | undefined): PlannedRow {
    try {
      const planned = planner(follower, row);
      const going = planned.fate === 'send' || planned.fate === 'wait';
      return input.canceled && going ? { ...planned, fate: 'cancel', code: 'canceled' } : planned;
    } catch (error) {
      onBroken(follower, error);
      return brokenRow(entry, follower, row);
    }
  }
}

const takesPart =
  (entry: LineEntry) =>
  (follower: Follower, row: LedgerRow | undefined): boolean => {
    if (entry.kind === 'revert') return isTouched(entry.ask.overlay_id, follower, row);
    return entry.kind !== 'order' && entry.kind !== 'cancel'
      ? follower.follower_id === entry.ask.follower_id
      : follower.joined_seq < entry.seq && (follower.status === 'active' || follower.status === 'stopped');
  };

type Planner = (follower: Follower, row: LedgerRow | undefined) => PlannedRow;

function plannerOf({ entry, past, vaultStatus }: PlanInput): Planner {
  const movement = movementOf(entry);
  if (entry.kind === 'order') return (follower, row) => planRow(entry, movement, follower, row, vaultStatus);
  if (entry.kind === 'resend') return (follower, row) => resendRow(entry, follower, row, vaultStatus);
  if (entry.kind === 'fixup') return (follower, row) => fixupRow(entry, movement, follower, row, vaultStatus);
  if (entry.kind !== 'cancel') return (follower, row) => askRow(entry, movement, follower, row, vaultStatus);
  if (past === undefined) throw new Error(`cancel ${entry.seq} was planned without what it folds again`);
  const again = levelsAgain(entry, past);
  return (follower, row) => cancelRow({ entry, movement, past, again, vaultStatus }, follower, row);
}

interface Canceling {
  readonly entry: CancelEntry;
  readonly movement: Movement;
  readonly past: Past;
  readonly again: ReturnType<typeof levelsAgain>;
  readonly vaultStatus: VaultRecord['status'];
}

function cancelRow({ entry, movement, past, again, vaultStatus }: Canceling, f: Follower, row: LedgerRow | undefined): ClaimRow {
  const { symbol } = entry.order;
  const before = standing(f, symbol, row);
  const folded = again.get(f.place);
  const stands = folded?.joined === f.joined_seq ? standingAgain(folded, past.reverted) : undefined;
  const after = stands === undefined ? before : { ...stands.levels, told: before.told };
  const was = canceledChild(entry, f, past);
  const except = unknownName({ symbol, follower_order_id: canceledChildId(entry, f.shard, f.place) });
  const inputs: RecordedInputs = {
    ...withOverlays(inputsOf(f, symbol, before.told, except), undefined, flipsOf(f, row)),
    ...(was === 'none' ? {} : { was }),
    ...(stands?.stands === undefined ? {} : { stands: stands.stands }),
  };
  const sized = cancelQuantity({ before, after }, movement, was, restrictionIn(inputs));
  const nothing = sized.qty === zero && was === 'none' ? { nothing: codeOf(sized) } : {};
  const mayMove = before.want !== after.want || sized.qty !== zero;
  return rowOf(f, { inputs, before, after, sized }, fateOf(f, { kind: 'cancel', status: vaultStatus, ...nothing, mayMove }));
}

function askRow(
  entry: AskEntry,
  movement: Movement,
  f: Follower,
  row: LedgerRow | undefined,
  status: VaultRecord['status'],
): ClaimRow {
  const before = standing(f, entry.order.symbol, row);
  const own = withNav(inputsOf(f, entry.order.symbol, before.told), f, entry.pinned);
  const inputs = withOverlays(own, countedAsked(f, entry.pinned.overlays), flipsOf(f, row));
  const { after, withheld } = askedLevels(entry, before, movement, inputs);
  const sized = withheld === undefined ? askedQuantity(entry, after, movement, inputs) : nothingFor(withheld);
  const nothing = sized.qty === zero ? { nothing: codeOf(sized) } : {};
  return rowOf(f, { inputs, before, after, sized }, fateOf(f, { kind: entry.kind, status, ...nothing, mayMove: true }));
}

/** A fix-up; dropped, and recorded as that, when something moved since, or is under way. */
function fixupRow(
  entry: AskEntry,
  movement: Movement,
  f: Follower,
  row: LedgerRow | undefined,
  status: VaultRecord['status'],
): ClaimRow {
  const before = standing(f, entry.order.symbol, row);
  const inputs = withOverlays(inputsOf(f, entry.order.symbol, before.told), undefined, flipsOf(f, row));
  const busy = f.lane_in > f.lane_out;
  const sized = busy ? nothingFor('fixup_dropped') : fixed(entry, before, movement, inputs);
  const nothing = sized.qty === zero ? { nothing: codeOf(sized) } : {};
  const fate = fateOf(f, { kind: 'fixup', status, ...nothing, mayMove: false });
  return rowOf(f, { inputs, before, after: before, sized }, fate);
}

function fixed({ ask }: AskEntry, before: Levels, movement: Movement, inputs: RecordedInputs): Quantity {
  if (ask.found === undefined) throw new Error(`${ask.cause} names nothing that was found`);
  if (isMoved(ask.found, before)) return nothingFor('fixup_dropped');
  return fixupQuantity(before, movement, sizingInputs(inputs), restrictionIn(inputs));
}

const nothingFor = (code: NonNullable<Quantity['code']>): Quantity => ({ qty: zero, code, reasons: [] });
const codeOf = ({ code }: Quantity): { code?: string } => (code === undefined ? {} : { code });

function askedLevels(entry: AskEntry, before: Levels, movement: Movement, inputs: RecordedInputs) {
  if (entry.kind === 'revert') return levelsReverted(entry.ask.overlay_id, before);
  return entry.kind === 'sync' ? levelsAt(before, movement.after, movement, sizingInputs(inputs)) : levelsFlat(before);
}

const askedQuantity = ({ kind }: AskEntry, after: Levels, movement: Movement, inputs: RecordedInputs): Quantity =>
  (kind === 'revert' ? revertQuantity : retarget)(after, after.told, movement, restrictionIn(inputs));

/**
 * Whether a child may go out again as it is: it must not move its follower past where it should stand, and the position that
 * it names must be the one that it would bring about. What else moved told since it was sized ends that.
 */
export function isCovered({ entry, child }: Again, now: Levels): boolean {
  const qty = decimal(child.row.qty);
  const missing = subtract(now.want, now.told);
  const towards = qty === zero ? child.row.inputs.was !== undefined : sign(qty) === sign(missing);
  const lands = format(add(now.told, qty)) === positionAfter(entry, child.row);
  return towards && lands && absolute(qty) <= absolute(missing);
}

/**
 * A child goes out again unchanged, while want still covers it: it must not move the follower past where it should stand
 * (SPEC 6.2). Levels and targets stay; told moves when it is acknowledged.
 */
function resendRow(entry: AskEntry, f: Follower, row: LedgerRow | undefined, status: VaultRecord['status']): ClaimRow {
  const again = entry.again?.child;
  if (again === undefined) throw new Error(`${entry.ask.cause} names no child`);
  const before = standing(f, entry.order.symbol, row);
  const qty = decimal(again.row.qty);
  const nothing = entry.again !== undefined && isCovered(entry.again, before) ? {} : { nothing: { code: 'not_covered' } };
  const kind = entry.again?.entry.kind ?? 'order';
  const planned = fateOf(f, { kind, status, ...nothing, mayMove: false });
  // Its lane is empty (asks.ts: isReady); one that is only slow is sent to from here.
  const fate = planned.fate === 'wait' ? { fate: 'send' as const } : planned;
  return {
    ...rowOf(f, { inputs: again.row.inputs, before, after: before, sized: { qty, reasons: [] } }, fate),
    phase: again.row.phase,
  };
}

interface Set {
  readonly inputs: RecordedInputs;
  readonly before: Levels;
  readonly after: Levels;
  readonly sized: Quantity;
}

const rowOf = (f: Follower, { inputs, before, after, sized }: Set, fate: ReturnType<typeof fateOf>): ClaimRow => ({
  place: f.place,
  ver: f.ver,
  joined: f.joined_seq,
  inputs,
  before: storeLevels(before),
  after: storeLevels(after),
  phase: phaseOf(before.told, add(before.told, sized.qty)),
  qty: format(sized.qty),
  ...fate,
});

/** A row sized anew from what was told meanwhile: for a child whose turn in the lane has come. Its levels stay. */
export function resized(entry: LineEntry, row: PlannedRow, told: Decimal, inputs: RecordedInputs): ClaimRow {
  const before = { ...levelsOf(row.before), told };
  const { qty, code, phase } = sizedAgain(entry, { ...row, inputs }, before);
  const { code: _code, reasons: _reasons, ...kept } = row;
  return {
    ...kept,
    inputs,
    before: storeLevels(before),
    phase,
    qty: format(qty),
    ...(code === undefined ? {} : { code }),
  };
}

function sizedAgain(entry: LineEntry, row: ClaimRow, before: Levels): Quantity & { readonly phase: Phase } {
  const movement = movementOf(entry);
  if (entry.kind === 'order') return size(before, movement, row.inputs);
  if (entry.kind === 'fixup') {
    const again = fixed(entry, before, movement, row.inputs);
    return { ...again, phase: phaseOf(before.told, add(before.told, again.qty)) };
  }
  const after = { ...levelsOf(row.after), told: before.told };
  const only = restrictionIn(row.inputs);
  const sized =
    entry.kind === 'cancel'
      ? cancelQuantity({ before, after }, movement, row.inputs.was ?? 'none', only)
      : askedQuantity(entry, after, movement, row.inputs);
  return { ...sized, phase: phaseOf(before.told, add(before.told, sized.qty)) };
}

/** Where the follower stands after it: want, but never across zero for one that may only reduce. */
export function positionAfter(entry: LineEntry, row: ClaimRow): string {
  if (entry.kind !== 'order') return format(add(decimal(row.before.told), decimal(row.qty)));
  return row.inputs.only !== undefined && row.phase === 'cross' ? '0' : row.after.want;
}

/** True when a child has something to say: a quantity, or something to cancel. */
export const goesOut = ({ qty, inputs }: Pick<ClaimRow, 'qty' | 'inputs'>): boolean => qty !== '0' || inputs.was !== undefined;

/** The reasons of a child, recomputed from what its claim recorded. */
export function reasonsOf(entry: LineEntry, row: PlannedRow): readonly Reason[] {
  if (row.fate === 'broken') return [...entry.pinned.reasons];
  if (entry.kind === 'order') {
    const reasons = row.reasons ?? size(levelsOf(row.before), movementOf(entry), row.inputs).reasons;
    return entry.pinned.reasons.length === 0 ? reasons : [...entry.pinned.reasons, ...reasons];
  }
  const before = levelsOf(row.before);
  const { reasons } = sizedAgain(entry, row, before);
  if (entry.kind === 'fixup') return [...reasons];
  const set =
    entry.kind === 'cancel'
      ? [reason('cancel', before.want, decimal(row.after.want))]
      : askedLevels(entry, before, movementOf(entry), row.inputs).reasons;
  const shaped = entry.kind === 'sync' ? reasonsOfOverlays(row.inputs.overlays ?? []) : [];
  return [...shaped, ...set, ...reasons];
}

/** The opposite of an order's side: how a cancel trades back. */
export const opposite = (side: 'buy' | 'sell'): 'buy' | 'sell' => (side === 'buy' ? 'sell' : 'buy');
