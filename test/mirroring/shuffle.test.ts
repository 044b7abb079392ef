import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placesInOrder, servingOrder, shardsInOrder } from '../../shared/domain/mirroring/shuffle.ts';
import { chiSquare, orderIds, recomputed, type Shuffle, tally, upTo, wholeTable, worstItem, worstPair } from './support/draws.ts';

describe('the serving order', () => {
  const orderId = fc.stringMatching(/^mo_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
  const places = fc.uniqueArray(fc.nat(1023), { maxLength: 100 });
  const shard = fc.nat(1999);
  const fixed = { seed: 20260105, numRuns: 300 };

  it('is everybody once, as a hash tool and text order give it', () => {
    const holds = fc.property(orderId, shard, places, (id, s, items) => {
      expect(placesInOrder(id, s, items)).toEqual(recomputed(id, `shard/${s}`, items));
    });
    fc.assert(holds, fixed);
    expect(shardsInOrder('mo_1', 1000)).toEqual(recomputed('mo_1', 'shards', upTo(1000)));
  });

  it('depends on nothing but the id: not on the order in which items are named, nor on who else is served', () => {
    const holds = fc.property(orderId, places, fc.integer({ min: 1, max: 5 }), (id, items, nth) => {
      const order = servingOrder(id, 'shard/0', items);
      expect(servingOrder(id, 'shard/0', items.toReversed())).toEqual(order);
      const some = items.filter((_, i) => i % nth === 0);
      expect(servingOrder(id, 'shard/0', some)).toEqual(order.filter((item) => some.includes(item)));
    });
    fc.assert(holds, fixed);
  });

  it('is the same where hashes begin alike, and for more items than are sorted by how they begin', () => {
    expect(servingOrder('mo_1', 'shard/0', [3, 1, 3, 2])).toEqual(recomputed('mo_1', 'shard/0', [3, 1, 3, 2]));
    expect(shardsInOrder('mo_1', 10_000)).toEqual(recomputed('mo_1', 'shards', upTo(10_000)));
  });

  it('stays what it is: this order of this id was published', () => {
    expect(placesInOrder('mo_01HF7YAT00000000000000000A', 3, upTo(10))).toEqual([0, 9, 2, 1, 4, 8, 5, 3, 7, 6]);
    expect(shardsInOrder('mo_01HF7YAT00000000000000000A', 12)).toEqual([11, 3, 4, 2, 10, 8, 5, 6, 7, 1, 9, 0]);
  });
});

/**
 * Critical values for one test in a thousand to fail by chance, over all of its comparisons together: the worst of n items
 * (chi-square, n - 1 degrees of freedom, level 0.001 / n), the whole table ((n - 1)^2 degrees, level 0.001), the worst of
 * n (n - 1) / 2 pairs (normal, two-sided, level 0.001 by their number). The ids are fixed, so that the outcome is too.
 */
const critical = {
  20: { item: 52.81, table: 449.76, pair: 4.554 },
  100: { item: 170.8, table: 10239.4, pair: 5.198 },
} as const;
const ids = orderIds(6000);

const inShard =
  (shard: number): Shuffle =>
  (id, items) =>
    placesInOrder(id, shard, items);

describe.each([
  ['a shard of 20 places', 20, inShard(0)],
  ['a shard of 100 places', 100, inShard(7)],
  ['20 shards', 20, (id, items) => shardsInOrder(id, items.length)],
] as const satisfies readonly (readonly [string, 20 | 100, Shuffle])[])('over 6,000 orders, in %s', (_, size, shuffle) => {
  const counted = tally(shuffle, size, ids);
  const limit = critical[size];
  it('everybody is equally often at every position', () => expect(worstItem(counted)).toBeLessThan(limit.item));
  it('no position belongs to anybody', () => expect(wholeTable(counted)).toBeLessThan(limit.table));
  it('of two, each is equally often first', () => expect(worstPair(counted)).toBeLessThan(limit.pair));
});

describe('who is first', () => {
  // Chi-square of a 20 x 20 table, 399 degrees of freedom, level 0.001.
  const joint = (pairs: readonly (readonly [number, number])[]) =>
    chiSquare(upTo(400).map((cell) => pairs.filter(([a, b]) => a * 20 + b === cell).length));
  const firstOf = (id: string, shard: number) => placesInOrder(id, shard, upTo(20))[0] as number;

  it('in one shard says nothing of another', () => {
    expect(joint(ids.map((id) => [firstOf(id, 0), firstOf(id, 1)]))).toBeLessThan(492.02);
  });
  it('for one order says nothing of the next', () => {
    expect(joint(ids.slice(1).map((id, i) => [firstOf(ids[i] as string, 0), firstOf(id, 0)]))).toBeLessThan(492.02);
  });
});

/** Shuffles that look right and are not. */
const digits = (text: string): number[] => [...createHash('sha512').update(text).digest()];
const drawn = (id: string, i: number, size: number): number =>
  createHash('sha256').update(`${id}/${i}`).digest().readUInt32BE() % size;

/** Each item swapped with any other, as often seen: n^n ways for n! orders. */
const anySwap: Shuffle = (id, items) => {
  const order = [...items];
  for (const i of items) {
    const j = drawn(id, i, order.length);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
};
/** Starts anywhere and goes round: every position is fair, and yet one's neighbour is nearly always right before it. */
const goesRound: Shuffle = (id, items) => {
  const start = drawn(id, 0, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
};
/** Sorted by four bits of a hash; ties go to who registered first. */
const fewBits: Shuffle = (id, items) => {
  const keys = digits(id);
  return items.toSorted((a, b) => ((keys[a] ?? 0) >> 4) - ((keys[b] ?? 0) >> 4) || a - b);
};
const asRegistered: Shuffle = (_, items) => [...items];

describe('these tests can fail', () => {
  const { item, table, pair } = critical[20];
  const of = (shuffle: Shuffle) => {
    const counted = tally(shuffle, 20, ids);
    return { item: worstItem(counted) < item, table: wholeTable(counted) < table, pair: worstPair(counted) < pair };
  };

  it.each([
    ['the order of registration', asRegistered, { item: false, table: false, pair: false }],
    ['a swap with anybody', anySwap, { item: false, table: false, pair: false }],
    ['too few bits', fewBits, { item: false, table: false, pair: false }],
    ['going round', goesRound, { item: true, table: true, pair: false }],
  ])('%s is found out', (_, shuffle, fair) => expect(of(shuffle)).toEqual(fair));
});
