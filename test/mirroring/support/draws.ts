import { createHash } from 'node:crypto';
import { managerOrderId } from '../../../shared/domain/mirroring/accept.ts';

/** Brings items into an order that follows from an id. */
export type Shuffle = (orderId: string, items: readonly number[]) => number[];

/** Ids as accept makes them: the same at every run, so that a test of chance has no chance in it. */
export const orderIds = (count: number): string[] =>
  Array.from({ length: count }, (_, i) =>
    managerOrderId('vlt_01HF7YAT00000000000000000B', { external_id: `o-${i}`, ts: '2026-01-05T12:00:00.000Z' }),
  );

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Recomputed with a hash function and text order alone, sharing no code with the platform. */
export function recomputed(orderId: string, part: string, items: readonly number[]): number[] {
  const lines = items.map((item) => `${createHash('sha256').update(`${orderId}/${part}/${item}`).digest('hex')} ${item}`);
  return lines.toSorted().map((line) => Number(line.slice(65)));
}

export interface Tally {
  readonly draws: number;
  /** How often each item stood at each position. */
  readonly at: readonly (readonly number[])[];
  /** How often one item came before another. */
  readonly before: readonly (readonly number[])[];
}

export function tally(shuffle: Shuffle, size: number, ids: readonly string[]): Tally {
  const items = upTo(size);
  const at = items.map(() => items.map(() => 0));
  const before = items.map(() => items.map(() => 0));
  for (const id of ids) {
    const order = shuffle(id, items);
    for (const [position, item] of order.entries()) {
      (at[item] as number[])[position] = (at[item]?.[position] ?? 0) + 1;
      for (const later of order.slice(position + 1)) (before[item] as number[])[later] = (before[item]?.[later] ?? 0) + 1;
    }
  }
  return { draws: ids.length, at, before };
}

/** Pearson's statistic of counts that should all be the same. */
export function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

/** The least evenly spread item: chi-square over its positions. */
export const worstItem = ({ at }: Tally): number => Math.max(...at.map(chiSquare));

/**
 * All items and positions at once. Rows and columns of the table both add up to the number of draws, so that the sum times
 * (n - 1) / n is chi-square with (n - 1)^2 degrees of freedom.
 */
export const wholeTable = ({ at }: Tally): number =>
  (at.reduce((sum, row) => sum + chiSquare(row), 0) * (at.length - 1)) / at.length;

/** The least fair pair: how many standard deviations its "who is first" is away from even. */
export function worstPair({ draws, before }: Tally): number {
  const away = before.flatMap((row, i) => row.slice(i + 1).map((n) => Math.abs(n - draws / 2) / Math.sqrt(draws / 4)));
  return Math.max(...away);
}
