/**
 * Read and write units by AWS's rules (Amazon DynamoDB developer guide, "DynamoDB read and write operations", "Amazon
 * DynamoDB Transactions: capacity management", "Using Global Secondary Indexes: write operations", read 2026-11-23).
 */
export type Consistency = 'eventual' | 'strong' | 'transaction';

const readBlock = 4096;
const writeBlock = 1024;
const factor: Record<Consistency, number> = { eventual: 0.5, strong: 1, transaction: 2 };

/** One read of so many bytes: an item of GetItem or BatchGetItem, or all items of a Query together. Nothing found costs a block. */
export const readUnits = (bytes: number, consistency: Consistency): number =>
  Math.max(1, Math.ceil(bytes / readBlock)) * factor[consistency];

/** An item's bytes before and after a write; 0 where there was or is none. A failed condition leaves `after` = `before`. */
export interface Image {
  readonly before: number;
  readonly after: number;
}

/**
 * One write, whether its condition held or not: the larger of both images, and at least one unit. In a transaction twice
 * that, condition checks and canceled transactions included.
 */
export const writeUnits = ({ before, after }: Image, inTransaction: boolean): number =>
  Math.max(1, Math.ceil(Math.max(before, after) / writeBlock)) * (inTransaction ? 2 : 1);

/** An item as a secondary index holds it: its key there, the bytes of what is projected, and whether these changed. */
export interface Projection {
  readonly key: string;
  readonly bytes: number;
}

/**
 * What a write costs in one secondary index: put into it or taken out of it, one write; moved to another key, two; what is
 * projected changed, one; else none.
 */
export function indexWriteUnits(before: Projection | undefined, after: Projection | undefined, changed: boolean): number {
  const units = (bytes: number) => Math.max(1, Math.ceil(bytes / writeBlock));
  if (before === undefined || after === undefined) return [before, after].reduce((n, p) => n + (p ? units(p.bytes) : 0), 0);
  if (before.key !== after.key) return units(before.bytes) + units(after.bytes);
  return changed ? units(Math.max(before.bytes, after.bytes)) : 0;
}

const sqsBlock = 64 * 1024;

/** Requests that SQS bills for one call: one per 64 KB of payload (Amazon SQS pricing). */
export const sqsRequests = (payloadBytes: number): number => Math.max(1, Math.ceil(payloadBytes / sqsBlock));
