/**
 * What differs in one shard (SPEC 6.6): told from want, and held from told. Pure: from the shard's books as they were read. A follower
 * and symbol are compared only while nothing is under way for them; a finding that is out of date by the time its fix-up has its
 * turn in the line is dropped there.
 */
import { milliseconds } from '../../kit/clock.ts';
import { absolute, type Decimal, decimal, format, multiply, subtract, zero } from '../../kit/decimal.ts';
import type { Follower } from '../followers/follower.ts';
import type { VaultPosition } from '../mirroring/asks.ts';
import { adds, fixupQuantity } from '../mirroring/fixup.ts';
import { heldOf, readAt } from '../mirroring/held.ts';
import { inputsOf, type Ledger, restrictionIn, sizingInputs, standing, switchCode } from '../mirroring/plan.ts';
import type { ShardView } from '../mirroring/shard-store.ts';
import type { Levels, Movement } from '../mirroring/sizing.ts';
import { instrumentOf } from '../vaults/create.ts';
import { statusAt } from '../vaults/status.ts';
import type { Vault } from '../vaults/vault.ts';
import type { NotCompared } from './report.ts';

/** A ledger, and when an entry was last finished into it; absent in ledgers of before that was written. */
export type DatedLedger = Ledger & { readonly at?: string | undefined };

/** One shard's books: the vault read first, then the cursor, the followers, and the ledgers last. */
export interface Books {
  readonly vault: Vault;
  readonly positions: ReadonlyMap<string, VaultPosition>;
  readonly view: ShardView;
  readonly ledgers: readonly DatedLedger[];
  readonly now: number;
  /** How long nothing may have ended for a follower and symbol. */
  readonly quietMs: number;
}

/** A follower and symbol in which something differs by more than the vault tolerates. */
export interface Difference {
  readonly follower: Follower;
  readonly symbol: string;
  readonly line: number;
  readonly levels: Levels;
  readonly movement: Movement;
  /** told is not want: what a fix-up would trade, or why it has nothing to. */
  readonly want?: { readonly qty: Decimal; readonly code?: string };
  /** The account does not hold what it was told. */
  readonly held?: Decimal;
}

export interface Compared {
  readonly compared: number;
  readonly notCompared: readonly NotCompared[];
  readonly differences: readonly Difference[];
}

/** True when every entry of the vault's log was worked off in this shard, and nothing is being worked off. */
export const isUpToDate = ({ vault, view }: Pick<Books, 'vault' | 'view'>): boolean =>
  view.last.state === 'done' && view.last.seq >= vault.seq;

export function compareShard(books: Books): Compared {
  const { view } = books;
  if (!isUpToDate(books)) return { compared: 0, notCompared: view.roster.map(() => 'shard_behind'), differences: [] };
  const notCompared: NotCompared[] = [];
  const differences: Difference[] = [];
  let compared = 0;
  for (const follower of view.roster) {
    const symbols = symbolsOf(books, follower);
    const why = symbols.length === 0 ? undefined : whyNotAtAll(books, follower);
    if (why !== undefined) notCompared.push(why);
    for (const symbol of why === undefined ? symbols : []) {
      const found = compareOne(books, follower, symbol);
      if (typeof found === 'string') notCompared.push(found);
      else {
        compared += 1;
        differences.push(...found);
      }
    }
  }
  return { compared, notCompared, differences };
}

function symbolsOf({ ledgers }: Books, { place, moved, held }: Follower): string[] {
  const own = ledgers.filter(({ rows }) => rows.has(place)).map(({ symbol }) => symbol);
  return [...new Set([...own, ...Object.keys(moved), ...Object.keys(held ?? {})])].sort();
}

/** What keeps a follower out as a whole: a switch, its mode, or something under way. */
function whyNotAtAll({ vault, view, now }: Books, follower: Follower): NotCompared | undefined {
  const code = switchCode(follower, statusAt(vault, now));
  if (code !== undefined) return code as NotCompared;
  if (follower.mode === 'shadow') return 'shadow';
  const asks = view.asks.some((ask) => ask.follower_id === undefined || ask.follower_id === follower.follower_id);
  return asks || follower.lane_in > follower.lane_out ? 'under_way' : undefined;
}

function compareOne(books: Books, follower: Follower, symbol: string): NotCompared | Difference[] {
  const { vault, positions, ledgers } = books;
  if (Object.keys(follower.unknown).some((name) => name.startsWith(`${symbol} `))) return 'position_unknown';
  const ledger = ledgers.find((l) => l.symbol === symbol);
  if (isTooSoon(books, follower, ledger)) return 'too_soon';
  const position = positions.get(symbol);
  const instrument = instrumentOf(vault, symbol);
  if (position === undefined || instrument === undefined) return 'not_traded';
  const levels = standing(follower, symbol, ledger?.rows.get(follower.place));
  const movement = movementAt(position, instrument);
  const want = wantDiffers(vault, follower, symbol, levels, movement);
  const read = readAt(follower, symbol);
  // A position that was read before the last child ended says nothing of it.
  const stale = read !== undefined && endsOf(follower, ledger).some((at) => read - at < books.quietMs);
  const held = stale ? undefined : heldDiffers(vault, follower, symbol, levels, movement);
  if (want === undefined && held === undefined) return [];
  const where = { follower, symbol, line: ledger?.line ?? 0, levels, movement };
  return [{ ...where, ...(want === undefined ? {} : { want }), ...(held === undefined ? {} : { held }) }];
}

/** Something of it ended a moment ago: what it reports of that may still be on its way. */
const isTooSoon = ({ now, quietMs }: Books, follower: Follower, ledger: DatedLedger | undefined): boolean =>
  endsOf(follower, ledger).some((at) => now - at < quietMs);

/** When something of a follower and symbol last ended (ms): in its shard's dispatch, and outside of it. */
const endsOf = ({ child_at }: Follower, ledger: DatedLedger | undefined): number[] =>
  [child_at, ledger?.at].flatMap((at) => (at === undefined ? [] : [milliseconds(at)]));

function movementAt({ qty, ref_price }: VaultPosition, i: NonNullable<ReturnType<typeof instrumentOf>>): Movement {
  return {
    before: decimal(qty),
    after: decimal(qty),
    refPrice: decimal(ref_price),
    increment: decimal(i.increment),
    ...(i.min_qty === undefined ? {} : { minQty: decimal(i.min_qty) }),
    ...(i.min_notional === undefined ? {} : { minNotional: decimal(i.min_notional) }),
  };
}

/** More than the vault tolerates: by increments, and by NAV where the follower's is known. */
function counts({ reconcile_policy: policy }: Vault, { nav }: Follower, difference: Decimal, movement: Movement): boolean {
  const size = absolute(difference);
  if (size <= multiply(decimal(policy.tolerance_increments), movement.increment)) return false;
  const known = nav === undefined ? zero : decimal(nav.nav);
  return known <= zero || multiply(size, movement.refPrice) > multiply(decimal(policy.tolerance_nav), known);
}

function wantDiffers(vault: Vault, follower: Follower, symbol: string, levels: Levels, movement: Movement): Difference['want'] {
  if (!counts(vault, follower, subtract(levels.want, levels.told), movement)) return undefined;
  const { qty, code } = fixupOf(follower, symbol, levels, movement);
  // Who may only reduce, or denies the symbol, misses increases by its own or the platform's will: that is no drift.
  if (qty === zero && (code === 'close_only' || code === 'symbol_denied') && adds(levels)) return undefined;
  return code === undefined ? { qty } : { qty, code };
}

/** What a fix-up from these levels would trade. */
export function fixupOf(follower: Follower, symbol: string, levels: Levels, movement: Movement) {
  const inputs = inputsOf(follower, symbol, levels.told);
  return fixupQuantity(levels, movement, sizingInputs(inputs), restrictionIn(inputs));
}

function heldDiffers(
  vault: Vault,
  follower: Follower,
  symbol: string,
  { told }: Levels,
  movement: Movement,
): Decimal | undefined {
  const held = heldOf(follower, symbol);
  return held !== undefined && counts(vault, follower, subtract(held, told), movement) ? held : undefined;
}

/** The numbers of a difference as a report shows them. */
export const numbersOf = ({ levels, follower, symbol }: Difference) => {
  const held = heldOf(follower, symbol);
  return { want: format(levels.want), told: format(levels.told), ...(held === undefined ? {} : { held: format(held) }) };
};
