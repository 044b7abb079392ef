import { milliseconds } from '../../kit/clock.ts';
import { limits } from '../../wiring/limits.ts';
import type { Table } from './client.ts';
import type { Key } from './keys.ts';
import { getItem } from './lookups.ts';

/**
 * The mark that a request leaves under its seed, in the transaction of its change: who runs it again finds the change made. It
 * stays as long as the request may be run again: the request's idempotency record is older than the mark.
 */
export const requestMark = <More extends object>(key: Key, changedAt: string, more?: More) => ({
  ...key,
  ...more,
  ttl: Math.floor(milliseconds(changedAt) / 1000) + 2 * limits.idempotencyHours * 3600,
});

/** Whether a request has left its mark. */
export const isMarked = async (table: Table, key: Key): Promise<boolean> => (await getItem(table, key)) !== undefined;
