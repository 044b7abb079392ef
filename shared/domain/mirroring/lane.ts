/**
 * The retry lane (SPEC 6.4, ARCHITECTURE 2): one line per follower. Its children are worked off in sequence; while one
 * waits, the later ones wait behind it. Attempts and due times live in the child's row, and every attempt is written
 * there before it is made. The message is only a doorbell: lost, doubled or late it changes nothing.
 */
import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import { add, decimal } from '../../kit/decimal.ts';
import type { Follower } from '../followers/follower.ts';
import { type Switched, statusAt } from '../vaults/status.ts';
import type { VaultRecord } from '../vaults/vault.ts';
import { standOf } from './again.ts';
import { attemptOnce, type Dispatcher, slowAfterMs, type Verdict, verdictOf } from './attempt.ts';
import { type Child, type ChildKey, unknownName } from './child.ts';
import { childOrderBody } from './delivery.ts';
import { isTooOld, type Observe } from './dispatch.ts';
import { type CancelEntry, canceledChildId, type LineEntry } from './entry.ts';
import { type ClaimRow, inputsOf, type RecordedInputs, switchCode } from './plan.ts';
import { goesOut, resized } from './plan-line.ts';
import { mostAttempts, retryAt } from './retry.ts';
import type { ChildState } from './states.ts';

/** The follower as it is now, and the first child of its lane that has not ended. */
export interface LaneView {
  readonly follower: Follower;
  readonly vault: Switched;
  readonly child?: Child;
  /** Its order was canceled: it is not attempted any more. */
  readonly canceled?: boolean;
}

/** How a child's time in the lane ended. One transaction: child, follower, the order's counts, its dead letter. */
export interface Ending {
  readonly child: Child;
  /** True when the endpoint was asked just now, so that `slow` says something. */
  readonly asked: boolean;
  readonly state: ChildState;
  readonly code?: string;
  readonly unknown: boolean;
  readonly error?: string;
  /** Signed quantity that happened, when it did. */
  readonly moved?: string;
  readonly slow: boolean;
  readonly stops: boolean;
  /** The unknown child that a cancel took back by this: it ends canceled. */
  readonly takesBack?: Child;
  readonly sizedFrom?: SizedFrom;
  readonly at: string;
}

/** What of its follower a waiting child was sized from: its quantity holds only while this does. */
export type SizedFrom = Pick<Follower, 'lane_out' | 'moved'>;

export interface LaneStore {
  readonly head: (key: ChildKey) => Promise<LaneView | undefined>;
  readonly entry: (key: ChildKey) => Promise<LineEntry | undefined>;
  /** The row of the child that a cancel takes back. */
  readonly canceledChild: (child: Child, cancel: CancelEntry) => Promise<Child | undefined>;
  /** The shard's own part of told in the child's symbol. */
  readonly shardTold: (child: Child) => Promise<string>;
  /** Writes an attempt before it is made; false when somebody else began it, or its quantity was computed from what is no more. */
  readonly begin: (
    child: Child,
    next: { row: ClaimRow; attempt_until: number; at: string; sizedFrom?: SizedFrom },
  ) => Promise<boolean>;
  /** After a failed attempt: when the next one is due. */
  readonly retry: (child: Child, next: { due_at: number; unknown: boolean; error: string; at: string }) => Promise<boolean>;
  readonly end: (ending: Ending) => Promise<boolean>;
  /** Its endpoint answered: its follower's unknown children ask their shard to go out again (SPEC 6.2). */
  readonly askAgain: (child: Child, at: string) => Promise<void>;
}

export interface LanePorts {
  readonly clock: Clock;
  readonly store: LaneStore;
  readonly dispatcher: Dispatcher;
  readonly observe: Observe;
  readonly delays: readonly number[];
  /** Puts a child that is about to become a dead letter on the queue that alarms. */
  readonly deadLetter: (child: Child, why: string) => Promise<void>;
}

export type LaneRun = { readonly kind: 'empty' } | { readonly kind: 'later'; readonly ms: number };

/** Works the lane's children off, one after the other, until one has to wait or the time is up. `deadline` in ms. */
export async function workLane(key: ChildKey, deadline: number, ports: LanePorts): Promise<LaneRun> {
  await ports.dispatcher.ready();
  for (;;) {
    const view = await ports.store.head(key);
    if (view?.child === undefined) return { kind: 'empty' };
    const waitMs = waitsFor(view.child, ports.clock());
    if (waitMs > 0) return { kind: 'later', ms: waitMs };
    if (deadline - ports.clock() < attemptTakesMs) return { kind: 'later', ms: 0 };
    const status = statusAt(view.vault, ports.clock());
    await step({ follower: view.follower, status, canceled: view.canceled === true }, settledAttempt(view.child), ports);
  }
}

/** The longest that an attempt and its writes take. */
const attemptTakesMs = 8_000;

function waitsFor(child: Child, now: number): number {
  return (child.state === 'sent' ? (child.attempt_until ?? 0) : child.due_at) - now;
}

/** A child found `sent` past its attempt's time: whoever began it died, and nobody knows what the endpoint saw. */
const settledAttempt = (child: Child): Child => (child.state === 'sent' ? { ...child, unknown: true } : child);

interface Now {
  readonly follower: Follower;
  readonly status: VaultRecord['status'];
  readonly canceled: boolean;
}

async function step(now: Now, child: Child, ports: LanePorts): Promise<void> {
  const entry = await ports.store.entry(child);
  if (entry === undefined) throw new Error(`entry ${child.seq} of ${child.vault_id} is missing from the log`);
  const sized = child.attempts === 0 ? await sizedNow(child, entry, now.follower, ports) : child;
  const ended = whyEnded(sized, entry, now, ports);
  const sizedFrom = child.attempts === 0 ? { sizedFrom: now.follower } : {};
  if (ended !== undefined) return finish(sized, { ...ended, ...sizedFrom }, ports);
  const at = ports.clock();
  const next = { row: sized.row, attempt_until: at + attemptTakesMs * 2, at: timestamp(at), ...sizedFrom };
  const begun = await ports.store.begin(sized, next);
  if (begun) await attempt({ ...sized, attempts: sized.attempts + 1 }, entry, { follower: now.follower, begunAt: at }, ports);
}

/** A child that waited unattempted gets its quantity now: from its own entry's want and what was told meanwhile. */
async function sizedNow(child: Child, entry: LineEntry, follower: Follower, ports: LanePorts): Promise<Child> {
  const own = decimal(await ports.store.shardTold(child));
  const told = add(own, decimal(follower.moved[child.symbol] ?? '0'));
  const canceled = entry.kind === 'cancel' ? await canceledNow(child, entry, ports) : nothingTaken;
  const { only } = inputsOf(follower, child.symbol, told, canceled.except);
  const { only: _only, was: _was, ...kept } = child.row.inputs;
  const was = canceled.was === undefined ? {} : { was: canceled.was };
  const inputs: RecordedInputs = { ...kept, ...(only === undefined ? {} : { only }), ...was };
  return { ...child, row: resized(entry, child.row, told, inputs) };
}

interface Taken {
  /** The unknown child that does not restrict its own cancel. */
  readonly except?: string;
  readonly was?: RecordedInputs['was'];
}
const nothingTaken: Taken = {};

/** How the canceled order's child stands now that all before its cancel have ended. */
async function canceledNow(child: Child, entry: CancelEntry, ports: LanePorts): Promise<Taken> {
  const other = await ports.store.canceledChild(child, entry);
  const was = other === undefined ? child.row.inputs.was : standOf(other);
  const follower_order_id = canceledChildId(entry, child.shard, child.place);
  const except = unknownName({ symbol: child.symbol, follower_order_id });
  return was === undefined || was === 'none' ? { except } : { except, was };
}

type Ended = Pick<Ending, 'state' | 'code'>;

/** Why a child is not attempted any more: nothing to do, canceled, a switch (read now), its age, or its last attempt behind it. */
function whyEnded(child: Child, entry: LineEntry, now: Now, ports: LanePorts): Ended | undefined {
  const { row } = child;
  if (!goesOut(row)) return { state: 'skipped', ...(row.code === undefined ? {} : { code: row.code }) };
  if (now.canceled) return { state: 'canceled', code: 'canceled' };
  const code = switchCode(now.follower, now.status, entry.kind);
  if (code !== undefined) return { state: 'skipped', code };
  if (isTooOld(entry, row, ports.clock())) return { state: 'expired', code: 'max_age' };
  return child.attempts >= mostAttempts(ports.delays) ? { state: 'dead_lettered', code: 'attempts_exhausted' } : undefined;
}

async function attempt(
  child: Child,
  entry: LineEntry,
  { follower, begunAt }: { follower: Follower; begunAt: number },
  ports: LanePorts,
): Promise<void> {
  const at = ports.clock();
  const last = child.last_error === undefined ? {} : { lastError: child.last_error };
  const delivery = {
    follower,
    deliveryId: child.follower_order_id,
    attempt: child.attempts,
    at,
    notAfter: begunAt + attemptTakesMs,
    body: childOrderBody(entry, child.row, follower, { number: child.attempts, at: timestamp(at), ...last }),
  };
  const { result, unknownBefore } = await attemptOnce(ports.dispatcher, delivery, child.unknown);
  const latencyMs = at - milliseconds(entry.accepted_at);
  ports.observe({ latencyMs, result: result.kind, vault_id: child.vault_id, first: child.attempts === 1 });
  await conclude(child, entry, verdictOf(result, unknownBefore), { slow: result.ms > slowAfterMs }, ports);
}

async function conclude(
  child: Child,
  entry: LineEntry,
  verdict: Verdict,
  note: { slow: boolean },
  ports: LanePorts,
): Promise<void> {
  if (verdict.kind === 'ack') return acknowledged(child, entry, note, ports);
  const { error, unknown } = verdict;
  if (verdict.kind === 'ended')
    return finish({ ...child, unknown }, { state: verdict.state, error, stops: verdict.stops, ...note }, ports);
  const failed = { ...child, unknown, last_error: error };
  if (child.attempts >= mostAttempts(ports.delays)) {
    return finish(failed, { state: 'dead_lettered', code: 'attempts_exhausted', error, ...note }, ports);
  }
  const now = ports.clock();
  const due_at = retryAt(now, child.attempts, verdict.retryAfterMs, ports.delays);
  if (isTooOld(entry, child.row, due_at)) {
    return finish(failed, { state: 'expired', code: 'max_age', error, ...note }, ports);
  }
  await ports.store.retry(child, { due_at, unknown, error, at: timestamp(now) });
}

async function acknowledged(child: Child, entry: LineEntry, note: { slow: boolean }, ports: LanePorts): Promise<void> {
  const takes = entry.kind === 'cancel' && child.row.inputs.was === 'unknown';
  const other = takes ? await ports.store.canceledChild(child, entry) : undefined;
  const takesBack = other?.unknown === true ? { takesBack: other } : {};
  await finish({ ...child, unknown: false }, { state: 'ack', moved: child.row.qty, ...takesBack, ...note }, ports);
  await ports.store.askAgain(child, timestamp(ports.clock()));
}

/** Ends a child's time in the lane. A dead letter reaches its queue first: sent twice it is one, lost it would be none. */
async function finish(
  child: Child,
  how: Ended & Partial<Pick<Ending, 'moved' | 'error' | 'slow' | 'stops' | 'takesBack' | 'sizedFrom'>>,
  ports: LanePorts,
): Promise<void> {
  if (how.state === 'dead_lettered') await ports.deadLetter(child, how.error ?? child.last_error ?? how.code ?? '');
  const error = how.error ?? child.last_error;
  await ports.store.end({
    child,
    state: how.state,
    ...(how.code === undefined ? {} : { code: how.code }),
    unknown: child.unknown,
    ...(error === undefined ? {} : { error }),
    ...(how.moved === undefined ? {} : { moved: how.moved }),
    ...(how.takesBack === undefined ? {} : { takesBack: how.takesBack }),
    ...(how.sizedFrom === undefined ? {} : { sizedFrom: how.sizedFrom }),
    asked: how.slow !== undefined,
    slow: how.slow ?? false,
    stops: how.stops ?? false,
    at: timestamp(ports.clock()),
  });
}
