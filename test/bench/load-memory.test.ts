import { describe, expect, it } from 'vitest';
import { memoryOf, quarterTable } from '../../bench/load/memory.ts';

const points = (mbAt: (n: number) => number) => Array.from({ length: 101 }, (_, n) => ({ n, bytes: mbAt(n) * 1e6 }));

describe('the memory of the load test', () => {
  it.each([
    ['at rest', () => 500, []],
    ['warming up in the first half', (n: number) => Math.min(n, 50) * 20, []],
    ['growing all the time', (n: number) => 100 + 10 * n, ["the platform's memory grew by 58.8 % in the last half"]],
    ['at rest, but too high', () => 3500, ['the platform took 3500 MB']],
  ])('%s', (_, mbAt, faults) => expect(memoryOf(points(mbAt)).faults).toEqual(faults));
  it('shows every process in every quarter', () => {
    const samples = [0, 10, 40, 60, 100].map((arrived) => ({ at: 0, arrived, resident: { a: (arrived + 1) * 1e6, b: 5e6 } }));
    expect(quarterTable(samples, 100).split('\n').slice(2)).toEqual([
      '| a | 1 | 11 | 41 | 61 | 101 |',
      '| b | 5 | 5 | 5 | 5 | 5 |',
    ]);
  });
});
