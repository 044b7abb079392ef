import { readMark } from '../../shared/adapters/dynamo/cancel-store.ts';
import { readChild, readChildren } from '../../shared/adapters/dynamo/child-reads.ts';
import { followerOf } from '../../shared/adapters/dynamo/follower-item.ts';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { readEntry, readLedger } from '../../shared/adapters/dynamo/line-reads.ts';
import { findCause, findFollower, findOrder, findVault, getItem } from '../../shared/adapters/dynamo/lookups.ts';
import type { Guard } from '../../shared/adapters/dynamo/mark-guard.ts';
import { listClaims, newestOrder, readClaim, readCursorSeq } from '../../shared/adapters/dynamo/order-reads.ts';
import { isLine, readCursor, writeCursor } from '../../shared/adapters/dynamo/pages.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import type { Child } from '../../shared/domain/mirroring/child.ts';
import type { Claim } from '../../shared/domain/mirroring/claim.ts';
import { atOf, type LineEntry, lineNumber, placeOf } from '../../shared/domain/mirroring/entry.ts';
import type { OrderEntry } from '../../shared/domain/mirroring/order.ts';
import type { ClaimRow } from '../../shared/domain/mirroring/plan.ts';
import { levelsBefore } from '../../shared/domain/mirroring/preview.ts';
import { takenBack } from '../../shared/domain/mirroring/taken-back.ts';
import { childOrderView, previewView } from '../../shared/domain/mirroring/views.ts';
import { notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { parseChildId } from '../../shared/kit/ids.ts';
import { Refusal } from '../../shared/kit/refusal.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './api-table.ts';
import { sinceSeq } from './order-reads.ts';

const shardOf = (f: Follower) => ({ tenant_id: f.vault_tenant_id, vault_id: f.vault_id, shard: f.shard });

/** The follower, for whom the route lets in; it does not exist for others. */
async function ownFollower(
  principal: Principal,
  action: 'listFollowerOrders' | 'previewFollower',
  followerId: string,
): Promise<Follower> {
  const follower = await findFollower(table, followerId);
  permit(principal, action, resource('follower', follower));
  if (follower === undefined) throw notFound('follower');
  return follower;
}

/** A child as its vault has it. */
export interface Located {
  readonly entry: LineEntry;
  readonly claim: Claim;
  readonly row: ClaimRow;
  readonly follower: Follower;
}
export interface Found extends Located {
  readonly child: Child | undefined;
}

/** Where a child stands, by its id alone, whoever asks: that says whose it is. What became of it is its tenant's (`withRow`). */
export async function locateChild(childId: string): Promise<Located | undefined> {
  const address = parseChildId(childId);
  const order = address === undefined ? undefined : await findCause(table, address.cause);
  if (address === undefined || order?.seq === undefined) return undefined;
  const at = atOf({ seq: order.seq, ...(order.k === undefined ? {} : { k: order.k }) });
  const shard = { ...order, shard: address.shard };
  table.cross?.({ to: 'look at', ...order });
  const [claim, item, logged] = await Promise.all([
    readClaim(table, shard, at),
    getItem(table, keys.follower(shard, address.place)),
    at.k === undefined ? readEntry(table, order, at.seq) : undefined,
  ]);
  const row = claim?.rows.find((r) => r.place === address.place);
  const found = logged ?? claim?.entry;
  // What goes out again has its first id and no other.
  if (claim === undefined || row === undefined || item === undefined || found === undefined || found.kind === 'resend')
    return undefined;
  return { entry: found, claim, row, follower: followerOf(item) };
}

/** A child with its own row, for whom it is known to concern. */
export async function withRow(located: Located): Promise<Found> {
  if (table.cross?.({ to: 'follower', ...located.follower }) === false) throw notFound('follower_order');
  return { ...located, child: await readChild(table, located.follower, located.entry) };
}

/**
 * While its shard is still at it, nobody may say how a child ended: the next owner of an interrupted claim would not know of
 * it, and count it again.
 */
export function requireExpanded({ claim }: Located): void {
  if (claim.state === 'done') return;
  throw new Refusal(409, 'expansion_in_progress', 'The order is still being expanded in this shard: say it again in a moment.', {
    passing: true,
  });
}

/** What was read of the cancel of a child's order, before somebody says how the child ended. */
export async function cancelStanding({ entry, follower }: Located): Promise<{ guard: Guard; takenBack: boolean }> {
  if (entry.kind !== 'order') return { guard: 'canceled or no order', takenBack: false };
  const shard = shardOf(follower);
  const mark = await readMark(table, shard, entry.seq);
  if (mark === undefined) return { guard: 'no cancel', takenBack: false };
  const at = { seq: mark.seq };
  const [claim, child] = await Promise.all([readClaim(table, shard, at), readChild(table, follower, at)]);
  return { guard: 'canceled or no order', takenBack: takenBack({ claim, child, place: follower.place }) };
}

/** The child that a cancel takes back. */
export const canceledChildOf = async ({ entry, follower }: Located): Promise<Child | undefined> =>
  entry.kind === 'cancel' ? readChild(table, follower, { seq: entry.cancels.seq }) : undefined;

/** A child, for whom the route lets in. */
export async function findChild(
  principal: Principal,
  action: 'getFollowerOrder' | 'settleFollowerOrder' | 'redriveDeadLetter',
  childId: string,
): Promise<Found> {
  const found = await locateChild(childId);
  permit(principal, action, resource('follower_order', found?.follower));
  if (found === undefined) throw notFound('follower_order');
  return withRow(found);
}

export async function getFollowerOrder({ principal, params }: ApiRequest): Promise<ApiAnswer> {
  const { entry, claim, row, follower, child } = await findChild(
    principal as Principal,
    'getFollowerOrder',
    params['follower_order_id'] as string,
  );
  return { body: childOrderView(entry, claim, row, follower, child) };
}

export async function listFollowerOrders({ principal, query }: ApiRequest): Promise<ApiAnswer> {
  const followerId = query['follower_id'] ?? (principal as Principal).followerId;
  if (followerId === undefined) throw followerIdRequired();
  const follower = await ownFollower(principal as Principal, 'listFollowerOrders', followerId);
  const { limit, cursor } = pageOfQuery(query);
  const start = Math.max(await startOf(follower, query['since']), cursor === undefined ? 0 : readCursor(cursor, isLine));
  const { claims, more } = await listClaims(table, shardOf(follower), start, limit);
  const own = await readChildren(table, follower, placeOf(start), claims.at(-1) ?? placeOf(start));
  const views = await Promise.all(claims.map((claim) => viewOf(claim, follower, own.get(lineNumber(claim)))));
  const items = views.flatMap((v) => (v === undefined ? [] : [v]));
  return { body: { items, next_cursor: more ? writeCursor(lineNumber(claims.at(-1) ?? placeOf(start))) : null } };
}

/** The line number after which the list starts. */
async function startOf(follower: Follower, since: string | undefined): Promise<number> {
  if (since === undefined) return 0;
  const vault = await findVault(table, follower.vault_id);
  return vault === undefined ? 0 : lineNumber({ seq: (await sinceSeq(vault, since)) + 1 }) - 1;
}

async function viewOf(claim: Claim, follower: Follower, child: Child | undefined) {
  // A child that went out again is listed where it first stood.
  const row = claim.entry?.kind === 'resend' ? undefined : claim.rows.find((r) => r.place === follower.place);
  const vault = { tenant_id: follower.vault_tenant_id, vault_id: follower.vault_id };
  const entry = row === undefined ? undefined : (claim.entry ?? (await readEntry(table, vault, claim.seq)));
  return row === undefined || entry === undefined ? undefined : childOrderView(entry, claim, row, follower, child);
}

export async function previewFollower({ principal, params, query }: ApiRequest): Promise<ApiAnswer> {
  const follower = await ownFollower(principal as Principal, 'previewFollower', params['follower_id'] as string);
  const entry = await previewed(follower, query['manager_order_id']);
  if (entry === undefined) throw notFound('manager_order');
  if (follower.joined_seq >= entry.seq) throw new Refusal(409, 'follower_not_joined', 'The follower joined after this order.');
  const met = await levelsBefore(entry, follower, {
    claim: (seq) => readClaim(table, shardOf(follower), { seq }),
    ledger: (symbol) => readLedger(table, shardOf(follower), symbol),
    entry: (seq) => readEntry(table, shardOf(follower), seq),
    cursor: () => readCursorSeq(table, shardOf(follower)),
  });
  return { body: previewView(entry, follower, met) };
}

async function previewed(follower: Follower, orderId: string | undefined): Promise<OrderEntry | undefined> {
  if (orderId === undefined) return newestOrder(table, shardOf(follower));
  const order = await findOrder(table, orderId);
  if (order?.seq === undefined || order.vault_id !== follower.vault_id) return undefined;
  const entry = await readEntry(table, order, order.seq);
  return entry?.kind === 'order' ? entry : undefined;
}

const followerIdRequired = (): Refusal =>
  new Refusal(400, 'follower_id_required', 'Name the follower.', {
    errors: [{ pointer: '/follower_id', detail: 'is required' }],
  });
