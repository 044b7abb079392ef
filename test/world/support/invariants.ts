/** What must hold when a run has come to rest, whatever happened on the way. Each check gives what is wrong. */

import type { Follower } from '../../../shared/domain/followers/follower.ts';
import { type Child, laneEnded, unknownName } from '../../../shared/domain/mirroring/child.ts';
import type { Outcome } from '../../../shared/domain/mirroring/claim.ts';
import { childIdOf } from '../../../shared/domain/mirroring/entry.ts';
import type { OrderEntry } from '../../../shared/domain/mirroring/order.ts';
import { type ChildState, openStates } from '../../../shared/domain/mirroring/states.ts';
import { add, decimal, format, negate, zero } from '../../../shared/kit/decimal.ts';
import type { ChildOrder } from './endpoints.ts';
import type { Final } from './final.ts';

/** One follower's outcome of one order, as the platform tells it. */
export interface Ended {
  readonly entry: OrderEntry;
  readonly follower: Follower;
  readonly id: string;
  readonly state: ChildState;
  readonly unknown: boolean;
  readonly code?: string | undefined;
  readonly qty: string;
  /** What the shard recorded of it. */
  readonly outcome: Outcome;
}

type Check = (final: Final, ended: readonly Ended[]) => string[];

/** Everything that is wrong with a run; empty when it is well. */
export function violationsOf(final: Final): string[] {
  const { ended, violations } = outcomes(final);
  return [...violations, ...checks.flatMap((check) => check(final, ended))];
}

export function outcomes(final: Final): { ended: Ended[]; violations: string[] } {
  const ended: Ended[] = [];
  const violations: string[] = [];
  if (final.entries.length !== final.asked) violations.push(`${final.entries.length} orders were accepted`);
  if (final.followers.length !== final.story.followers.length) violations.push(`${final.followers.length} followers are there`);
  for (const entry of final.entries) {
    for (const follower of final.followers) {
      const found = outcomeOf(final, entry, follower);
      if (typeof found !== 'string') ended.push(found);
      const wrong = typeof found === 'string' ? found : rowOf(final, found);
      if (wrong !== undefined) violations.push(`order ${entry.seq}, ${nameOf(follower)}: ${wrong}`);
    }
  }
  return { ended, violations };
}

export const nameOf = ({ webhook }: Pick<Follower, 'webhook'>): string => new URL(webhook.url).pathname.slice(1);

/** The one outcome of a follower, or what is wrong with it. */
function outcomeOf(final: Final, entry: OrderEntry, follower: Follower): Ended | string {
  const claims = final.claims.filter(({ shard, claim }) => shard === follower.shard && claim.seq === entry.seq);
  const [claim] = claims.map((c) => c.claim);
  if (claim === undefined || claims.length > 1) return `${claims.length} claims`;
  if (claim.state !== 'done') return 'the claim has no result';
  const rows = claim.rows.filter((r) => r.place === follower.place);
  const told = claim.outcomes.filter((o) => o.place === follower.place);
  const [row] = rows;
  const [outcome] = told;
  if (row === undefined || outcome === undefined || rows.length > 1 || told.length > 1)
    return `${rows.length} rows, ${told.length} outcomes`;
  const mine = ownRows(final, { entry, follower })[0]?.child;
  const { state, code, unknown } = mine ?? outcome;
  const id = childIdOf(entry, follower.shard, follower.place);
  return { entry, follower, id, state, code, unknown: unknown === true, qty: (mine?.row ?? row).qty, outcome };
}

const ownRows = ({ children }: Final, { follower, entry }: Pick<Ended, 'follower' | 'entry'>) =>
  children.filter(({ child }) => child.follower_id === follower.follower_id && child.seq === entry.seq);

/** What is wrong between a child's outcome and its own row, which it has when it lives on after its shard. */
function rowOf(final: Final, { id, entry, follower, state, outcome }: Ended): string | undefined {
  const own = ownRows(final, { entry, follower });
  const livesOn = outcome.lane === true || outcome.unknown === true || outcome.state === 'dead_lettered';
  if (own.length !== (livesOn ? 1 : 0)) return `its shard says ${outcome.state}, and ${own.length} rows of its own say ${state}`;
  if (openStates.has(state)) return `it is still ${state}`;
  const [mine] = own;
  if (mine === undefined) return undefined;
  if (mine.child.follower_order_id !== id) return 'its row has another id';
  return mine.open === laneEnded.has(state) ? `its row is ${state}, open is ${mine.open}` : undefined;
}

const bytesOf = ({ ts: _ts, audit: _audit, ...same }: ChildOrder): string => JSON.stringify(same);
const signed = ({ side, qty }: ChildOrder): string => (side === 'sell' ? format(negate(decimal(qty))) : qty);

const deliveries: Check = ({ endpoints }, ended) => {
  const byId = Map.groupBy(endpoints.arrivals, (a) => a.deliveryId);
  return [...byId].flatMap(([id, arrivals]) => {
    const child = ended.find((e) => e.id === id);
    const first = arrivals[0];
    if (child === undefined || first === undefined) return [`delivery ${id} (${first?.name}) is nobody's child`];
    const wrong = arrivals.some((a) => a.body.follower_order_id !== id || a.name !== nameOf(child.follower));
    return [
      ...(wrong ? [`delivery ${id} carries another child`] : []),
      ...(new Set(arrivals.map((a) => bytesOf(a.body))).size > 1 ? [`delivery ${id} changed its body`] : []),
      ...(signed(first.body) === child.qty ? [] : [`delivery ${id} said ${signed(first.body)}, recorded is ${child.qty}`]),
    ];
  });
};

/** A later child never comes while an earlier one waits: not only the first requests are in sequence, all are. */
const sequence: Check = ({ endpoints, story }) =>
  story.followers.flatMap(({ name }) => {
    const seqs = endpoints.of(name).map((a) => a.body.seq);
    return seqs.every((seq, i) => seq >= (seqs[i - 1] ?? 0)) ? [] : [`${name} saw ${seqs.join(', ')}`];
  });

const oneIdPerOrder: Check = ({ endpoints, story }) =>
  story.followers.flatMap(({ name }) => {
    const bySeq = Map.groupBy(endpoints.of(name), (a) => a.body.seq);
    return [...bySeq].flatMap(([seq, all]) =>
      new Set(all.map((a) => a.deliveryId)).size === 1 ? [] : [`${name} got order ${seq} under two ids`],
    );
  });

const happened = new Set<ChildState>(['ack', 'confirmed']);

const truth: Check = ({ endpoints }, ended) =>
  ended
    .filter((e) => !e.unknown && happened.has(e.state) !== endpoints.took(e.id))
    .map((e) => `order ${e.entry.seq}, ${nameOf(e.follower)}: ${e.state}, but taken is ${endpoints.took(e.id)}`);

const told: Check = (final, ended) =>
  final.followers.flatMap((follower) => {
    const mine = ended.filter((e) => e.follower === follower);
    return [...new Set(mine.map((e) => e.entry.order.symbol))].flatMap((symbol) => {
      const children = mine.filter((e) => e.entry.order.symbol === symbol && !e.unknown && final.endpoints.took(e.id));
      const taken = children.reduce((sum, { qty }) => add(sum, decimal(qty)), zero);
      const ledger = final.ledgers.find((l) => l.shard === follower.shard && l.symbol === symbol);
      const own = ledger?.rows.get(follower.place)?.told ?? '0';
      const sum = add(decimal(own), decimal(follower.moved[symbol] ?? '0'));
      const parts = `${own} + ${follower.moved[symbol] ?? '0'}`;
      return sum === taken ? [] : [`${nameOf(follower)} ${symbol}: told is ${parts}, its endpoint took ${format(taken)}`];
    });
  });

/** Whoever took everything stands where its last child said. */
const position: Check = (final, ended) =>
  final.followers.flatMap((follower) => {
    const mine = ended.filter((e) => e.follower === follower);
    const all = mine.every((e) => happened.has(e.state) || e.code === 'no_change');
    const last = final.endpoints.of(nameOf(follower)).at(-1)?.body.position_after ?? '0';
    const stands = format(mine.filter((e) => happened.has(e.state)).reduce((sum, e) => add(sum, decimal(e.qty)), zero));
    return !all || stands === last ? [] : [`${nameOf(follower)} stands at ${stands}, its last child said ${last}`];
  });

const lanes: Check = ({ followers, children }) =>
  followers.flatMap((follower) => {
    const { lane_in, lane_out, unknown } = follower;
    const own = children.map(({ child }) => child).filter((c) => c.follower_id === follower.follower_id);
    const named = Object.entries(unknown).map(([name, qty]) => `${name}: ${qty}`);
    const expected = own.filter((c) => c.unknown).map((c) => `${unknownName(c)}: ${c.row.qty}`);
    const differs = named.sort().join() !== expected.sort().join();
    return [
      ...(lane_in === lane_out ? [] : [`${nameOf(follower)}: lane_in ${lane_in}, lane_out ${lane_out}`]),
      ...(differs ? [`${nameOf(follower)}: unknown are [${expected}], named are [${named}]`] : []),
    ];
  });

const progress: Check = (final, ended) =>
  final.entries.flatMap(({ seq, pinned }) => {
    const { counts, shardsDone } = final.progress.get(seq) ?? { counts: {}, shardsDone: 0 };
    const mine = ended.filter((e) => e.entry.seq === seq);
    const states = Object.entries(Object.groupBy(mine, (e) => e.state)).map(([state, all]) => [state, all?.length]);
    const unknown = mine.filter((e) => e.unknown).length;
    const expected = [...states, ...(unknown === 0 ? [] : [['unknown', unknown]])];
    const text = (pairs: unknown[]) => pairs.map(String).sort().join(' ');
    const same = text(expected) === text(Object.entries(counts));
    return [
      ...(shardsDone === pinned.shards ? [] : [`order ${seq}: ${shardsDone} of ${pinned.shards} shards are done`]),
      ...(same ? [] : [`order ${seq} counts ${text(Object.entries(counts))}; its children are ${text(expected)}`]),
    ];
  });

const rest: Check = ({ openRows }) => (openRows === 0 ? [] : [`${openRows} OPEN rows are left`]);

/** The lane's dead letters and the shard's own, once for each tenant that has to do with the child. */
const deadLetters: Check = ({ letters, children, dlx }) => {
  const dead = children.map(({ child }) => child).filter((c) => c.state === 'dead_lettered');
  const tenantsOf = (c: Child) => new Set([c.tenant_id, c.vault_tenant_id]);
  const expected = dead.flatMap((c) => [...tenantsOf(c)].map(() => c.follower_order_id)).sort();
  const found = letters.map(({ letter }) => letter.follower_order_id).sort();
  const silent = dead.length > dlx;
  return [
    ...(expected.join() === found.join() ? [] : [`dead letters are [${found}], dead are [${expected}]`]),
    ...(silent ? ['a dead letter never reached its queue'] : []),
  ];
};

const checks: readonly Check[] = [deliveries, sequence, oneIdPerOrder, truth, told, position, lanes, progress, rest, deadLetters];
