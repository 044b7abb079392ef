import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import { limits } from '../../wiring/limits.ts';
import type { Follower } from '../followers/follower.ts';
import type { VaultRecord } from '../vaults/vault.ts';
import type { Aftermath } from './aftermath.ts';
import {
  type AttemptResult,
  attemptOnce,
  type Delivery,
  type Dispatcher,
  type Heard,
  slowAfterMs,
  verdictOf,
} from './attempt.ts';
import { type Child, unknownName } from './child.ts';
import type { Claim, Outcome } from './claim.ts';
import { childOrderBody } from './delivery.ts';
import { childIdOf, type LineEntry, lineNumber, seedOf } from './entry.ts';
import { atPlaces } from './places.ts';
import { type ClaimRow, type PlannedRow, switchCode } from './plan.ts';
import { placesInOrder } from './shuffle.ts';

/** What operations may count: never decides anything. */
export type Observe = (attempt: {
  readonly latencyMs: number;
  readonly result: AttemptResult['kind'];
  readonly vault_id: string;
  readonly first: boolean;
}) => void;

/** Tells operators why a child became `dead_lettered: internal`; the API never shows it. */
export type Report = (follower: Pick<Follower, 'follower_id' | 'vault_id'>, error: unknown) => void;

export interface Batch {
  readonly entry: LineEntry;
  readonly rows: readonly PlannedRow[];
  readonly byPlace: readonly (Follower | undefined)[];
  readonly claim: Pick<Claim, 'lease_until'>;
  readonly vaultStatus: VaultRecord['status'];
  readonly shard: number;
  /** True for a claim that was taken over: the dead owner may have sent these already. */
  readonly repeated: boolean;
  /** Children that the dead owner kept as unknown, by place. */
  readonly kept: ReadonlyMap<number, Child>;
}
export interface DispatchPorts {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly observe: Observe;
  readonly report: Report;
}

/**
 * The rows of children that a dead owner kept as unknown. Read before anything is sent: an outage here fails the work, and
 * must not look like a child's own fault.
 */
export async function readKept(batch: Omit<Batch, 'kept'>, aftermath: Pick<Aftermath, 'kept'>): Promise<Map<number, Child>> {
  const { entry, shard, byPlace } = batch;
  const found = new Map<number, Child>();
  for (const { place } of batch.repeated ? batch.rows : []) {
    const follower = byPlace[place];
    const name = unknownName({ symbol: entry.order.symbol, follower_order_id: childIdOf(entry, shard, place) });
    const child = follower?.unknown[name] === undefined ? undefined : await aftermath.kept(follower, entry);
    if (child !== undefined) found.set(place, child);
  }
  return found;
}

/** A child that goes out. */
interface Going {
  readonly follower: Follower;
  readonly delivery: Delivery;
}

/**
 * Sends a shard's children in parallel, started in the order that the manager order's id draws. All are written, then all are sent, then
 * all answers are taken: the same short step a hundred times in a row costs less than between others.
 */
export async function dispatchRows(batch: Batch, ports: DispatchPorts): Promise<Outcome[]> {
  const at = ports.clock();
  if (at > quietFrom(batch.claim)) throw new Error('the lease ended before all was sent');
  const rows = atPlaces(batch.rows);
  const places = batch.rows.map(({ place }) => place);
  const outcomes: Outcome[] = [];
  const going: Going[] = [];
  for (const place of placesInOrder(seedOf(batch.entry), batch.shard, places)) {
    const ready = writeOne(batch, rows[place] as PlannedRow, at, ports.report);
    if ('delivery' in ready) going.push(ready);
    else outcomes.push(ready);
  }
  const answers = await Promise.allSettled(going.map(({ delivery }) => attemptOne(batch, delivery, ports.dispatcher)));
  for (let n = 0; n < going.length; n += 1) {
    outcomes.push(takeAnswer(batch, going[n] as Going, answers[n] as PromiseSettledResult<Answer>, ports));
  }
  return outcomes;
}

/** What goes out for a row, or why nothing does. */
function writeOne(batch: Batch, row: PlannedRow, at: number, report: Report): Going | Outcome {
  const follower = batch.byPlace[row.place];
  if (follower === undefined) throw new Error(`place ${row.place} of shard ${batch.shard} has no follower`);
  try {
    const blocked = batch.repeated ? whyNotAgain(batch, row, follower, at) : whyNotNow(batch, row, follower, at);
    return blocked ?? { follower, delivery: deliveryOf(batch, row, follower, at) };
  } catch (error) {
    return broken(follower, error, report);
  }
}

type Answer = AttemptResult | Heard;

/** Receivers that know their ids are never asked first: then there is nothing to wait for but the one attempt. */
function attemptOne({ repeated }: Batch, delivery: Delivery, dispatcher: Dispatcher): Promise<Answer> {
  try {
    return repeated ? attemptOnce(dispatcher, delivery, true) : dispatcher.deliver(delivery);
  } catch (error) {
    return Promise.reject(error);
  }
}

function takeAnswer(
  batch: Batch,
  { follower, delivery }: Going,
  answer: PromiseSettledResult<Answer>,
  ports: DispatchPorts,
): Outcome {
  try {
    if (answer.status === 'rejected') throw answer.reason;
    const { result, unknownBefore } = 'result' in answer.value ? answer.value : { result: answer.value, unknownBefore: false };
    const latencyMs = delivery.at - milliseconds(batch.entry.accepted_at);
    ports.observe({ latencyMs, result: result.kind, vault_id: batch.entry.vault_id, first: !batch.repeated });
    return outcomeOf(follower.place, result, delivery.attempt, unknownBefore);
  } catch (error) {
    return broken(follower, error, ports.report);
  }
}

/** A throw for one follower is that child's dead letter, unknown because it may have been sent; the others go on. */
function broken(follower: Follower, error: unknown, report: Report): Outcome {
  report(follower, error);
  const { name } = error as Error;
  return { place: follower.place, state: 'dead_lettered', code: 'internal', attempts: 1, error: name, unknown: true };
}

/** Past the quiet end of its lease (ms) an owner sends nothing more: the next one carries the claim out. */
export const quietFrom = ({ lease_until }: Pick<Claim, 'lease_until'>): number => lease_until - limits.leaseQuietSeconds * 1000;

function deliveryOf({ entry, shard, claim, repeated }: Batch, row: PlannedRow, follower: Follower, at: number): Delivery {
  const attempt = repeated ? 2 : 1;
  return {
    follower,
    deliveryId: childIdOf(entry, shard, row.place),
    attempt,
    at,
    notAfter: quietFrom(claim),
    body: childOrderBody(entry, row, follower, { number: attempt, at: timestamp(at) }),
  };
}

/**
 * A planned child of a dead owner that may no longer be sent ends unknown, not skipped: that owner may have sent it. One
 * whose follower is in its lane already got there through the dead owner, and is the lane's; one that the dead owner kept
 * as unknown stays what its row says.
 */
function whyNotAgain(batch: Batch, row: ClaimRow, follower: Follower, now: number): Outcome | undefined {
  const { entry, vaultStatus } = batch;
  const base = { place: row.place, attempts: 1 };
  if (follower.lane_in >= lineNumber(entry)) return { ...base, state: 'retry', lane: true };
  const kept = batch.kept.get(row.place);
  if (kept !== undefined) return keptOutcome(kept);
  const code = switchCode(follower, vaultStatus, entry.kind) ?? tooOld(entry, row, now)?.code;
  return code === undefined ? undefined : { ...base, state: 'unresolved', code, unknown: true };
}

const keptOutcome = ({ place, state, code, attempts, last_error }: Child): Outcome => ({
  place,
  state,
  attempts,
  unknown: true,
  ...(code === undefined ? {} : { code }),
  ...(last_error === undefined ? {} : { error: last_error }),
});

/** A switch thrown since the plan was made, or the child's age: nothing was sent yet. */
function whyNotNow({ entry, vaultStatus }: Batch, row: ClaimRow, follower: Follower, now: number): Outcome | undefined {
  const code = switchCode(follower, vaultStatus, entry.kind);
  return code === undefined ? tooOld(entry, row, now) : { place: row.place, state: 'skipped', code, attempts: 0 };
}

/** A child that waited too long for its shard ends expired; one that reduces is sent all the same (SPEC 6.4). */
const tooOld = (entry: LineEntry, row: ClaimRow, now: number): Outcome | undefined =>
  isTooOld(entry, row, now) ? { place: row.place, state: 'expired', code: 'max_age', attempts: 0 } : undefined;

/** When a child is too old to be sent, in ms (SPEC 6.4). */
const expiresAt = (entry: Pick<LineEntry, 'accepted_at' | 'pinned'>): number =>
  milliseconds(entry.accepted_at) + entry.pinned.max_age_s * 1000;

/** True for a child that may not be sent at this time (ms) any more. What reduces or takes back never gets too old. */
export const isTooOld = (entry: LineEntry, row: Pick<ClaimRow, 'phase'>, now: number): boolean =>
  entry.kind !== 'cancel' && row.phase !== 'reduce' && now > expiresAt(entry);

function outcomeOf(place: number, result: AttemptResult, attempts: number, unknownBefore: boolean): Outcome {
  const slow = result.ms > slowAfterMs ? { slow: true as const } : {};
  const verdict = verdictOf(result, unknownBefore);
  if (verdict.kind === 'ack') return { place, state: 'ack', attempts, ...slow };
  const { error } = verdict;
  const unknown = verdict.unknown ? { unknown: true as const } : {};
  if (verdict.kind === 'again') {
    return { place, state: 'retry', attempts, error, lane: true, retryAfterMs: verdict.retryAfterMs, ...unknown, ...slow };
  }
  return {
    place,
    state: verdict.state,
    attempts,
    error,
    ...unknown,
    ...slow,
    ...(verdict.stops ? { stops: true as const } : {}),
  };
}

/** The outcome of a child that its claim did not send. */
export function untouchedOutcome(row: ClaimRow): Outcome {
  const code = row.code === undefined ? {} : { code: row.code };
  const base = { place: row.place, attempts: 0, ...code };
  if (row.fate === 'shadow') return { ...base, state: 'shadowed' };
  if (row.fate === 'broken') return { ...base, state: 'dead_lettered' };
  if (row.fate === 'cancel') return { ...base, state: 'canceled' };
  return row.fate === 'wait' ? { ...base, state: 'planned', lane: true } : { ...base, state: 'skipped' };
}
