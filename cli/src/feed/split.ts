import { CliError, exitCodes } from '../exit.ts';
import { type Batch, externalIdOf, isOrder } from './read.ts';

/** EventBridge: 10 entries and 256 KiB a call, and so 256 KiB an entry. The platform: 100 orders a batch. */
export const limits = { entryBytes: 256 * 1024, callBytes: 256 * 1024, callEntries: 10, orders: 100 } as const;

export const source = 'vanta.os';
export const detailType = 'ManagerOrderBatch';

/** As EventBridge counts an entry without a time: source, detail type and detail, in UTF-8. */
export const entryBytes = (detail: string): number => Buffer.byteLength(source + detailType + detail);

/** Room for the predecessor that the first order of an event may be given: an external id has at most 128 characters. */
const predecessorBytes = 600;

/** A batch as events that are small enough, its orders in their order. */
export function eventsOf({ vault_id, orders }: Batch): Batch[] {
  const bare = entryBytes(JSON.stringify({ vault_id, orders: [] })) + predecessorBytes;
  const events: { vault_id: string; orders: unknown[] }[] = [];
  let bytes = 0;
  for (const [i, order] of orders.entries()) {
    const own = Buffer.byteLength(JSON.stringify(order)) + 1;
    if (bare + own > limits.entryBytes) throw tooLarge(order, i);
    const last = events.at(-1);
    const fits = last !== undefined && last.orders.length < limits.orders && bytes + own <= limits.entryBytes;
    if (fits) last.orders.push(order);
    else events.push({ vault_id, orders: [order] });
    bytes = fits ? bytes + own : bare + own;
  }
  return events;
}

const tooLarge = (order: unknown, i: number): CliError =>
  new CliError(
    exitCodes.refused,
    'order_too_large',
    `order ${i + 1} (${externalIdOf(order) ?? 'without external_id'}) is too large for an event; nothing was sent`,
  );

/** The event with `previous` as the predecessor of its first order, unless that names one itself. */
export function following(event: Batch, previous: string | undefined): Batch {
  const [first, ...rest] = event.orders;
  if (previous === undefined || !isOrder(first) || first['prev_external_id'] !== undefined) return event;
  return { ...event, orders: [{ ...first, prev_external_id: previous }, ...rest] };
}

/** Each vault's events in a chain: the bus itself keeps no order between events. */
export function chained(events: readonly Batch[]): Batch[] {
  const last = new Map<string, string>();
  return events.map((event) => {
    const linked = following(event, last.get(event.vault_id));
    const named = event.orders.map(externalIdOf).findLast((id) => id !== undefined);
    if (named !== undefined) last.set(event.vault_id, named);
    return linked;
  });
}

/** Entries in calls that are small enough, in their order. */
export function callsOf(details: readonly string[]): string[][] {
  const calls: string[][] = [];
  let bytes = 0;
  for (const detail of details) {
    const own = entryBytes(detail);
    const last = calls.at(-1);
    const fits = last !== undefined && last.length < limits.callEntries && bytes + own <= limits.callBytes;
    if (fits) last.push(detail);
    else calls.push([detail]);
    bytes = fits ? bytes + own : own;
  }
  return calls;
}
