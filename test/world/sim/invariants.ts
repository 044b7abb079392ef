/** What must hold when a run has come to rest, whatever happened on the way. Each check gives what is wrong. */
import { unknownName } from '../../../shared/domain/mirroring/child.ts';
import { childOrderBody } from '../../../shared/domain/mirroring/delivery.ts';
import { canceledChildId } from '../../../shared/domain/mirroring/entry.ts';
import { type ChildState, openStates } from '../../../shared/domain/mirroring/states.ts';
import { add, type Decimal, decimal, format, zero } from '../../../shared/kit/decimal.ts';
import { heard } from './heard.ts';
import { hasLateWord, leavesOut } from './known.ts';
import { arithmetic, ledgers, log } from './recount.ts';
import { overlayChecks } from './shaped.ts';
import { type Ended, nameOf, type Snapshot, where } from './snapshot.ts';

export type Check = (snapshot: Snapshot) => string[];

/** Exactly one outcome for each entry of the log and follower that was there before it. */
const outcomes: Check = ({ play, entries, followers, claims, opened }) =>
  entries.flatMap(({ seq, pinned }) =>
    followers.flatMap((follower) => {
      const { shard, place, follower_id, joined_seq, status } = follower;
      const takesPart = shard < pinned.shards && (opened.get(shard) ?? 0) < seq;
      const here = claims.filter((c) => c.shard === shard && c.claim.seq === seq && c.claim.k === undefined).map((c) => c.claim);
      const rows = here.flatMap((c) => c.rows.filter((r) => r.place === place)).length;
      const told = here.flatMap((c) => c.outcomes.filter((o) => o.place === place)).length;
      const joined = play.world.watcher.joined.get(follower_id) ?? 0;
      // Who left, or joined again, may have been gone when its shard came to the entry.
      const stayed = joined_seq < seq && status !== 'left';
      const least = takesPart && joined < seq && stayed ? 1 : 0;
      const most = takesPart && joined < seq ? 1 : 0;
      const done = here.every((c) => c.state === 'done');
      const well = rows === told && rows >= least && rows <= most && here.length === Number(takesPart) && done;
      return well
        ? []
        : [`entry ${seq}, ${nameOf(follower)}: ${here.length} claims, ${rows} rows, ${told} outcomes, done ${done}`];
    }),
  );

/** What a follower asked concerns it alone, and is done. */
const asks: Check = ({ claims, followers }) => [
  ...claims.flatMap(({ shard, claim }) => {
    // Of a revert who is concerned follows from the levels: overlays.ts.
    if (claim.k === undefined || claim.entry?.kind === 'revert') return [];
    const places = claim.rows.map((r) => r.place);
    const asked = followers.find((f) => f.follower_id === claim.entry?.ask.follower_id);
    const well = claim.state === 'done' && places.length === 1 && asked?.place === places[0] && asked?.shard === shard;
    return well ? [] : [`${claim.entry?.kind} ${claim.seq}.${claim.k} is ${claim.state} for ${places.join()}`];
  }),
  ...followers.filter((f) => f.status === 'leaving').map((f) => `${nameOf(f)} is still leaving`),
];

/** A child that lives on after its shard has a row of its own, and nobody else has. All have ended. */
const rows: Check = ({ ended, touched }) =>
  ended.flatMap((e) => {
    const { outcome, own, state, id } = e;
    const livesOn = outcome.lane === true || outcome.unknown === true || outcome.state === 'dead_lettered';
    const mayHave = livesOn || touched.has(id);
    const wrong = [
      ...(livesOn && own === undefined ? [`its shard says ${outcome.state}, and it has no row`] : []),
      ...(!mayHave && own !== undefined ? [`its shard says ${outcome.state}, and its row ${state}`] : []),
      ...(own !== undefined && own.child.follower_order_id !== id ? ['its row has another id'] : []),
      ...(own?.open === true ? [`its row is still open, ${state}`] : []),
      ...(openStates.has(state) ? [`it is still ${state}`] : []),
      ...(state === 'expired' && e.row.phase === 'reduce' ? ['it reduces, and expired'] : []),
    ];
    return wrong.map((text) => `${where(e)}: ${text}`);
  });

/** The bytes that left follow from what was recorded. */
const bytes: Check = ({ ended, play }) => {
  const byId = new Map(ended.map((e) => [e.id, e]));
  const checked = new Set<string>();
  return play.world.endpoints.arrivals.flatMap(({ id, body }) => {
    if (checked.has(id)) return [];
    checked.add(id);
    const child = byId.get(id);
    if (child === undefined) return [`delivery ${id} is nobody's child`];
    const again = JSON.parse(childOrderBody(child.entry, child.row, child.follower, { number: 1, at: body.ts }));
    const same = (b: object) => JSON.stringify({ ...b, audit: 0 });
    return same(again) === same(body) ? [] : [`${where(child)}: recorded is ${same(again)}, sent was ${same(body)}`];
  });
};

const happened = new Set<ChildState>(['ack', 'partially_filled', 'confirmed']);

/** What the platform knows is so. What a cancel took back may have happened before, and counts no more. */
const truth: Check = ({ ended, play: { world, reporters } }) =>
  ended
    .filter((e) => !e.unknown && !reporters.touched.has(e.id) && !(e.state === 'canceled' && world.endpoints.canceled.has(e.id)))
    .filter((e) => happened.has(e.state) !== world.endpoints.taken.has(e.id))
    .map((e) => `${where(e)}: ${e.state}, and its endpoint ${happened.has(e.state) ? 'never took it' : 'took it'}`);

/** told is where endpoints stand, by the children that are known. A cancel says where that is, whatever came before. */
const told: Check = ({ ended, followers, ledgers: books, play, touched }) => {
  const byId = new Map(ended.map((e) => [e.id, e]));
  const heardOf = followers.filter((f) => !play.reporters.unheard.has(f.follower_id));
  return heardOf.flatMap((follower) => {
    const symbols = new Set(ended.filter((e) => e.follower === follower).map((e) => e.entry.order.symbol));
    return [...symbols].flatMap((symbol) => {
      let stands: Decimal = zero;
      const all = play.world.endpoints.takenBy(follower.follower_id, symbol);
      if (leavesOut.lateWordAfterCancel && hasLateWord(all, touched)) return [];
      for (const taken of all) {
        const child = byId.get(taken.id);
        // What was taken back counts for nothing, also while its cancel is said to be unknown once more.
        const back = child?.state === 'canceled' && child.own?.child.filled === undefined;
        if (child?.unknown === true || (back && play.world.endpoints.canceled.has(taken.id))) continue;
        const absolute = taken.body.type === 'cancel' && !taken.behind;
        stands = absolute ? decimal(taken.body.position_after) : add(stands, taken.counts);
      }
      const own = books.get(`${follower.shard} ${symbol}`)?.get(follower.place)?.told ?? '0';
      const moved = follower.moved[symbol] ?? '0';
      if (add(decimal(own), decimal(moved)) === stands) return [];
      return [`${nameOf(follower)} ${symbol}: told is ${own} + ${moved}, its endpoint stands at ${format(stands)}`];
    });
  });
};

/** A child whose cancel was answered is known. */
const takenBack: Check = ({ ended }) => {
  const byId = new Map(ended.map((e) => [e.id, e]));
  return ended.flatMap((e) => {
    if (e.entry.kind !== 'cancel' || e.unknown || !happened.has(e.state)) return [];
    const other = byId.get(canceledChildId(e.entry, e.follower.shard, e.follower.place));
    return other?.unknown === true ? [`${where(other)}: unknown, though its cancel was answered`] : [];
  });
};

const lanes: Check = ({ followers, children }) =>
  followers.flatMap((follower) => {
    const { lane_in, lane_out, unknown, follower_id } = follower;
    const expected = children.map(({ child }) => child).filter((c) => c.follower_id === follower_id && c.unknown);
    const list = (all: string[]) => all.sort().join();
    const named = list(Object.entries(unknown).map(([name, qty]) => `${name}: ${qty}`));
    const are = list(expected.map((c) => `${unknownName(c)}: ${c.row.qty}`));
    return [
      ...(lane_in === lane_out ? [] : [`${nameOf(follower)}: lane_in ${lane_in}, lane_out ${lane_out}`]),
      ...(named === are ? [] : [`${nameOf(follower)}: unknown are [${are}], named are [${named}]`]),
    ];
  });

const progress: Check = ({ entries, ended, progress: told, opened }) =>
  entries.flatMap(({ seq, pinned }) => {
    const { counts, shardsDone } = told.get(seq) ?? { counts: {}, shardsDone: 0 };
    const mine = ended.filter((e) => e.entry.seq === seq && !('k' in e.entry));
    const states = Object.entries(Object.groupBy(mine, (e: Ended) => e.state)).map(([state, all]) => `${state} ${all?.length}`);
    const unknown = mine.filter((e) => e.unknown).length;
    const expected = [...states, ...(unknown === 0 ? [] : [`unknown ${unknown}`])].sort().join(', ');
    const found = Object.entries(counts)
      .map(([state, n]) => `${state} ${n}`)
      .sort()
      .join(', ');
    const shards = [...opened].filter(([shard, at]) => shard < pinned.shards && at < seq).length;
    return [
      ...(shardsDone >= shards ? [] : [`order ${seq}: ${shardsDone} of ${shards} shards are done`]),
      ...(expected === found ? [] : [`order ${seq} counts ${found}; its children are ${expected}`]),
    ];
  });

const rest: Check = ({ open, play }) => [
  ...(open.length === 0 ? [] : [`OPEN or TODO# rows are left: ${open.join()}`]),
  ...play.world.errors.map((error) => `thrown: ${error}`),
  ...(['shards', 'lanes'] as const).flatMap((name) => {
    const { size, dead } = play.world.lines[name];
    return size + dead.length === 0 ? [] : [`${size} messages are left in ${name}, ${dead.length} were given up`];
  }),
];

/** Once for each tenant that has to do with the child, and on the queue that alarms. */
const deadLetters: Check = ({ letters, ended, play }) => {
  const dead = ended.filter((e) => e.state === 'dead_lettered');
  const expected = dead.flatMap((e) => [...new Set([e.follower.tenant_id, e.follower.vault_tenant_id])].map(() => e.id)).sort();
  const found = letters.map(({ letter }) => letter.follower_order_id).sort();
  const heardOf = new Set(
    play.world.lines.dlx.taken.map((m) => (JSON.parse(m.body) as { follower_order_id: string }).follower_order_id),
  );
  const silent = dead.filter((e) => !heardOf.has(e.id)).map((e) => `${where(e)}: its dead letter never reached the queue`);
  return [...(expected.join() === found.join() ? [] : [`dead letters are [${found}], dead are [${expected}]`]), ...silent];
};

const checks: readonly Check[] = [
  log,
  outcomes,
  asks,
  rows,
  bytes,
  truth,
  told,
  takenBack,
  lanes,
  progress,
  rest,
  deadLetters,
  arithmetic,
  ledgers,
  heard,
  ...overlayChecks,
];

/** Everything that is wrong with a run at rest. */
export const violationsOf = (snapshot: Snapshot): string[] => checks.flatMap((check) => check(snapshot));
