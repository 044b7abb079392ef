/**
 * The shard's worker (ARCHITECTURE 2): one line per shard. Works off the vault's log entry by entry: load, plan, claim
 * with the plan inside, dispatch, finish (ledger and result together), mark. A death anywhere leaves either nothing, or
 * a claim that the next owner carries out as it stands.
 */
import { type Clock, timestamp } from '../../kit/clock.ts';
import { limits } from '../../wiring/limits.ts';
import type { Follower } from '../followers/follower.ts';
import { statusAt } from '../vaults/status.ts';
import { type Aftermath, afterDispatch } from './aftermath.ts';
import { askEntry, isAhead, isReady, nextSymbol, resendEntry } from './asks.ts';
import type { Dispatcher } from './attempt.ts';
import type { Bell } from './bell.ts';
import { type Claim, countsOf, type Outcome, type ShardKey } from './claim.ts';
import { dispatchRows, type Observe, type Report, readKept, untouchedOutcome } from './dispatch.ts';
import { type Again, type Ask, type AskEntry, atOf, byPlatform, type LineEntry, type LogEntry, orderIdOf } from './entry.ts';
import { nextTouched } from './flips.ts';
import { atPlaces } from './places.ts';
import { type Ledger, ledgerAfter, standing } from './plan.ts';
import { isCovered, planEntry } from './plan-line.ts';
import { sendAgain } from './resend.ts';
import type { ShardStore, ShardView, VaultNow } from './shard-store.ts';

export interface ShardPorts {
  readonly clock: Clock;
  readonly store: ShardStore;
  readonly dispatcher: Dispatcher;
  readonly observe: Observe;
  readonly report: Report;
  readonly aftermath: Aftermath;
}

/** Who works, and until when (ms) it may: a lease is the function's timeout and a grace. */
export interface Worker {
  readonly owner: string;
  readonly deadline: number;
}

/** `wait`: another owner's claim is alive for so long. `more`: the time is up, ring again. */
export type ShardRun = { readonly kind: 'done' } | { readonly kind: 'wait'; readonly ms: number } | { readonly kind: 'more' };

/** Works off every stored entry up to the bell's, then what single followers ask. Repeating it changes nothing. */
export async function workShard(bell: Bell, worker: Worker, ports: ShardPorts): Promise<ShardRun> {
  await ports.dispatcher.ready();
  const key = { tenant_id: bell.tenant_id, vault_id: bell.vault_id, shard: bell.shard };
  let marked = false;
  let wanted = bell.seq;
  for (;;) {
    const last = await ports.store.last(key);
    if (last.state === 'claimed') {
      const waitMs = last.lease_until - ports.clock();
      // Our own claim can only be met here when its write landed and the reply was lost: we have sent nothing of it.
      const own = last.owner === worker.owner;
      if (waitMs > 0 && !own) return { kind: 'wait', ms: waitMs };
      await resume(key, last, worker, own, ports);
      marked = true;
    } else if (last.seq < wanted) {
      const entry = await nextEntry(key, last.seq + 1, bell, ports);
      const { finished, asks } = await expand(key, entry, last, worker, ports);
      if (finished && entry.seq >= bell.seq && asks.length === 0) return { kind: 'done' };
      marked = true;
    } else {
      const readAt = ports.clock();
      const view = { last, ...(await ports.store.roster(key)), readAt };
      const ask = view.asks.find((a) => isReady(a, view.roster));
      if (!marked) await markAgain(key, bell, ports);
      marked = true;
      if (ask === undefined) return { kind: 'done' };
      // What a follower asks stands after every vault entry that was stored when it began (ARCHITECTURE 2). Those are worked off
      // with the followers read anew: somebody may have joined before them, and after these were read.
      const stored = (await ports.store.vault(key)).seq;
      if (stored > view.last.seq) wanted = stored;
      else await workAsk(key, ask, view, worker, ports);
    }
    if (worker.deadline - ports.clock() < limits.workerReserveSeconds * 1000) return { kind: 'more' };
  }
}

/** Marks of entries that are done, and were perhaps lost. A ring for what a follower asks names no entry. */
async function markAgain(key: ShardKey, bell: Bell, { store }: ShardPorts): Promise<void> {
  for (const seq of new Set([...(bell.unmarked ?? []), ...(bell.seq === 0 ? [] : [bell.seq])])) {
    const entry = bell.entry?.seq === seq ? bell.entry : await store.entry(key, seq);
    if (entry !== undefined) await store.mark(key, entry);
  }
}

/** The bell's own copy where it is the next entry, else the log's. A bell for what cannot be seen yet must not be lost. */
async function nextEntry(key: ShardKey, seq: number, bell: Bell, ports: ShardPorts): Promise<LogEntry> {
  if (bell.entry?.seq === seq) return bell.entry;
  const entry = await ports.store.entry(key, seq);
  if (entry === undefined) throw new Error(`entry ${seq} of ${key.vault_id} is not visible, though the bell names ${bell.seq}`);
  return entry;
}

const leaseUntil = (worker: Worker): number => worker.deadline + limits.leaseGraceSeconds * 1000;

/** What came of an entry, and what is asked beside its shard's roster. */
type Expanded = Pick<ShardView, 'asks'> & { readonly finished: boolean };

/**
 * Plans an entry, claims it and carries it out. All is read after the cursor: read beside it, it could be older. The vault comes last: what
 * its item says of switches and cancels is then never older than the followers, however long reading them took.
 */
async function expand(key: ShardKey, entry: LogEntry, last: Claim, worker: Worker, ports: ShardPorts): Promise<Expanded> {
  const { store } = ports;
  const readAt = ports.clock();
  const { roster, asks } = await store.roster(key);
  const [{ ledger, vault }, past] = await Promise.all([
    store.inputs(key, entry.order.symbol),
    entry.kind === 'cancel' ? store.past(key, entry, roster) : undefined,
  ]);
  const asksForCancel = entry.kind === 'order' && (vault.canceled_to ?? 0) >= entry.seq;
  const canceled = asksForCancel && (await store.isCanceled(key, entry.seq));
  const vaultStatus = statusAt(vault, ports.clock());
  const planned = { entry, roster, ledger, vaultStatus, canceled, onBroken: ports.report };
  const rows = planEntry({ ...planned, ...(past === undefined ? {} : { past }) });
  const claim = claimOf(entry, rows, worker, ports);
  if (!(await store.claim(key, claim, atOf(last), past?.reverts))) return { finished: false, asks };
  const work = { key, entry, claim, ledger, vault, view: { roster, readAt }, firstOwner: true };
  return { finished: await carryOut(work, ports), asks };
}

/** One symbol of what a follower asks, as the next entry of the line; or its end. */
async function workAsk(key: ShardKey, ask: Ask, view: ReadView, worker: Worker, ports: ShardPorts): Promise<void> {
  if (ask.kind === 'resend') return workResend(key, ask, view, worker, ports);
  const asked = await ports.store.asked(key, ask);
  // An entry that moved the manager's positions meanwhile comes first: the vault's seq was read before they were.
  if (isAhead(asked, view.last)) return;
  const symbol = ask.kind === 'revert' ? nextTouched(ask, view.roster, asked) : nextSymbol(ask, whoAsks(ask, view), asked);
  if (symbol === undefined) return ports.store.endAsk(key, ask, timestamp(ports.clock()), atOf(view.last));
  await claimAsk(key, askEntry(ask, symbol, asked, { key, last: view.last }), view, worker, ports);
}

function whoAsks(ask: Ask, { roster }: ShardView): Follower {
  const follower = roster.find((f) => f.follower_id === ask.follower_id);
  if (follower === undefined) throw new Error(`${ask.cause} asks for a follower that its shard does not have`);
  return follower;
}

/** A child that goes out again, as the next entry of the line; or the end of what asked for it. */
async function workResend(key: ShardKey, ask: Ask, view: ReadView, worker: Worker, ports: ShardPorts): Promise<void> {
  const again = await ports.store.toResend(key, ask);
  if (again === undefined || !(await worthIt(key, ask, again, view, ports))) {
    return ports.store.endAsk(key, ask, timestamp(ports.clock()), atOf(view.last));
  }
  await claimAsk(key, resendEntry(ask, again, { key, last: view.last }), view, worker, ports);
}

/** What nobody asked for leaves no trace where nothing could come of it. */
async function worthIt(key: ShardKey, ask: Ask, again: Again, view: ReadView, { store }: ShardPorts): Promise<boolean> {
  const follower = view.roster.find((f) => f.follower_id === ask.follower_id);
  if (ask.by !== byPlatform || follower === undefined) return true;
  const { symbol } = again.entry.order;
  const { ledger } = await store.inputs(key, symbol);
  return isCovered(again, standing(follower, symbol, ledger.rows.get(follower.place)));
}

async function claimAsk(key: ShardKey, entry: AskEntry, view: ReadView, worker: Worker, ports: ShardPorts): Promise<void> {
  const { ledger, vault } = await ports.store.inputs(key, entry.order.symbol);
  const vaultStatus = statusAt(vault, ports.clock());
  const rows = planEntry({ entry, roster: view.roster, ledger, vaultStatus, canceled: false, onBroken: ports.report });
  const claim = { ...claimOf(entry, rows, worker, ports), entry };
  if (await ports.store.claimAsk(key, claim)) {
    await carryOut({ key, entry, claim, ledger, vault, view, firstOwner: true }, ports);
  }
}

function claimOf(entry: LineEntry, rows: Claim['rows'], worker: Worker, ports: ShardPorts): Claim {
  const manager_order_id = orderIdOf(entry);
  return {
    ...atOf(entry),
    symbol: entry.order.symbol,
    ...(manager_order_id === undefined ? {} : { manager_order_id }),
    state: 'claimed',
    owner: worker.owner,
    lease_until: leaseUntil(worker),
    accepted_at: entry.accepted_at,
    claimed_at: timestamp(ports.clock()),
    rows,
    outcomes: [],
  };
}

/** Takes a dead owner's claim over and sends what it says; nothing is computed again. */
async function resume(key: ShardKey, last: Claim, worker: Worker, own: boolean, ports: ShardPorts): Promise<void> {
  const next = { owner: worker.owner, lease_until: leaseUntil(worker) };
  if (!own && !(await ports.store.takeOver(key, last, next))) return;
  const claim: Claim = { ...last, ...next };
  const readAt = ports.clock();
  // The followers as they are now: from the take-over on the last owner can write nothing more, until then it could.
  const [{ roster }, entry, { ledger, vault }] = await Promise.all([
    ports.store.roster(key),
    claim.entry ?? ports.store.entry(key, claim.seq),
    ports.store.inputs(key, claim.symbol),
  ]);
  if (entry === undefined) throw new Error(`claimed entry ${claim.seq} of ${key.vault_id} is missing from the log`);
  const firstOwner = own && last.taken !== true;
  await carryOut({ key, entry, claim, ledger, vault, view: { roster, readAt }, firstOwner }, ports);
}

/** The followers, and from when (ms) they are at the latest: switches older than a second are read again before anything is sent. */
type Followers = Pick<ShardView, 'roster'> & { readonly readAt: number };
type ReadView = ShardView & Followers;
const switchesLastMs = 1000;

interface Work {
  readonly key: ShardKey;
  readonly entry: LineEntry;
  readonly claim: Claim;
  readonly ledger: Ledger;
  readonly vault: VaultNow;
  readonly view: Followers;
  readonly firstOwner: boolean;
}

/** The followers' and the vault's switches, not older than a second. */
async function switchesNow(
  { key, view, vault }: Work,
  ports: ShardPorts,
): Promise<Pick<Followers, 'roster'> & Pick<Work, 'vault'>> {
  if (ports.clock() - view.readAt <= switchesLastMs) return { roster: view.roster, vault };
  const [{ roster }, vaultAgain] = await Promise.all([ports.store.roster(key), ports.store.vault(key)]);
  return { roster, vault: vaultAgain };
}

async function carryOut(work: Work, ports: ShardPorts): Promise<boolean> {
  const { key, entry, claim, ledger, firstOwner } = work;
  const { roster, vault } = await switchesNow(work, ports);
  if (entry.kind === 'resend') return carryOutAgain({ ...work, vault }, entry, roster, ports);
  const byPlace = atPlaces(roster);
  const rows = claim.rows.filter((row) => row.fate === 'send');
  const batch = {
    entry,
    rows,
    byPlace,
    claim,
    vaultStatus: statusAt(vault, ports.clock()),
    shard: key.shard,
    repeated: !firstOwner,
  };
  const sent = atPlaces(await dispatchRows({ ...batch, kept: await readKept(batch, ports.aftermath) }, ports));
  const outcomes = claim.rows.map((row) => sent[row.place] ?? untouchedOutcome(row));
  if (!(await afterDispatch({ entry, claim, outcomes, byPlace, again: !firstOwner }, ports))) return false;
  const finished = await ports.store.finish(key, {
    claim,
    outcomes,
    counts: countsOf(outcomes),
    ledgerLineBefore: ledger.line,
    ledger: ledgerAfter(ledger, entry, claim.rows, happenedIn(outcomes)),
    finished_at: timestamp(ports.clock()),
  });
  if (finished && (entry.kind === 'order' || entry.kind === 'cancel')) await ports.store.mark(key, entry);
  return finished;
}

function happenedIn(outcomes: readonly Outcome[]): Set<number> {
  const places = new Set<number>();
  for (const { place, state } of outcomes) if (state === 'ack') places.add(place);
  return places;
}

/** As carryOut for a child that goes out again: its own row and its follower's say what came of it, the ledger stays. */
async function carryOutAgain(work: Work, entry: AskEntry, roster: ShardView['roster'], ports: ShardPorts): Promise<boolean> {
  const { key, claim, ledger } = work;
  const follower = roster.find((f) => f.follower_id === entry.ask.follower_id);
  const vaultStatus = statusAt(work.vault, ports.clock());
  const outcomes = await sendAgain({ entry, claim, follower, vaultStatus, repeated: !work.firstOwner }, ports);
  if (outcomes === undefined) return false;
  return ports.store.finish(key, {
    claim,
    outcomes,
    counts: {},
    ledgerLineBefore: ledger.line,
    ledger: ledgerAfter(ledger, entry, [], new Set()),
    finished_at: timestamp(ports.clock()),
  });
}
