/** The log and the numbers of a run, counted once more by an oracle of the simulation's own. */
import type { LogEntry } from '../../../shared/domain/mirroring/entry.ts';
import { levelsOf, movementOf, size } from '../../../shared/domain/mirroring/plan.ts';
import type { Counted } from '../../../shared/domain/overlays/counted.ts';
import { decimal, format } from '../../../shared/kit/decimal.ts';
import type { Check } from './invariants.ts';
import {
  type Book,
  equal,
  expected,
  fixedUp,
  givenBack,
  type Move,
  managerAfter,
  minus,
  nothing,
  plain,
  plus,
  type Ratio,
  ratio,
  retargeted,
  reverted,
  type Shape,
  sameSign,
  show,
  synced,
  zero,
} from './oracle.ts';
import { isReverted } from './shaped.ts';
import { type Ended, nameOf, type Snapshot, where } from './snapshot.ts';

/** Consecutive, in time, each order once, the manager's positions as they follow from it, and what clients were told. */
export const log: Check = (snapshot) => {
  const { entries } = snapshot;
  const wrong: string[] = [];
  let last = '';
  for (const [i, { seq, accepted_at }] of entries.entries()) {
    if (seq !== i + 1) wrong.push(`entry ${i + 1} of the log has seq ${seq}`);
    if (accepted_at < last) wrong.push(`entry ${seq} was accepted before the one before it`);
    last = accepted_at;
  }
  for (const [i, { order, pinned, seq }] of entries.entries()) {
    const before = positionsIn(entries.slice(0, i), order.symbol).at(-1)?.after ?? zero;
    const after = positionsIn(entries.slice(0, i + 1), order.symbol).at(-1)?.after ?? zero;
    if (!equal(ratio(pinned.position_before), before) || !equal(ratio(pinned.position_after), after))
      wrong.push(`entry ${seq}: ${pinned.position_before} to ${pinned.position_after}, it is ${show(before)} to ${show(after)}`);
  }
  return [...wrong, ...answers(snapshot)];
};

/** The manager's moves in a symbol: orders that were canceled by then count with what was filled of them. */
export function positionsIn(entries: readonly LogEntry[], symbol: string): { seq: number; before: Ratio; after: Ratio }[] {
  const mine = entries.filter((e) => e.order.symbol === symbol);
  const filled = new Map(mine.flatMap((e) => (e.kind === 'cancel' ? [[e.cancels.seq, e.filled_qty] as const] : [])));
  let stands = zero;
  return mine.map((e) => {
    const before = stands;
    if (e.kind === 'order')
      stands = managerAfter(before, e.order.side, filled.get(e.seq) ?? e.order.qty, e.order.reduce_only === true);
    return { seq: e.seq, before, after: stands };
  });
}

const answers: Check = ({ entries, play, refused }) => {
  const orders = entries.filter((e) => e.kind === 'order');
  const byExternal = Map.groupBy(orders, (e) => e.order.external_id);
  const doubled = [...byExternal].filter(([, all]) => all.length > 1).map(([name]) => `${name} stands in the log twice`);
  const givenUp = play.world.lines.intents.dead.join();
  const wrong = play.answers.flatMap(({ externalId, way, orderId, seq }) => {
    const entry = byExternal.get(externalId)?.[0];
    if (orderId !== undefined)
      return entry?.manager_order_id === orderId && entry.seq === seq
        ? []
        : [`${externalId} was answered ${seq}, it is ${entry?.seq}`];
    const decided = entry !== undefined || refused.has(externalId) || givenUp.includes(`"${externalId}"`);
    return way === 'api' || decided ? [] : [`${externalId} of the bus is neither accepted, refused nor given up`];
  });
  const asked = new Set(play.answers.map((a) => a.externalId));
  const strange = orders.filter((e) => !asked.has(e.order.external_id)).map((e) => `nobody asked for order ${e.seq}`);
  return [...doubled, ...wrong, ...strange, ...cancels(entries, play)];
};

/** An order is canceled once at most, and who canceled it was told the cancel's own entry. */
function cancels(entries: readonly LogEntry[], { cancels: told }: Snapshot['play']): string[] {
  const all = entries.filter((e) => e.kind === 'cancel');
  const twice = [...Map.groupBy(all, (e) => e.cancels.seq)].filter(([, of]) => of.length > 1);
  const wrong = told.filter(
    (t) =>
      !all.some((e) => e.seq === t.seq && e.manager_order_id === t.manager_order_id && e.cancels.manager_order_id === t.orderId),
  );
  return [
    ...twice.map(([seq]) => `order ${seq} was canceled twice`),
    ...wrong.map((t) => `a cancel was answered ${t.seq}, which it is not`),
  ];
}

const levelNames = ['baseline', 'target', 'base_want', 'want'] as const;

/** A follower's outcomes in one symbol, in sequence. */
function chains({ ended }: Snapshot): Map<string, Ended[]> {
  const sorted = [...ended].sort((a, b) => a.line - b.line);
  return Map.groupBy(sorted, (e) => `${e.follower.follower_id} ${e.entry.order.symbol}`);
}

/** Each follower's numbers, entry by entry. */
export const arithmetic: Check = (snapshot) =>
  [...chains(snapshot).values()].flatMap((chain) =>
    chain.flatMap((e, i) => {
      if (e.planned.fate === 'broken') return [];
      const begins = chain.findIndex((other) => other.planned.joined === e.planned.joined);
      const started = startedWith(chain[begins] as Ended, begins > 0);
      const before = bookAfter(snapshot, chain.slice(begins, i), started);
      const again = e.entry.kind === 'cancel' ? bookAfter(snapshot, chain.slice(begins, i + 1), started) : before;
      const should = stepped(e, again);
      const wrong = [
        ...(i > begins ? linked(chain[i - 1] as Ended, e) : []),
        ...settings(snapshot, e),
        ...replayed(e),
        ...level('want', e.row.after.want, should.book.want),
        ...level('base_want', e.row.after.base_want, should.book.twin.want),
        ...flipped(e, before, should.book),
        ...sized(e, should.qty),
      ];
      return wrong.map((text) => `${where(e)}: ${text}`);
    }),
  );

const level = (name: string, is: string, should: Ratio): string[] =>
  equal(should, ratio(is)) ? [] : [`${name} is ${is}, it is ${show(should)}`];

/** The names that a claim recorded are the flips that stand in the levels; a revert is about one of them. */
function flipped({ planned, entry }: Ended, before: Book, after: Book): string[] {
  const named = planned.inputs.flips ?? '';
  const stands = planned.inputs.stands ?? '';
  return [
    ...(named === before.flips.join(' ') ? [] : [`the flips [${named}] stand in its levels, it is [${before.flips.join(' ')}]`]),
    ...(entry.kind !== 'cancel' || stands === after.flips.join(' ')
      ? []
      : [`folded again, [${stands}] stand in its levels, it is [${after.flips.join(' ')}]`]),
    ...(entry.kind !== 'revert' || before.flips.includes(entry.ask.overlay_id ?? '')
      ? []
      : ['it is reverted, and was not flipped']),
  ];
}

/** Where a follower's entries leave it. A cancel folds again from the first order that it is about: what one before that took out stays out. */
function bookAfter(snapshot: Snapshot, chain: readonly Ended[], started: Book): Book {
  const last = chain.findLastIndex((e) => e.entry.kind === 'cancel');
  const cancel = chain[last];
  let book = started;
  if (cancel !== undefined) {
    const known = snapshot.entries.filter((e) => e.seq <= cancel.entry.seq);
    const moves = positionsIn(known, cancel.entry.order.symbol);
    const canceledAgain = (e: Ended) => (e.entry.seq < fromOf(cancel) ? standing(snapshot, book, e) : book);
    for (const e of chain.slice(0, last)) book = e.entry.kind === 'cancel' ? canceledAgain(e) : movedBy(e, book, moves);
    book = standing(snapshot, book, cancel);
  }
  for (const e of chain.slice(last + 1)) book = stepped(e, book).book;
  return book;
}

const fromOf = ({ entry }: Ended): number => (entry.kind === 'cancel' ? entry.from_seq : entry.seq);

/** What comes back by a cancel of a flip that was reverted by then, in its symbol or in all, goes at once. */
const standing = (snapshot: Snapshot, book: Book, cancel: Ended): Book =>
  book.flips.some((flip) => isReverted(snapshot, flip, cancel)) ? reverted(book) : book;

type Moves = ReturnType<typeof positionsIn>;

/** An entry as it counts now that orders before a cancel were canceled. */
function movedBy(e: Ended, book: Book, moves: Moves): Book {
  if (e.planned.fate === 'broken') return book;
  const move = moves.findLast((m) => m.seq <= e.entry.seq) ?? { before: zero, after: zero };
  if (e.entry.kind === 'order')
    return expected(book, zero, { ...moveOf(e), before: move.before, after: move.after }, rulesOf(e)).book;
  return askedFor(e, book, move.after);
}

function askedFor(e: Ended, book: Book, stands: Ratio): Book {
  if (e.entry.kind === 'flatten') return nothing;
  if (e.entry.kind === 'revert') return reverted(book);
  return e.entry.kind === 'sync' ? synced(book, stands, moveOf(e), rulesOf(e)) : book;
}

/** An entry on its own: where it leaves a follower, and what its child asks for. */
function stepped(e: Ended, book: Book): { book: Book; qty: Ratio } {
  const told = ratio(e.row.before.told);
  if (e.entry.kind === 'order') return expected(book, told, moveOf(e), rulesOf(e));
  if (e.entry.kind === 'fixup') {
    const qty = e.row.code === 'fixup_dropped' ? zero : fixedUp(book.want, told, moveOf(e), rulesOf(e));
    return { book, qty };
  }
  const after = e.entry.kind === 'cancel' ? book : askedFor(e, book, moveOf(e).after);
  if (e.entry.kind === 'revert') return { book: after, qty: givenBack(after.want, told, moveOf(e), rulesOf(e)) };
  const withheld = e.entry.kind === 'sync' && !equal(moveOf(e).after, zero) && (!rulesOf(e).allowed || rulesOf(e).byNav);
  const qty = withheld ? zero : retargeted(after.want, told, moveOf(e), rulesOf(e));
  if (e.entry.kind !== 'cancel' || e.row.inputs.was === 'happened' || e.row.inputs.was === 'unknown') return { book: after, qty };
  // Nothing happened that could be taken back: only what the cancel moved is traded back.
  return { book: after, qty: sameSign(qty, minus(after.want, ratio(e.planned.before.want))) ? qty : zero };
}

/** Who joined begins with nothing; who joined again, with what it was told. */
function startedWith({ planned }: Ended, again: boolean): Book {
  const told = again ? ratio(planned.before.told) : zero;
  return plain({ target: told, want: told });
}

/** What was not sent may have any quantity; what was, or was withheld by its size, has this one. */
function sized(e: Ended, qty: typeof zero): string[] {
  const unsized = e.planned.fate === 'wait' && e.outcome.lane === true && e.own === undefined;
  if (unsized || equal(qty, ratio(e.row.qty))) return [];
  return [`quantity is ${e.row.qty}, it is ${show(qty)}`];
}

function linked(previous: Ended, e: Ended): string[] {
  const differs = levelNames.filter((name) => previous.planned.after[name] !== e.planned.before[name]);
  return differs.map(
    (name) => `${name} before is ${e.planned.before[name]}, entry ${previous.entry.seq} left ${previous.planned.after[name]}`,
  );
}

/** The settings that were recorded are those that the follower had in that version. */
function settings({ play }: Snapshot, { follower, planned, entry }: Ended): string[] {
  const had = play.world.watcher.settings.get(`${follower.follower_id} ${planned.ver}`);
  if (had === undefined) return [`nobody knows version ${planned.ver}`];
  const { symbols } = had;
  const allowed = symbols?.deny?.includes(entry.order.symbol) !== true && (symbols?.allow?.includes(entry.order.symbol) ?? true);
  const { scale, cap, mode, allow_short, symbol_allowed, basis } = planned.inputs;
  const is = [scale, cap, mode, allow_short, symbol_allowed, basis].join();
  const was = [had.scale, had.max_pos_usd, had.mode, had.allow_short, allowed, had.scale_basis].join();
  return is === was ? [] : [`recorded are ${is}, version ${planned.ver} has ${was}`];
}

/** The same code on the same inputs gives the same numbers. */
function replayed({ row, entry }: Ended): string[] {
  if (entry.kind !== 'order') return [];
  const again = size(levelsOf(row.before), movementOf(entry), row.inputs);
  const levels = levelNames.filter((name) => format(again.after[name]) !== row.after[name]);
  return [
    ...levels.map((name) => `${name} is replayed as ${format(again.after[name])}, it was ${row.after[name]}`),
    ...(format(again.qty) === row.qty ? [] : [`quantity is replayed as ${format(again.qty)}, it was ${row.qty}`]),
  ];
}

function moveOf({ entry: { pinned, order } }: Ended): Move {
  return {
    before: ratio(pinned.position_before),
    after: ratio(pinned.position_after),
    price: ratio(order.ref_price),
    increment: ratio(pinned.increment),
    minQty: ratio(pinned.min_qty ?? '0'),
    minNotional: ratio(pinned.min_notional ?? '0'),
  };
}

/** An overlay as a claim has it. */
export const shapeOf = (o: Counted): Shape =>
  o.kind === 'flip' ? { name: o.overlay_id, amplify: o.amplify } : { name: o.overlay_id, boost: o.boost, invert: o.invert };

const rulesOf = ({ row: { inputs } }: Ended) => ({
  scale: inputs.scale,
  cap: inputs.cap,
  allowShort: inputs.allow_short,
  allowed: inputs.symbol_allowed,
  byNav: inputs.basis === 'nav',
  certain: inputs.only?.certain,
  shapes: (inputs.overlays ?? []).map(shapeOf),
});

/** The ledger is where the last entry left each follower; and what its children were told when they were planned. */
export const ledgers: Check = (snapshot) =>
  [...chains(snapshot).values()].flatMap((chain) => {
    const last = chain.at(-1);
    if (last === undefined) return [];
    const { follower, entry, planned } = last;
    const row = snapshot.ledgers.get(`${follower.shard} ${entry.order.symbol}`)?.get(follower.place);
    const differs = levelNames.filter((name) => row?.[name] !== planned.after[name]);
    return [
      ...differs.map(
        (name) => `${nameOf(follower)}: the ledger's ${name} is ${row?.[name]}, its last entry left ${planned.after[name]}`,
      ),
      ...toldBefore(snapshot, chain),
    ];
  });

/** While nobody reports or settles, told is the sum of what happened before. */
function toldBefore({ touched }: Snapshot, chain: readonly Ended[]): string[] {
  let told = zero;
  for (const e of chain) {
    if (touched.has(e.id)) return [];
    // Of what was not to go out nobody waited to hear what was told.
    const counts = e.planned.fate === 'send' || (e.planned.fate === 'wait' && e.own !== undefined);
    if (counts && !equal(told, ratio(e.row.before.told)))
      return [`${where(e)}: told before is ${e.row.before.told}, it is ${show(told)}`];
    if (e.state === 'ack' && !e.unknown) told = plus(told, ratio(format(decimal(e.row.qty))));
  }
  return [];
}
