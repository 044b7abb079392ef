import type { Exact } from './decimal.ts';
import type { Evidence } from './evidence.ts';
import type { Inbox, Received } from './inbox.ts';
import { kindOf, type Wish } from './mix.ts';
import type { Expected } from './oracle.ts';

/** One follower, judged by what reached it. */
export interface FollowerVerdict {
  readonly n: number;
  readonly kind: string;
  readonly missing: number;
  readonly unexpected: number;
  /** Deliveries of the right order with another side, quantity or position than the contract says. */
  readonly wrong: number;
  readonly held: ReadonlyMap<string, Exact>;
  readonly due: ReadonlyMap<string, Exact>;
  readonly drifts: boolean;
}

export interface Verdict {
  readonly followers: readonly FollowerVerdict[];
  readonly accepted: number;
  readonly refused: readonly { externalId: string; code: string | undefined }[];
  readonly deliveries: {
    all: number;
    unique: number;
    due: number;
    duplicates: number;
    badSignatures: number;
    outOfOrder: number;
  };
  /** Order time to arrival at the endpoint, of every unique delivery, ascending. */
  readonly latenciesMs: readonly number[];
  /** What is wrong, a sentence each; empty when nothing is. */
  readonly problems: readonly string[];
}

/** Compares what the endpoints received with what the contract says. */
export function judge(evidence: Evidence): Verdict {
  const { wishes, inboxes, expected, orders } = evidence;
  const followers = wishes.map((wish, n) =>
    judgeFollower(wish, inboxes[n] as Inbox, expected[n] as ReadonlyMap<number, Expected>),
  );
  const refused = orders.filter(({ seq }) => seq === null).map(({ externalId, code }) => ({ externalId, code }));
  const facts = {
    followers,
    refused,
    accepted: orders.length - refused.length,
    deliveries: totals(inboxes, expected),
    latenciesMs: latencies(evidence),
  };
  return { ...facts, problems: problemsOf(evidence, facts) };
}

function judgeFollower(wish: Wish, inbox: Inbox, expected: ReadonlyMap<number, Expected>): FollowerVerdict {
  const came = new Map(inbox.received.map((child) => [child.seq, child]));
  const due = new Map([...expected.values()].map(({ symbol, positionAfter }) => [symbol, positionAfter]));
  return {
    n: wish.n,
    kind: kindOf(wish),
    missing: [...expected.keys()].filter((seq) => !came.has(seq)).length,
    unexpected: inbox.received.filter(({ seq }) => !expected.has(seq)).length + inbox.received.length - came.size,
    wrong: [...came.values()].filter((child) => expected.has(child.seq) && !same(child, expected.get(child.seq))).length,
    held: inbox.positions,
    due,
    drifts: [...new Set([...due.keys(), ...inbox.positions.keys()])].some(
      (s) => (due.get(s) ?? 0n) !== (inbox.positions.get(s) ?? 0n),
    ),
  };
}

const same = (a: Received, b: Expected | undefined): boolean =>
  a.symbol === b?.symbol && a.side === b.side && a.qty === b.qty && a.positionAfter === b.positionAfter;

function totals(inboxes: readonly Inbox[], expected: Evidence['expected']): Verdict['deliveries'] {
  return {
    all: sum(inboxes, (i) => i.deliveries),
    unique: sum(inboxes, (i) => i.received.length),
    due: sum(expected, (children) => children.size),
    duplicates: sum(inboxes, (i) => i.duplicates),
    badSignatures: sum(inboxes, (i) => i.badSignatures),
    outOfOrder: sum(inboxes, (i) => i.outOfOrder),
  };
}

export const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

function latencies({ orders, inboxes }: Evidence): number[] {
  const acceptedAt = new Map(orders.map(({ seq, acceptedAtMs }) => [seq, acceptedAtMs]));
  const all = inboxes.flatMap(({ received }) =>
    received.map(({ seq, arrivedAtMs }) => arrivedAtMs - (acceptedAt.get(seq) ?? Number.NaN)),
  );
  return all.filter((ms) => !Number.isNaN(ms)).sort((a, b) => a - b);
}

/** The value that this share of the list does not exceed (nearest rank). */
export function percentile(ascending: readonly number[], share: number): number | undefined {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)];
}

/** How many, and of what; said only when it is not zero. */
type Count = readonly [count: number, sentence: string];

function problemsOf({ sent, orders, wishes, inboxes, children }: Evidence, facts: Omit<Verdict, 'problems'>): string[] {
  const { followers, deliveries, accepted, refused } = facts;
  const outcomes = sum(Object.values(children), (n) => n);
  const counts: Count[] = [
    [sent.length - orders.length, 'orders sent, but never accepted or refused'],
    [refused.length, `orders refused (${[...new Set(refused.map(({ code }) => code))].join(', ')})`],
    [sum(followers, (f) => f.missing), 'children that never reached their follower'],
    [sum(followers, (f) => f.unexpected), 'children that reached a follower, but by the contract should not exist'],
    [sum(followers, (f) => f.wrong), 'children with another side, quantity or position than the contract says'],
    [followers.filter((f) => f.drifts).length, 'followers that hold something else than the contract says'],
    [sum(inboxes, (i) => i.wrongPositions), 'children with a position_after that their follower did not reach'],
    [deliveries.badSignatures, 'deliveries with a bad signature'],
    [deliveries.outOfOrder, 'children that came after a later one of the same follower'],
    [accepted * wishes.length - outcomes, 'children without an outcome on the platform'],
    [Math.abs((children.ack ?? 0) - deliveries.unique), 'difference between what the platform calls ack and what arrived'],
  ];
  const faults = inboxes.flatMap((inbox, n) => inbox.faults.slice(0, 1).map((fault) => `follower ${n}: ${fault}`)).slice(0, 3);
  return [...counts.filter(([count]) => count !== 0).map(([count, sentence]) => `${sentence}: ${count}`), ...faults];
}
