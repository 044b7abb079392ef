/** What people and clients ask over the API, put together as functions/* do: the other half of wiring.ts. */
import { commitCancel, readForCancel, readMark } from '../../../shared/adapters/dynamo/cancel-store.ts';
import { readChild } from '../../../shared/adapters/dynamo/child-reads.ts';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { countedFill, saveFill } from '../../../shared/adapters/dynamo/fill-store.ts';
import { endItems } from '../../../shared/adapters/dynamo/flip-store.ts';
import { commitFollower, followerChangeMade, replaceFollower } from '../../../shared/adapters/dynamo/follower-store.ts';
import { readEntry } from '../../../shared/adapters/dynamo/line-reads.ts';
import { findCause, findFollower, findOrder, findVault } from '../../../shared/adapters/dynamo/lookups.ts';
import { shardOf } from '../../../shared/adapters/dynamo/moved.ts';
import { readClaim } from '../../../shared/adapters/dynamo/order-reads.ts';
import { readOverlay, saveSwitch } from '../../../shared/adapters/dynamo/overlay-store.ts';
import { readLog } from '../../../shared/adapters/dynamo/past-reads.ts';
import { putAsk, resendAsk } from '../../../shared/adapters/dynamo/resend-store.ts';
import { settle } from '../../../shared/adapters/dynamo/settle-store.ts';
import { bellMessage, sendOne } from '../../../shared/adapters/sqs/queue.ts';
import { type ChangePorts, changeFollower, type Held } from '../../../shared/domain/followers/change.ts';
import type { Follower, FollowerBody, FollowerPatch } from '../../../shared/domain/followers/follower.ts';
import { leaveVault } from '../../../shared/domain/followers/leave.ts';
import { registerFollower } from '../../../shared/domain/followers/register.ts';
import type { Accepted } from '../../../shared/domain/mirroring/accept.ts';
import { cancelOrder } from '../../../shared/domain/mirroring/cancel.ts';
import { laneEnded } from '../../../shared/domain/mirroring/child.ts';
import { type Ask, atOf } from '../../../shared/domain/mirroring/entry.ts';
import { type FillReport, reportFill } from '../../../shared/domain/mirroring/fill.ts';
import { servedChild } from '../../../shared/domain/mirroring/served.ts';
import { settleChild } from '../../../shared/domain/mirroring/settle.ts';
import { takenBack } from '../../../shared/domain/mirroring/taken-back.ts';
import { flipEnd } from '../../../shared/domain/overlays/ended.ts';
import type { SwitchBody } from '../../../shared/domain/overlays/overlay.ts';
import { endSwitch, type SwitchPorts, switchVault } from '../../../shared/domain/overlays/switch.ts';
import type { Principal } from '../../../shared/domain/tenants/principal.ts';
import { timestamp } from '../../../shared/kit/clock.ts';
import { id, parseChildId } from '../../../shared/kit/ids.ts';
import { Refusal } from '../../../shared/kit/refusal.ts';
import { roomsIn } from '../../entitlements/support/room.ts';
import { ownerOf } from '../../tenants/support/callers.ts';
import { revertLater, stopNow } from './flips.ts';
import { acceptPorts, backOff, type Means, nothing } from './wiring.ts';

export interface Registering {
  readonly vaultId: string;
  readonly tenantId: string;
  readonly body: FollowerBody;
  readonly seed: string;
  readonly shardSize: number;
}
const by = { subject: 'sim', by: 'sim', request_id: 'sim' };

/** The shard of a follower that asks something of it; what is not rung, sweep rings. */
const ringShard =
  ({ queues, freshUlid }: Means) =>
  async ({ vault_tenant_id, vault_id, shard: number }: Follower): Promise<void> => {
    const bell = { tenant_id: vault_tenant_id, vault_id, shard: number, seq: 0 };
    // As functions/followers/api.ts: the ask's OPEN row stands, and sweep rings what is not rung here.
    await sendOne(queues.shards, bellMessage(bell, freshUlid())).catch(nothing);
  };

const noRefusal = (): Promise<undefined> => Promise.resolve(undefined);

export async function register(request: Registering, means: Means): Promise<void> {
  const { clock, table } = means;
  await registerFollower(
    { ...request, principal: ownerOf(request.tenantId) },
    {
      clock,
      backOff: backOff(means),
      vault: (vaultId) => findVault(table, vaultId),
      follower: (followerId) => findFollower(table, followerId),
      room: roomsIn(table, clock),
      commit: (follower, vault, how) => commitFollower(table, follower, vault, { ...how, ...by }),
      ring: ringShard(means),
      whyUrlRefused: noRefusal,
      shardSize: request.shardSize,
    },
  );
}

export interface Patching {
  readonly followerId: string;
  readonly principal: Principal;
  readonly patch: FollowerPatch;
  readonly seed: string;
}

interface Replacing {
  readonly next: Follower;
  readonly before: Follower;
  readonly asks: readonly Ask[];
  readonly held: Held | undefined;
  readonly seed: string;
}

/** As functions/followers/api.ts: where it ends the follower's flip, with what belongs to that. */
async function replaced({ next, before, asks, held, seed }: Replacing, means: Means): Promise<boolean> {
  const { table } = means;
  const end = flipEnd(next, before);
  const ends = end === undefined ? [] : await endItems(table, next, next.flip, by);
  const event = { ...by, before: {}, after: {}, event_id: seed, held, ends };
  if (!(await replaceFollower(table, next, before.ver, event, asks))) return false;
  const vault = { tenant_id: next.vault_tenant_id, vault_id: next.vault_id };
  if (end !== undefined) await revertLater({ ...vault, overlay_id: end.overlay_id }, end.ended_at, means);
  return true;
}

function changePorts(means: Means, seed: string): ChangePorts {
  const { clock, table } = means;
  return {
    clock,
    find: (wanted) => findFollower(table, wanted),
    vault: (vaultId) => findVault(table, vaultId),
    made: (follower, madeBy) => followerChangeMade(table, follower, madeBy),
    replace: (next, before, asks, held) => replaced({ next, before, asks, held, seed }, means),
    entitled: (f) => roomsIn(table, clock)(f.tenant_id, f.vault_id),
    ring: ringShard(means),
    whyUrlRefused: noRefusal,
  };
}

export async function patch(patching: Patching, means: Means): Promise<void> {
  await changeFollower(patching, changePorts(means, patching.seed));
}

export type Parting = Omit<Patching, 'patch'> & { readonly positions: 'keep' | 'flatten' };

export async function leave(parting: Parting, means: Means): Promise<void> {
  await leaveVault(parting, { ...changePorts(means, parting.seed), backOff: backOff(means) });
}

export interface Canceling {
  readonly tenantId: string;
  readonly orderId: string;
  readonly filledQty: string;
  readonly seed: string;
}

/** As cancels.ts. */
export async function cancel({ tenantId, orderId, filledQty, seed }: Canceling, means: Means): Promise<Accepted> {
  const { table } = means;
  const found = await findOrder(table, orderId);
  if (found?.seq === undefined || found.tenant_id !== tenantId) throw new Refusal(404, 'manager_order_not_found', 'none');
  const what = { tenant_id: tenantId, vault_id: found.vault_id, seq: found.seq, filled_qty: filledQty, by: 'sim', seed };
  const done = await cancelOrder(what, {
    ...acceptPorts(means),
    read: (asked) => readForCancel(table, asked),
    log: (vault, symbol, from, to) => readLog(table, vault, symbol, from, to),
    commit: (entry, read) => commitCancel(table, entry, read),
  });
  return { ...done, duplicate: false };
}

const switchPorts = (means: Means): SwitchPorts => ({
  clock: means.clock,
  stopped: (stop) => stopNow(stop, means),
  backOff: backOff(means),
  vault: (vaultId) => findVault(means.table, vaultId),
  overlay: (vault, overlayId) => readOverlay(means.table, vault, overlayId),
  save: (vault, next, action) => saveSwitch(means.table, vault, next, { action, by: 'sim', request_id: 'sim' }),
});

export interface Switching {
  readonly tenantId: string;
  readonly vaultId: string;
  readonly seed: string;
  readonly body: SwitchBody;
}

/** Halt or maintenance of the whole vault. */
export async function startSwitch({ body, seed, tenantId, vaultId }: Switching, means: Means): Promise<void> {
  await switchVault({ principal: ownerOf(tenantId), vaultId, by: 'sim' }, body, seed, switchPorts(means));
}
export async function stopSwitch({ seed, tenantId, vaultId }: Omit<Switching, 'body'>, means: Means): Promise<void> {
  await endSwitch({ principal: ownerOf(tenantId), vaultId, by: 'sim' }, id('ovl', seed), switchPorts(means));
}

/** As child-reads' locateChild, requireExpanded and cancelStanding. */
async function locate(childId: string, table: Table) {
  const address = parseChildId(childId);
  const cause = address === undefined ? undefined : await findCause(table, address.cause);
  const nobody = new Refusal(404, 'follower_order_not_found', 'none');
  if (address === undefined || cause?.seq === undefined) throw nobody;
  const at = atOf({ seq: cause.seq, ...(cause.k === undefined ? {} : { k: cause.k }) });
  const shard = { ...cause, shard: address.shard };
  const claim = await readClaim(table, shard, at);
  const entry = claim?.entry ?? (await readEntry(table, cause, at.seq));
  const row = claim?.rows.find((r) => r.place === address.place);
  if (claim === undefined || entry === undefined || row === undefined) throw nobody;
  if (claim.state !== 'done') throw new Refusal(409, 'expansion_in_progress', 'later');
  return { claim, entry, row, shard };
}
type Located = Awaited<ReturnType<typeof locate>>;

async function cancelStanding({ entry, shard, row }: Located, follower: Follower, table: Table) {
  if (entry.kind !== 'order') return { guard: 'canceled or no order' as const, takenBack: false };
  const mark = await readMark(table, shard, entry.seq);
  if (mark === undefined) return { guard: 'no cancel' as const, takenBack: false };
  const [claim, child] = [await readClaim(table, shard, { seq: mark.seq }), await readChild(table, follower, { seq: mark.seq })];
  return { guard: 'canceled or no order' as const, takenBack: takenBack({ claim, child, place: row.place }) };
}

const canceledChildOf =
  ({ entry }: Located, follower: Follower, table: Table) =>
  async () =>
    entry.kind === 'cancel' ? readChild(table, follower, { seq: entry.cancels.seq }) : undefined;

async function followerNow(table: Table, followerId: string) {
  const follower = await findFollower(table, followerId);
  if (follower === undefined) throw new Refusal(404, 'follower_not_found', 'none');
  return follower;
}

export interface Settling {
  readonly followerId: string;
  readonly childId: string;
  readonly happened: boolean;
}

export async function settles({ followerId, childId, happened }: Settling, { clock, table }: Means): Promise<void> {
  const found = await locate(childId, table);
  const first = await followerNow(table, followerId);
  const { guard } = await cancelStanding(found, first, table);
  const read = async () => {
    const follower = await followerNow(table, followerId);
    return { follower, child: await readChild(table, follower, found.entry) };
  };
  const canceledChild = canceledChildOf(found, first, table);
  await settleChild({ happened, by: 'sim' }, { clock, read, settle: (s) => settle(table, s, guard), canceledChild });
}

export interface Redriving {
  readonly followerId: string;
  readonly childId: string;
  readonly seed: string;
}

/** As endings' redriveDeadLetter. */
export async function redrive({ followerId, childId, seed }: Redriving, means: Means): Promise<void> {
  const { clock, table, queues } = means;
  const found = await locate(childId, table);
  const follower = await followerNow(table, followerId);
  const child = await readChild(table, follower, found.entry);
  const dead = child !== undefined && laneEnded.has(child.state) && (child.unknown || child.state === 'dead_lettered');
  if (!dead) throw new Refusal(409, 'not_dead', 'none');
  if (found.entry.kind === 'order' && (await readMark(table, shardOf(child), child.seq)) !== undefined)
    throw new Refusal(409, 'order_canceled', 'none');
  const ask = resendAsk(follower, child.follower_order_id, { why: seed, at: timestamp(clock()), by: 'sim' });
  await putAsk(table, shardOf(child), ask);
  // As functions/mirroring/endings.ts: the ask's OPEN row stands, and sweep rings what is not rung here.
  await sendOne(queues.shards, bellMessage({ ...shardOf(child), seq: 0 }, seed)).catch(nothing);
}

export interface Filling {
  readonly followerId: string;
  readonly childId: string;
  readonly fill: FillReport;
}

export async function fills({ followerId, childId, fill }: Filling, { clock, table }: Means): Promise<void> {
  const found = await locate(childId, table);
  const { claim, entry, row } = found;
  const first = await followerNow(table, followerId);
  let standing = await cancelStanding(found, first, table);
  await reportFill(fill, {
    clock,
    takenBack: async () => {
      standing = await cancelStanding(found, first, table);
      return standing.takenBack;
    },
    canceledChild: canceledChildOf(found, first, table),
    counted: (follower, fillId) => countedFill(table, follower, fillId),
    read: async () => {
      const follower = await followerNow(table, followerId);
      return { follower, child: (await readChild(table, follower, entry)) ?? servedChild(entry, claim, row, follower) };
    },
    save: async (reported) =>
      saveFill(table, reported, (await readChild(table, reported.follower, entry)) !== undefined, standing.guard),
  });
}
