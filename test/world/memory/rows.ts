import { bytesOfItem } from './sizes.ts';
import { type Item, orderTexts } from './values.ts';

export interface Key {
  readonly pk: string;
  readonly sk: string;
}
/** A stored item with its bytes. It is never changed, only replaced. */
export interface Row {
  readonly sk: string;
  readonly item: Item;
  readonly bytes: number;
}

export const rowOf = (sk: string, item: Item): Row => ({ sk, item, bytes: bytesOfItem(item) });

const none: readonly Row[] = [];

/** All items, by partition, in the order of their sort keys. */
export class Rows {
  readonly #partitions = new Map<string, Row[]>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get({ pk, sk }: Key): Row | undefined {
    const rows = this.#partitions.get(pk);
    if (rows === undefined) return undefined;
    const row = rows[firstFrom(rows, sk)];
    return row?.sk === sk ? row : undefined;
  }

  set(pk: string, row: Row): void {
    const rows = this.#partitions.get(pk);
    if (rows === undefined) {
      this.#partitions.set(pk, [row]);
      this.#count += 1;
      return;
    }
    const at = firstFrom(rows, row.sk);
    const isThere = rows[at]?.sk === row.sk;
    if (!isThere) this.#count += 1;
    if (at === rows.length) rows.push(row);
    else rows.splice(at, isThere ? 1 : 0, row);
  }

  delete({ pk, sk }: Key): void {
    const rows = this.#partitions.get(pk) ?? [];
    const at = firstFrom(rows, sk);
    if (rows[at]?.sk !== sk) return;
    rows.splice(at, 1);
    this.#count -= 1;
    if (rows.length === 0) this.#partitions.delete(pk);
  }

  partition(pk: string): readonly Row[] {
    return this.#partitions.get(pk) ?? none;
  }

  *all(): Iterable<Row> {
    for (const rows of this.#partitions.values()) yield* rows;
  }
}

/** The first row at or behind a sort key. */
export const firstFrom = (rows: readonly Row[], sk: string): number => {
  const last = rows.at(-1);
  // Most keys grow.
  if (last !== undefined && orderTexts(last.sk, sk) < 0) return rows.length;
  return firstWhere(rows, (key) => orderTexts(key, sk) >= 0);
};

/** The first row for which it holds, when it holds for all behind it too. */
export function firstWhere(rows: readonly Row[], holds: (sk: string) => boolean): number {
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds((rows[middle] as Row).sk)) to = middle;
    else from = middle + 1;
  }
  return from;
}
