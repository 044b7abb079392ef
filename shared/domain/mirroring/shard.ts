/**
 * The shard's worker (ARCHITECTURE 2): one line per shard. Works off the vault's log entry by entry: load, plan, claim
 * with the plan inside, dispatch, finish (ledger and result together), mark. A death anywhere leaves either nothing, or
 * a claim that the next owner carries out as it stands.
 */
import { type Clock, timestamp } from '../../kit/clock.ts';
import { limits } from '../../wiring/limits.ts';
import type { Follower } from '../followers/follower.ts';
import { type Switched, statusAt } from '../vaults/status.ts';
import { type Aftermath, afterDispatch } from './aftermath.ts';
import type { Dispatcher } from './attempt.ts';
import type { Bell } from './bell.ts';
import { type Claim, type Counts, countsOf, type Outcome, type ShardKey } from './claim.ts';
import { dispatchRows, type Observe, type Report, readKept, untouchedOutcome } from './dispatch.ts';
import type { OrderEntry } from './order.ts';
import { type Ledger, ledgerAfter, planEntry } from './plan.ts';

export interface ShardView {
  /** The newest claim or result: the shard's cursor. */
  readonly last: Claim;
  readonly roster: readonly Follower[];
  readonly vault: Switched;
}

export interface Finish {
  readonly claim: Claim;
  readonly outcomes: readonly Outcome[];
  readonly counts: Counts;
  readonly ledgerSeqBefore: number;
  readonly ledger: Ledger;
  readonly finished_at: string;
}

/** The store of one shard's line. Every write is conditional; `false` means that somebody else was there first. */
export interface ShardStore {
  readonly load: (key: ShardKey) => Promise<ShardView>;
  readonly entry: (key: ShardKey, seq: number) => Promise<OrderEntry | undefined>;
  readonly ledger: (key: ShardKey, symbol: string) => Promise<Ledger>;
  readonly claim: (key: ShardKey, claim: Claim) => Promise<boolean>;
  /** Changes the owner of an unfinished claim; holds only while it is as read. */
  readonly takeOver: (key: ShardKey, claim: Claim, next: { owner: string; lease_until: number }) => Promise<boolean>;
  /** Ledger and result in one transaction, for the owner of the claim alone. */
  readonly finish: (key: ShardKey, finish: Finish) => Promise<boolean>;
  readonly mark: (key: ShardKey, entry: Pick<OrderEntry, 'seq' | 'pinned'>) => Promise<void>;
}

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

/** Works off every stored entry up to the bell's. Repeating it, late or doubled, changes nothing. */
export async function workShard(bell: Bell, worker: Worker, ports: ShardPorts): Promise<ShardRun> {
  await ports.dispatcher.ready();
  const key = { tenant_id: bell.tenant_id, vault_id: bell.vault_id, shard: bell.shard };
  let worked = false;
  for (;;) {
    const view = { ...(await ports.store.load(key)), readAt: ports.clock() };
    if (view.last.state === 'claimed') {
      const waitMs = view.last.lease_until - ports.clock();
      // Our own claim can only be met here when its write landed and the reply was lost: nothing was sent yet.
      const own = view.last.owner === worker.owner;
      if (waitMs > 0 && !own) return { kind: 'wait', ms: waitMs };
      await resume(key, view, worker, own, ports);
      worked = true;
    } else if (view.last.seq >= bell.seq) {
      if (!worked) await markAgain(key, bell, ports);
      return { kind: 'done' };
    } else {
      const entry = await nextEntry(key, view.last.seq + 1, bell, ports);
      const finished = await expand(key, entry, view, worker, ports);
      if (finished && entry.seq >= bell.seq) return { kind: 'done' };
      worked = true;
    }
    if (worker.deadline - ports.clock() < limits.workerReserveSeconds * 1000) return { kind: 'more' };
  }
}

async function markAgain(key: ShardKey, bell: Bell, ports: ShardPorts): Promise<void> {
  const entry = bell.entry ?? (await ports.store.entry(key, bell.seq));
  if (entry !== undefined) await ports.store.mark(key, entry);
}

/** The bell's own copy where it is the next entry, else the log's. A bell for what cannot be seen yet must not be lost. */
async function nextEntry(key: ShardKey, seq: number, bell: Bell, ports: ShardPorts): Promise<OrderEntry> {
  if (bell.entry?.seq === seq) return bell.entry;
  const entry = await ports.store.entry(key, seq);
  if (entry === undefined) throw new Error(`entry ${seq} of ${key.vault_id} is not visible, though the bell names ${bell.seq}`);
  return entry;
}

const leaseUntil = (worker: Worker): number => worker.deadline + limits.leaseGraceSeconds * 1000;

/** True when the entry was finished here. The ledger is read after the cursor: read beside it, it could be older. */
async function expand(key: ShardKey, entry: OrderEntry, view: ReadView, worker: Worker, ports: ShardPorts): Promise<boolean> {
  const ledger = await ports.store.ledger(key, entry.order.symbol);
  const vaultStatus = statusAt(view.vault, ports.clock());
  const rows = planEntry({ entry, roster: view.roster, ledger, vaultStatus, onBroken: ports.report });
  const claim: Claim = {
    seq: entry.seq,
    symbol: entry.order.symbol,
    manager_order_id: entry.manager_order_id,
    state: 'claimed',
    owner: worker.owner,
    lease_until: leaseUntil(worker),
    accepted_at: entry.accepted_at,
    claimed_at: timestamp(ports.clock()),
    rows,
    outcomes: [],
  };
  if (!(await ports.store.claim(key, claim))) return false;
  return carryOut({ key, entry, claim, ledger, view, firstOwner: true }, ports);
}

/** Takes a dead owner's claim over and sends what it says; nothing is computed again. */
async function resume(key: ShardKey, view: ReadView, worker: Worker, own: boolean, ports: ShardPorts): Promise<void> {
  const next = { owner: worker.owner, lease_until: leaseUntil(worker) };
  if (!own && !(await ports.store.takeOver(key, view.last, next))) return;
  const claim = { ...view.last, ...next };
  // The followers as they are now: from the take-over on the last owner can write nothing more, until then it could.
  const [now, entry, ledger] = await Promise.all([
    ports.store.load(key),
    ports.store.entry(key, claim.seq),
    ports.store.ledger(key, claim.symbol),
  ]);
  if (entry === undefined) throw new Error(`claimed entry ${claim.seq} of ${key.vault_id} is missing from the log`);
  await carryOut({ key, entry, claim, ledger, view: { ...now, readAt: ports.clock() }, firstOwner: own }, ports);
}

/** What was read, and when (ms): switches older than a second are read again before anything is sent. */
type ReadView = ShardView & { readonly readAt: number };
const switchesLastMs = 1000;

interface Work {
  readonly key: ShardKey;
  readonly entry: OrderEntry;
  readonly claim: Claim;
  readonly ledger: Ledger;
  readonly view: ReadView;
  readonly firstOwner: boolean;
}

async function carryOut(work: Work, ports: ShardPorts): Promise<boolean> {
  const { key, entry, claim, ledger, firstOwner } = work;
  const view = ports.clock() - work.view.readAt > switchesLastMs ? await ports.store.load(key) : work.view;
  const byPlace = new Map(view.roster.map((f) => [f.place, f]));
  const rows = claim.rows.filter((row) => row.fate === 'send');
  const batch = {
    entry,
    rows,
    byPlace,
    claim,
    vaultStatus: statusAt(view.vault, ports.clock()),
    shard: key.shard,
    repeated: !firstOwner,
  };
  const sent = await dispatchRows({ ...batch, kept: await readKept(batch, ports.aftermath) }, ports);
  const outcomes = claim.rows.map((row) => sent.get(row.place) ?? untouchedOutcome(row));
  if (!(await afterDispatch({ entry, claim, outcomes, byPlace, again: !firstOwner }, ports))) return false;
  const happened = new Set(outcomes.filter((o) => o.state === 'ack').map((o) => o.place));
  const finished = await ports.store.finish(key, {
    claim,
    outcomes,
    counts: countsOf(outcomes),
    ledgerSeqBefore: ledger.seq,
    ledger: ledgerAfter(ledger, entry, claim.rows, happened),
    finished_at: timestamp(ports.clock()),
  });
  if (finished) await ports.store.mark(key, entry);
  return finished;
}
