/**
 * A child that goes out again (SPEC 6.2, 6.4): one that is unknown, or a dead letter. Same id, same body; an entry of its
 * shard's line, so that no other child of its follower is sized meanwhile. Levels stay; told moves when it is acknowledged.
 */
import { type Clock, timestamp } from '../../kit/clock.ts';
import type { Follower } from '../followers/follower.ts';
import type { VaultRecord } from '../vaults/vault.ts';
import type { Aftermath } from './aftermath.ts';
import { type AttemptResult, attemptOnce, type Dispatcher, slowAfterMs, type Verdict, verdictOf } from './attempt.ts';
import type { Child } from './child.ts';
import type { Claim, Outcome } from './claim.ts';
import { childOrderBody } from './delivery.ts';
import { quietFrom } from './dispatch.ts';
import { type Again, type AskEntry, atOf } from './entry.ts';
import { type ClaimRow, switchCode } from './plan.ts';
import type { ChildState } from './states.ts';

/** What became of a child that went out again. */
export interface Resent {
  readonly child: Child;
  readonly state: ChildState;
  readonly code?: string;
  readonly unknown: boolean;
  readonly attempts: number;
  readonly error?: string;
  /** Signed quantity that happened, when it did. */
  readonly moved?: string;
  /** The unknown child that a cancel took back, when this is that cancel and it happened. */
  readonly takesBack?: Child;
  readonly at: string;
}

interface Work {
  readonly entry: AskEntry;
  readonly claim: Claim;
  readonly follower: Follower | undefined;
  readonly vaultStatus: VaultRecord['status'];
  /** A claim that was taken over: the dead owner may have sent it. */
  readonly repeated: boolean;
}
interface Ports {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly aftermath: Aftermath;
}

/** Carries a resend's claim out. Undefined when the claim is not its owner's any more. */
export async function sendAgain(work: Work, ports: Ports): Promise<Outcome[] | undefined> {
  const { entry, claim, follower } = work;
  const [row] = claim.rows;
  const again = entry.again;
  if (row === undefined || follower === undefined || again === undefined) return [];
  const child = await ports.aftermath.kept(follower, atOf(again.child));
  if (child === undefined) throw new Error(`${again.child.follower_order_id} has no row`);
  // Its dead owner wrote what came of it, or somebody has said meanwhile how it ended.
  const over = child.attempts > again.child.attempts || !(child.unknown || child.state === 'dead_lettered');
  const resent = over ? undefined : await attemptAgain({ ...work, follower }, row, again, child, ports);
  if (resent !== undefined && !(await ports.aftermath.resent(resent, claim))) return undefined;
  const { state, code, unknown, attempts } = resent ?? { ...child, code: child.code };
  const told = { place: row.place, state, attempts, ...(code === undefined ? {} : { code }) };
  return [unknown ? { ...told, unknown: true } : told];
}

/** What there is to write; undefined when nothing was tried and nothing changes. */
async function attemptAgain(
  { claim, follower, vaultStatus, repeated }: Work & { readonly follower: Follower },
  row: ClaimRow,
  again: Again,
  child: Child,
  ports: Ports,
): Promise<Resent | undefined> {
  const at = ports.clock();
  const stays = { child, state: child.state, unknown: child.unknown, attempts: child.attempts, at: timestamp(at) };
  if (row.fate !== 'send') {
    return child.attempts === 0 ? { ...stays, state: 'skipped', code: 'superseded' } : undefined;
  }
  const code = switchCode(follower, vaultStatus, again.entry.kind);
  if (code !== undefined) return repeated ? { ...stays, unknown: true } : undefined;
  if (at > quietFrom(claim)) throw new Error('the lease ended before all was sent');
  const attempts = child.attempts + 1;
  const last = child.last_error === undefined ? {} : { lastError: child.last_error };
  const delivery = {
    follower,
    deliveryId: child.follower_order_id,
    attempt: attempts,
    at,
    notAfter: quietFrom(claim),
    body: childOrderBody(again.entry, child.row, follower, { number: attempts, at: timestamp(at), ...last }),
  };
  const { result, unknownBefore } = await attemptOnce(ports.dispatcher, delivery, child.unknown || repeated);
  await note(follower, result, ports);
  const said = heard({ ...stays, attempts }, verdictOf(result, unknownBefore));
  return said.moved !== undefined ? { ...said, ...(await takenBackBy(again, follower, ports)) } : said;
}

/** A cancel that was answered at last ends the unknown child that it took back. */
async function takenBackBy({ entry, child }: Again, follower: Follower, ports: Ports): Promise<{ takesBack?: Child }> {
  if (entry.kind !== 'cancel' || child.row.inputs.was !== 'unknown') return {};
  const other = await ports.aftermath.kept(follower, { seq: entry.cancels.seq });
  return other?.unknown === true ? { takesBack: other } : {};
}

async function note(follower: Follower, result: AttemptResult, { aftermath }: Ports): Promise<void> {
  const gone = result.kind === 'rejected' && result.status === 410;
  const what = { ...(result.ms > slowAfterMs ? { slow: true as const } : {}), ...(gone ? { stops: true as const } : {}) };
  if (Object.keys(what).length > 0) await aftermath.noteEndpoint(follower, what);
}

/** A failed attempt leaves the child what it was, and says whether anybody knows. */
function heard(resent: Resent, verdict: Verdict): Resent {
  if (verdict.kind === 'ack') {
    return { ...resent, state: ackOf(resent.child), unknown: false, moved: resent.child.row.qty };
  }
  const { error, unknown } = verdict;
  const ends = verdict.kind === 'ended' && resent.child.state !== 'partially_filled';
  return ends ? { ...resent, state: verdict.state, unknown, error } : { ...resent, unknown, error };
}

/** What is known to be filled in part stays that. */
const ackOf = ({ state }: Child): ChildState => (state === 'partially_filled' ? state : 'ack');

/**
 * What is left to write when somebody wrote the child's row while it was on its way; undefined when nothing is: it is known
 * to have happened and counted, or it is known not to have, and our attempt says no more than that.
 */
export function resentTo(resent: Resent, fresh: Child): Resent | undefined {
  const attempts = fresh.attempts + 1;
  if (resent.moved === undefined) {
    return fresh.unknown ? { ...resent, child: fresh, attempts, state: fresh.state } : undefined;
  }
  if (!fresh.unknown && (fresh.final === true || happened.has(fresh.state))) return undefined;
  return { ...resent, child: fresh, attempts, state: ackOf(fresh) };
}
const happened: ReadonlySet<ChildState> = new Set(['ack', 'partially_filled', 'confirmed']);
