/** Overlays: each counts in its time and for whom it is, nowhere else; what flips added is given back, once. */
import { lineNumber } from '../../../shared/domain/mirroring/entry.ts';
import type { OrderEntry } from '../../../shared/domain/mirroring/order.ts';
import type { Overlay } from '../../../shared/domain/overlays/overlay.ts';
import type { Check } from './invariants.ts';
import { equal, ratio } from './oracle.ts';
import { type Ended, nameOf, type Snapshot, where } from './snapshot.ts';

const endOf = ({ expires_at, ended_at }: Overlay): string => [expires_at ?? '~', ended_at ?? '~'].sort()[0] as string;

/** Whether an order may count it, by the time of the log, and by what was last when orders ceased to. */
function counts(overlay: Overlay, { seq, accepted_at }: OrderEntry, { play }: Snapshot): boolean {
  const stopped = play.world.watcher.stopped.get(overlay.overlay_id);
  return overlay.starts_at <= accepted_at && accepted_at < endOf(overlay) && (stopped === undefined || seq <= stopped.seq);
}

/** The overlays that an order must have counted for a follower: personas, and one flip, its own before the vault's. */
function expectedIn(snapshot: Snapshot, { entry, follower, planned }: Ended & { entry: OrderEntry }): string[] {
  const { allowed } = snapshot.play.world.watcher.settings.get(`${follower.follower_id} ${planned.ver}`) ?? {};
  const on = snapshot.overlays.filter((o) => counts(o, entry, snapshot));
  const own = on.find((o) => o.kind === 'flip' && o.follower?.follower_id === follower.follower_id);
  const flip = own ?? on.find((o) => o.kind === 'flip' && o.follower === undefined);
  const boosts = allowed?.persona_boosts === true ? on.filter((o) => o.kind === 'persona') : [];
  return [...boosts, ...(flip !== undefined && allowed?.flip_mode === true ? [flip] : [])].map(numbers);
}

const numbers = (o: Pick<Overlay, 'kind' | 'overlay_id' | 'amplify' | 'boost' | 'invert'>): string =>
  o.kind === 'flip' ? `${o.overlay_id} ${o.amplify}` : `${o.overlay_id} ${o.boost}${o.invert === true ? ' turned' : ''}`;

/** What is recorded is what must have counted; where that changes nothing, nothing is. */
const inTheirTime: Check = (snapshot) =>
  snapshot.ended.flatMap((e) => {
    if (e.entry.kind !== 'order' || e.planned.fate === 'broken') return [];
    const should = expectedIn(snapshot, e as Ended & { entry: OrderEntry })
      .sort()
      .join();
    const is = (e.planned.inputs.overlays ?? []).map(numbers).sort().join();
    return is === should || (is === '' && changesNothing(should)) ? [] : [`${where(e)}: counted were [${is}], it is [${should}]`];
  });

/** Who joins by sync is set by personas of the time when it asked, that its plan has, and by no flip. */
const syncedBy: Check = (snapshot) =>
  snapshot.ended.flatMap((e) => {
    if (e.entry.kind !== 'sync') return [];
    const { accepted_at } = e.entry;
    const had = snapshot.play.world.watcher.settings.get(`${e.follower.follower_id} ${e.planned.ver}`);
    const may = snapshot.overlays
      .filter((o) => o.kind === 'persona' && o.starts_at <= accepted_at && accepted_at < endOf(o))
      .map(numbers);
    const is = (e.planned.inputs.overlays ?? []).map(numbers);
    const wrong = is.filter((text) => !may.includes(text) || had?.allowed?.persona_boosts !== true);
    return wrong.map((text) => `${where(e)}: ${text} counted`);
  });

/** Boosts that add up to nothing, and turn nothing. */
function changesNothing(overlays: string): boolean {
  const all = overlays.split(',').map((text) => text.split(' '));
  const sum = all.reduce((n, [, boost]) => n + Math.round(Number(boost) * 1e6), 0);
  return overlays === '' || (sum === 0 && all.filter((words) => words[2] === 'turned').length % 2 === 0);
}

/** Each flip is reverted, said once, behind its end, by entries of each symbol's line that stand there once. */
const onceReverted: Check = (snapshot) => {
  const { overlays, trail, claims, play } = snapshot;
  const { watcher, rates } = play.world;
  const twice = [
    ...Map.groupBy(claims.filter(isRevert), ({ shard, claim }) => `${shard} ${claim.symbol} ${claim.entry?.ask.overlay_id}`),
  ]
    .filter(([, all]) => all.length > 1)
    .map(([name, all]) => `${name} was reverted ${all.length} times`);
  return [
    ...twice,
    ...overlays.flatMap((o) => {
      const said = (action: string) => trail.filter((t) => t.action === action && t.overlay.overlay_id === o.overlay_id).length;
      const isFlip = o.kind === 'flip';
      const shapes = isFlip || o.kind === 'persona';
      const stopped = watcher.stopped.get(o.overlay_id);
      return [
        ...(shapes && said('started') !== 1 ? [`${o.overlay_id} began ${said('started')} times`] : []),
        ...(shapes && said('ended') !== Number(o.ended_at !== undefined) ? [`${o.overlay_id} ended ${said('ended')} times`] : []),
        ...(said('reverted') === Number(isFlip) ? [] : [`${o.overlay_id} was said to be reverted ${said('reverted')} times`]),
        ...(isFlip && o.reverted_at === undefined ? [`${o.overlay_id} is not reverted`] : []),
        ...(stopped !== undefined && stopped.at + rates.skewMs / 2 < Date.parse(endOf(o))
          ? [`${o.overlay_id} ceased to count before its end`]
          : []),
      ];
    }),
  ];
};

/** Whether a flip's revert was done before an entry of a shard's line, in its symbol or in all. */
export function isReverted({ play, claims }: Snapshot, flip: string, { follower, line, entry }: Ended): boolean {
  if ((play.world.watcher.reverts.get(`${follower.shard} ${flip}`) ?? line) < line) return true;
  return claims.some(
    ({ shard, claim }) =>
      shard === follower.shard &&
      claim.symbol === entry.order.symbol &&
      claim.entry?.ask.overlay_id === flip &&
      lineNumber(claim) < line,
  );
}

const isRevert = ({ claim }: Snapshot['claims'][number]): boolean => claim.entry?.kind === 'revert';

/** At the end nobody has anything left of a flip: each stands where its twin does. */
const nothingLeft: Check = ({ followers, ledgers, play }) => [
  ...followers.flatMap((f) => (f.flip === undefined ? [] : [`${nameOf(f)} still has its flip`])),
  ...[...ledgers].flatMap(([at, rows]) =>
    followers.flatMap((f) => {
      const row = at.startsWith(`${f.shard} `) ? rows.get(f.place) : undefined;
      // What an earlier joining left counts no more.
      if (row === undefined || row.joined !== f.joined_seq) return [];
      const { baseline, target, base_want, want, flips } = row;
      const alike = equal(ratio(baseline), ratio(target)) && equal(ratio(base_want), ratio(want)) && flips === undefined;
      return alike
        ? []
        : [`${nameOf(f)} ${at}: target ${target}, want ${want}; its twin ${baseline}, ${base_want}; flips ${flips}`];
    }),
  ),
  // Of all items the vault's alone has `overlays`, as flip-store.ts writes them.
  ...[...play.world.storage.memory.items()].flatMap((item) =>
    ((item['overlays'] ?? []) as unknown as Overlay[]).flatMap((o) =>
      o.kind === 'flip' ? [`${o.overlay_id} still stands on the vault`] : [],
    ),
  ),
];

const dutyMs = 5_000;
/** Where nothing fails, with an exact timer: within the time that is promised, and ended by a halt. */
const inTime: Check = ({ overlays, play }) => {
  const { story, faults, rates, calm } = play.world;
  if (faults.struck.size > 0 || rates.skewMs > 0 || story.overlaid?.nets.timer !== true) return [];
  const halts = overlays.filter((o) => o.kind === 'halt');
  return overlays.flatMap((o) => {
    if (o.kind !== 'flip') return [];
    const lag = Date.parse(o.reverted_at ?? endOf(o)) - Date.parse(endOf(o));
    const outlived = halts.some((h) => o.starts_at <= h.starts_at && Date.parse(h.starts_at) + dutyMs < Date.parse(endOf(o)));
    return [
      // An endpoint that hangs holds up its shard.
      ...(lag > dutyMs && calm ? [`${o.overlay_id} was reverted ${lag} ms late`] : []),
      ...(outlived ? [`${o.overlay_id} went on in a halted vault`] : []),
    ];
  });
};

/** What came of overlays in a run. */
export function* shapedIn({ ended, overlays }: Snapshot): Iterable<string> {
  for (const { entry, planned, state } of ended) {
    for (const { kind } of planned.inputs.overlays ?? []) yield `${entry.kind} with a ${kind}`;
    if (planned.inputs.stands !== undefined) yield 'cancel in a flip';
    if (entry.kind === 'revert') yield planned.qty === '0' ? 'revert without a child' : `revert ${state}`;
  }
  for (const { kind, cause } of overlays) if (cause !== undefined) yield `${kind} ended: ${cause}`;
}

export const overlayChecks: readonly Check[] = [inTheirTime, syncedBy, onceReverted, nothingLeft, inTime];
