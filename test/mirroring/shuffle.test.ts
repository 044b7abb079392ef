import { expect, it } from 'vitest';
import { servingOrder } from '../../shared/domain/mirroring/shuffle.ts';

const places = Array.from({ length: 10 }, (_, i) => i);

it('serves everybody once, the same way for the same order', () => {
  const order = servingOrder('mo_1', 'shard/0', places);
  expect([...order].sort((a, b) => a - b)).toEqual(places);
  expect(servingOrder('mo_1', 'shard/0', places)).toEqual(order);
  expect(servingOrder('mo_2', 'shard/0', places)).not.toEqual(order);
});

it('puts nobody first more often than others (chi-square, 1 % level)', () => {
  const draws = 5000;
  const first = places.map(() => 0);
  for (let i = 0; i < draws; i += 1) {
    const [winner = 0] = servingOrder(`mo_${i}`, 'shard/0', places);
    first[winner] = (first[winner] ?? 0) + 1;
  }
  const expected = draws / places.length;
  const chiSquare = first.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  // 21.67 is the 99 % quantile for nine degrees of freedom.
  expect(chiSquare).toBeLessThan(21.67);
});
