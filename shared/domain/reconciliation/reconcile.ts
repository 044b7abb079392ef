/**
 * Reconciliation of one vault, shard by shard (SPEC 6.6). Everything it does is asked of somebody who decides again: a fix-up of the
 * shard's line, a ring of its worker, an unknown child of its resend. So it may run twice at once, die anywhere, or come late.
 */
import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import { format, subtract, zero } from '../../kit/decimal.ts';
import { ulidFromCause } from '../../kit/ids.ts';
import type { Follower } from '../followers/follower.ts';
import { newAsk, type VaultPosition } from '../mirroring/asks.ts';
import type { Bell } from '../mirroring/bell.ts';
import type { Child } from '../mirroring/child.ts';
import type { Claim, ShardKey } from '../mirroring/claim.ts';
import { type Ask, byPlatform } from '../mirroring/entry.ts';
import { fixupCause } from '../mirroring/fixup.ts';
import type { ShardView } from '../mirroring/shard-store.ts';
import type { Vault } from '../vaults/vault.ts';
import {
  type Books,
  type Compared,
  compareShard,
  type DatedLedger,
  type Difference,
  fixupOf,
  isUpToDate,
  numbersOf,
} from './compare.ts';
import { explanation } from './explain.ts';
import { type ProbePorts, probeUnknown } from './probe.ts';
import { emptySum, type Finding, type Part, type Report, type Sum, withPart } from './report.ts';

/** A page of a run: the shards from `from` on. `sum` is what the pages before found. */
export interface ReconcilePage {
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly run_at: string;
  readonly from: number;
  readonly sum?: Sum;
}

/** What is done about one difference: all of it in one transaction, or nothing. */
export interface Fixup {
  readonly follower: Follower;
  readonly symbol: string;
  /** Absent where only told is set right. */
  readonly ask?: Ask;
  /** Signed: by how much told moves to be what is held. */
  readonly corrects?: string;
  readonly event_id: string;
  readonly at: string;
  /** Holds only when the last fix-up of the follower and symbol was at or before this. */
  readonly cooledDownAt: string;
  readonly found: Readonly<Record<string, string>>;
}

export interface ReconcilePorts extends ProbePorts {
  readonly clock: Clock;
  readonly quietMs: number;
  readonly vault: (page: Pick<ShardKey, 'tenant_id' | 'vault_id'>) => Promise<Vault | undefined>;
  readonly positions: (page: Pick<ShardKey, 'tenant_id' | 'vault_id'>) => Promise<readonly VaultPosition[]>;
  /** The cursor and the followers. */
  readonly view: (key: ShardKey) => Promise<ShardView>;
  readonly ledgers: (key: ShardKey) => Promise<readonly DatedLedger[]>;
  /** The newest children of a follower that have rows of their own. */
  readonly children: (follower: Follower) => Promise<readonly Child[]>;
  /** The newest finished claims of a shard. */
  readonly claims: (key: ShardKey) => Promise<readonly Claim[]>;
  readonly fix: (key: ShardKey, fixup: Fixup) => Promise<boolean>;
  /** Best effort: what is not rung, sweep rings. */
  readonly ring: (bells: readonly Bell[]) => Promise<void>;
  readonly save: (report: Report) => Promise<void>;
}

/** The longest that one shard takes, with room: a page that has less left goes on in another message. */
const shardTakesMs = 15_000;

/** Works shards off until the time is up (`deadline`, ms); gives the page to go on with, or the report that was saved. */
export async function reconcile(page: ReconcilePage, deadline: number, ports: ReconcilePorts): Promise<ReconcilePage | Report> {
  const vault = await ports.vault(page);
  if (vault === undefined) throw new Error(`vault ${page.vault_id} is missing`);
  const positions = new Map((await ports.positions(page)).map((p) => [p.symbol, p]));
  let sum = page.sum ?? emptySum({ tenant_id: page.tenant_id, vault_id: page.vault_id }, page.run_at);
  for (let shard = page.from; shard < vault.shards; shard += 1) {
    if (shard > page.from && deadline - ports.clock() < shardTakesMs) return { ...page, from: shard, sum };
    sum = withPart(
      sum,
      await reconcileShard({ tenant_id: page.tenant_id, vault_id: page.vault_id, shard }, { vault, positions }, ports),
    );
  }
  const report = { ...sum, finished_at: timestamp(ports.clock()) };
  await ports.save(report);
  return report;
}

type OfVault = Pick<Books, 'vault' | 'positions'>;

async function reconcileShard(key: ShardKey, of: OfVault, ports: ReconcilePorts): Promise<Part> {
  const view = await ports.view(key);
  const ledgers = await ports.ledgers(key);
  const books: Books = { ...of, view, ledgers, now: ports.clock(), quietMs: ports.quietMs };
  const { compared, notCompared, differences }: Compared = compareShard(books);
  const findings: Finding[] = [];
  let asked = false;
  for (const difference of differences) {
    const found = await settleOne(key, difference, of.vault, ports);
    findings.push(...found);
    asked ||= found.some(({ outcome, qty }) => (outcome === 'fixup' || outcome === 'corrected') && qty !== undefined);
  }
  const probed = await probeUnknown(books, ports);
  const behind = isBehind(books);
  if (behind || asked || probed.asked) await ports.ring([{ ...key, seq: behind ? of.vault.seq : 0 }]);
  return { followers: view.roster.length, compared, notCompared, findings, unknown: probed.unknown, rung: Number(behind) };
}

/** Younger entries and claims are still on their ordinary way. */
const graceMs = 10_000;

/** An entry, or a claim, that should have been finished by now. */
function isBehind(books: Books): boolean {
  const { view, vault, now } = books;
  if (isUpToDate(books)) return false;
  if (view.last.state === 'claimed') return view.last.lease_until < now;
  return vault.last_time !== undefined && now - milliseconds(vault.last_time) > graceMs;
}

/** What is done about one difference, and how the report tells it. */
async function settleOne(key: ShardKey, d: Difference, vault: Vault, ports: ReconcilePorts): Promise<Finding[]> {
  const why = d.held === undefined ? undefined : await whyHeldDiffers(key, d, ports);
  const corrects = d.held !== undefined && why === undefined && vault.reconcile_policy.correct_own_trades;
  const held = d.held === undefined ? [] : [heldFinding(d, why)];
  if (corrects) return correct(key, d, vault, ports);
  if (d.want === undefined) return held;
  return [...held, await fixWant(key, d, d.want, vault, ports)];
}

/** Asked for what differs alone: as a rule for nobody. */
async function whyHeldDiffers(key: ShardKey, d: Difference, ports: ReconcilePorts): Promise<string | undefined> {
  const missing = subtract(d.levels.told, d.held ?? zero);
  const [children, claims] = await Promise.all([ports.children(d.follower), ports.claims(key)]);
  return explanation(d, missing, { children, claims }, ports.clock());
}

const base = (d: Difference, kind: Finding['kind']) => ({
  tenant_id: d.follower.tenant_id,
  follower_id: d.follower.follower_id,
  symbol: d.symbol,
  kind,
  ...numbersOf(d),
});

const heldFinding = (d: Difference, why: string | undefined): Finding =>
  why === undefined ? { ...base(d, 'held'), outcome: 'unexplained' } : { ...base(d, 'held'), outcome: 'explained', why };

async function fixWant(
  key: ShardKey,
  d: Difference,
  { qty, code }: NonNullable<Difference['want']>,
  vault: Vault,
  ports: ReconcilePorts,
): Promise<Finding> {
  if (qty === zero) return { ...base(d, 'want'), outcome: 'nothing_to_trade', ...(code === undefined ? {} : { why: code }) };
  const fixup = fixupFor(d, vault, ports.clock());
  const done = await ports.fix(key, { ...fixup, ask: askOf(d, format(d.levels.told), ports.clock()) });
  return done ? { ...base(d, 'want'), outcome: 'fixup', qty: format(qty) } : { ...base(d, 'want'), outcome: 'cooling_down' };
}

/** Takes what is held for what was told, and asks for what is then missing. */
async function correct(key: ShardKey, d: Difference, vault: Vault, ports: ReconcilePorts): Promise<Finding[]> {
  const told = d.held ?? zero;
  const levels = { ...d.levels, told };
  const { qty } = fixupOf(d.follower, d.symbol, levels, d.movement);
  const ask = qty === zero ? {} : { ask: askOf(d, format(told), ports.clock()) };
  const corrects = format(subtract(told, d.levels.told));
  const done = await ports.fix(key, { ...fixupFor(d, vault, ports.clock()), ...ask, corrects });
  if (!done) return [{ ...base(d, 'held'), outcome: 'cooling_down' }];
  return [{ ...base(d, 'held'), outcome: 'corrected', ...(qty === zero ? {} : { qty: format(qty) }) }];
}

function fixupFor(d: Difference, vault: Vault, now: number): Fixup {
  const { follower, symbol } = d;
  const numbers = numbersOf(d);
  const cause = `${follower.follower_id}/${symbol}/${d.line}/${numbers.told}/${numbers.want}/${numbers.held ?? ''}`;
  return {
    follower,
    symbol,
    event_id: ulidFromCause(now, cause),
    at: timestamp(now),
    cooledDownAt: timestamp(now - vault.reconcile_policy.cool_down_s * 1000),
    found: { symbol, ...numbers },
  };
}

function askOf({ follower, symbol, line, levels }: Difference, told: string, now: number): Ask {
  const found = { symbol, line, told, want: format(levels.want) };
  return { ...newAsk('fixup', fixupCause(follower.follower_id, found), follower, now, byPlatform), found };
}
