/** All that a run left behind, read from the table beside the use cases. */
import { childOf } from '../../../shared/adapters/dynamo/child-item.ts';
import { claimOf } from '../../../shared/adapters/dynamo/claim-item.ts';
import { followerOf } from '../../../shared/adapters/dynamo/follower-item.ts';
import { readProgress } from '../../../shared/adapters/dynamo/order-reads.ts';
import { unpackLedger } from '../../../shared/adapters/dynamo/packed.ts';
import type { Follower } from '../../../shared/domain/followers/follower.ts';
import type { Child } from '../../../shared/domain/mirroring/child.ts';
import type { Claim, Outcome } from '../../../shared/domain/mirroring/claim.ts';
import { childIdOf, type LineEntry, type LogEntry, lineNumber } from '../../../shared/domain/mirroring/entry.ts';
import type { ClaimRow, LedgerRow } from '../../../shared/domain/mirroring/plan.ts';
import type { DeadLetter } from '../../../shared/domain/mirroring/schemas.ts';
import type { ChildState } from '../../../shared/domain/mirroring/states.ts';
import type { Progress } from '../../../shared/domain/mirroring/views.ts';
import type { Overlay } from '../../../shared/domain/overlays/overlay.ts';
import type { Play } from './play.ts';

type Item = Readonly<Record<string, unknown>>;

export interface OwnRow {
  readonly child: Child;
  readonly open: boolean;
}

/** One follower's outcome of one entry, as the platform has it. */
export interface Ended {
  readonly entry: LineEntry;
  /** Its place in the line. */
  readonly line: number;
  readonly follower: Follower;
  readonly id: string;
  readonly outcome: Outcome;
  /** The child's own row, if it has one. */
  readonly own: OwnRow | undefined;
  /** What its claim planned; a child that got its quantity later has that one. */
  readonly row: ClaimRow;
  readonly planned: ClaimRow;
  readonly state: ChildState;
  readonly code: string | undefined;
  readonly unknown: boolean;
}

export interface Snapshot {
  readonly play: Play;
  /** The vault's log. */
  readonly entries: readonly LogEntry[];
  readonly followers: readonly Follower[];
  readonly claims: readonly { readonly shard: number; readonly claim: Claim }[];
  /** The sequence number at which a shard was opened. */
  readonly opened: ReadonlyMap<number, number>;
  readonly children: readonly OwnRow[];
  readonly ended: readonly Ended[];
  /** Children that went out again, or were reported on or settled: what is known of them came after their shard was done. */
  readonly touched: ReadonlySet<string>;
  readonly ledgers: ReadonlyMap<string, ReadonlyMap<number, LedgerRow>>;
  /** OPEN rows, and what followers asked. */
  readonly open: readonly string[];
  readonly overlays: readonly Overlay[];
  /** What the trail says of overlays. */
  readonly trail: readonly { readonly action: string; readonly overlay: Overlay }[];
  readonly refused: ReadonlySet<string>;
  readonly letters: readonly { readonly pk: string; readonly letter: DeadLetter }[];
  readonly progress: ReadonlyMap<number, Progress>;
}

const shardIn = (pk: string): number => Number(/#S#(\d+)$/.exec(pk)?.[1]);

export async function snapshotOf(play: Play): Promise<Snapshot> {
  const { memory } = play.world.storage;
  // Every item of the table has its two keys, as text: MemoryTable refuses others.
  const items = [...memory.items()] as unknown as (Item & { pk: string; sk: string })[];
  const beginning = (prefix: string) => items.filter((item) => item.sk.startsWith(prefix));
  const entries = beginning('ENTRY#')
    .map((item) => item['entry'] as LogEntry)
    .sort((a, b) => a.seq - b.seq);
  const results = beginning('RESULT#')
    .filter((item) => item['state'] !== 'barrier')
    .map((item) => ({ shard: shardIn(item.pk), claim: claimOf({ ...item }) }));
  const claims = results.filter(({ claim }) => claim.owner !== 'opened');
  const roster = beginning('ROSTER#').filter((item) => !item.sk.startsWith('ROSTER#TODO#'));
  const followers = roster.map((item) => followerOf({ ...item }));
  const children = beginning('CHILD#').map((item) => ({ child: childOf({ ...item }), open: item['open'] !== undefined }));
  const table = memory.asTable('sim');
  const progress = await Promise.all(entries.map(async (e) => [e.seq, await readProgress(table, e)] as const));
  return {
    play,
    entries,
    followers,
    claims,
    opened: new Map(results.filter(({ claim }) => claim.owner === 'opened').map(({ shard, claim }) => [shard, claim.seq])),
    children,
    touched: new Set([
      ...play.reporters.touched,
      ...claims.flatMap(({ claim }) => claim.entry?.again?.child.follower_order_id ?? []),
    ]),
    ended: endedOf({ entries, followers, claims, children }),
    ledgers: ledgersIn(beginning('LEDGER#')),
    open: items.filter(isAsked).map((item) => item.sk),
    overlays: beginning('OVERLAY#').map((item) => item['overlay'] as Overlay),
    trail: trailIn(beginning('AUDIT#')),
    refused: new Set(beginning('REFUSED#').map((item) => (item['refused'] as { external_id: string }).external_id)),
    letters: items
      .filter((item) => item.pk.endsWith('#DEAD'))
      .map((item) => ({ pk: item.pk, letter: item['letter'] as DeadLetter })),
    progress: new Map(progress),
  };
}

const overlayAction = 'overlay.';
const trailIn = (items: readonly Item[]): Snapshot['trail'] =>
  items
    .filter((item) => String(item['action']).startsWith(overlayAction))
    .map((item) => ({ action: String(item['action']).slice(overlayAction.length), overlay: item['after'] as Overlay }));

/** What somebody still has to do: entries and asks that are not done, flips that are not reverted, alarms that would find them. */
const isAsked = ({ pk, sk }: { pk: string; sk: string }): boolean =>
  pk.startsWith('OPEN#') || sk.startsWith('ROSTER#TODO#') || sk.startsWith('FLIP#');

const ledgersIn = (items: readonly (Item & { pk: string; sk: string })[]): Snapshot['ledgers'] =>
  new Map(
    items.map((item) => [`${shardIn(item.pk)} ${item.sk.slice('LEDGER#'.length)}`, unpackLedger(item['rows'] as Uint8Array)]),
  );

function endedOf({
  entries,
  followers,
  claims,
  children,
}: Pick<Snapshot, 'entries' | 'followers' | 'claims' | 'children'>): Ended[] {
  const bySeq = new Map(entries.map((e) => [e.seq, e]));
  const byPlace = new Map(followers.map((f) => [`${f.shard}/${f.place}`, f]));
  const own = new Map(children.map((c) => [`${c.child.follower_id} ${lineNumber(c.child)}`, c]));
  return claims.flatMap(({ shard, claim }) =>
    claim.rows.flatMap((planned): Ended[] => {
      // What goes out again is another child's.
      if (claim.entry?.kind === 'resend') return [];
      const entry = claim.entry ?? bySeq.get(claim.seq);
      const follower = byPlace.get(`${shard}/${planned.place}`);
      const outcome = claim.outcomes.find((o) => o.place === planned.place);
      if (entry === undefined || follower === undefined || outcome === undefined) return [];
      const mine = own.get(`${follower.follower_id} ${lineNumber(claim)}`);
      const { state, code, unknown } = mine?.child ?? outcome;
      const id = childIdOf(entry, shard, planned.place);
      const row = mine?.child.row ?? planned;
      return [
        {
          entry,
          line: lineNumber(claim),
          follower,
          id,
          outcome,
          own: mine,
          row,
          planned,
          state,
          code,
          unknown: unknown === true,
        },
      ];
    }),
  );
}

export const nameOf = (follower: Follower): string => `${follower.follower_id.slice(-6)} (${follower.shard}/${follower.place})`;
export const where = ({ entry, follower }: Pick<Ended, 'entry' | 'follower'>): string =>
  `${entry.kind} ${entry.seq}, ${nameOf(follower)}`;
