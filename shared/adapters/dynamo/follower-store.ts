import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Room } from '../../domain/entitlements/usage.ts';
import type { Held } from '../../domain/followers/change.ts';
import type { Follower } from '../../domain/followers/follower.ts';
import type { Ask } from '../../domain/mirroring/entry.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import { ulidOf } from '../../kit/ids.ts';
import { askItems } from './ask-store.ts';
import { failedConditions, metAnother, type Table } from './client.ts';
import { tried, type Writes } from './flip-items.ts';
import { followerItem, followerOf } from './follower-item.ts';
import { keys, partitions, prefixes, type VaultKey } from './keys.ts';
import { shardOf } from './moved.ts';
import { ownFollowerItem } from './own-followers.ts';
import { isText, type Page, type PageRequest, queryRange, readCursor, writeCursor } from './pages.ts';
import { isMarked, requestMark } from './request-mark.ts';
import type { Write } from './subscription-store.ts';
import { followerCounted, looksAgain, planAsRead, uncounted } from './usage.ts';
import { vaultListItem } from './vault-list.ts';

/**
 * A new follower, in one transaction with the vault as it was read. A shard that it opens starts with its cursor at the
 * vault's sequence number, so that it never sees what came before.
 */
export async function commitFollower(
  table: Table,
  follower: Follower,
  vault: Vault,
  by: { opensShard: boolean; asks: readonly Ask[]; room?: Room; subject: string; request_id: string },
): Promise<'committed' | 'conflict' | 'suspended'> {
  const { follower_id, tenant_id, vault_tenant_id, vault_id, shard, place } = follower;
  const { webhook: _url, ...auditable } = follower;
  const event = {
    ...keys.audit(tenant_id, follower_id, follower.created_at, ulidOf(follower_id)),
    action: 'follower.registered',
    by: by.subject,
    request_id: by.request_id,
    after: auditable,
  };
  const items = [
    followerItem(follower),
    { ...keys.reference(follower_id), follower_id, tenant_id, vault_tenant_id, vault_id, shard, place },
    ownFollowerItem(follower),
    event,
    ...(by.opensShard ? [openedMarker(follower, vault)] : []),
    ...by.asks.flatMap((ask) => askItems(shardOf(follower), ask)),
  ];
  const puts = items.map((Item) => ({ Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' } }));
  try {
    // Vaults of before there was the list get into it with their next follower.
    const listed = { Put: { TableName: table.name, Item: vaultListItem(vault) } };
    const counting = by.room === undefined ? [] : followerCounted(table, tenant_id, vault_id, by.room);
    const TransactItems = [stillActive(table, tenant_id), seatTaken(table, follower, vault), ...counting, ...puts, listed];
    await table.client.send(new TransactWriteCommand({ TransactItems }));
    return 'committed';
  } catch (error) {
    if (failedConditions(error).includes(0)) return 'suspended';
    if (failedConditions(error).length > 0 || metAnother(error)) return 'conflict';
    throw error;
  }
}

/** Who is being suspended meanwhile must not get a follower that the suspension does not see. */
const stillActive = (table: Table, tenantId: string) => ({
  ConditionCheck: {
    TableName: table.name,
    Key: keys.tenant(tenantId),
    ConditionExpression: 'attribute_not_exists(#status) OR #status = :active',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':active': 'active' },
  },
});

const seatTaken = (table: Table, { shard, place }: Follower, vault: Vault) => ({
  Update: {
    TableName: table.name,
    Key: keys.vault(vault),
    UpdateExpression: 'SET ver = :next, shards = :shards, followers = followers + :one, last_shard_followers = :count',
    ConditionExpression: 'ver = :ver',
    ExpressionAttributeValues: {
      ':ver': vault.ver,
      ':next': vault.ver + 1,
      ':shards': shard + 1,
      ':one': 1,
      ':count': place + 1,
    },
  },
});

function openedMarker(follower: Follower, vault: Vault) {
  const shard = { tenant_id: vault.tenant_id, vault_id: vault.vault_id, shard: follower.shard };
  return {
    ...keys.result(shard, { seq: vault.seq }),
    seq: vault.seq,
    symbol: '',
    manager_order_id: '',
    state: 'done',
    owner: 'opened',
    lease_until: 0,
    accepted_at: follower.created_at,
    claimed_at: follower.created_at,
    finished_at: follower.created_at,
  };
}

/** What a PATCH may change of a row. All else (lane, told moved, unknowns) moves by other hands and is left alone. */
const settingNames = [
  'label',
  'mode',
  'scale',
  'scale_basis',
  'max_pos_usd',
  'symbols',
  'kill_switch',
  'reduce_only',
  'allow_short',
  'webhook',
  'status',
  'flip',
  'joined_seq',
  'updated_at',
  'ver',
] as const satisfies readonly (keyof Follower)[];

/** Whether a request has changed the follower already. */
export const followerChangeMade = (table: Table, follower: Follower, seed: string): Promise<boolean> =>
  isMarked(table, keys.followerChanged(shardOf(follower), seed));

/** Who changes a follower and how; `held`: what its plan was found to have; `recheck`: others of its tenant may have a place then. */
export interface FollowerEvent {
  readonly by: string;
  readonly request_id: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly event_id: string;
  readonly action?: string;
  readonly held?: Held | undefined;
  readonly recheck?: boolean | undefined;
  /** What belongs to the end of its flip. */
  readonly ends?: Writes;
}

/**
 * Writes a follower's settings, with the audit event and the request's mark, if nobody else changed them since they were read:
 * before the mark was asked for. `event_id` is the request's seed; `ends` is what belongs to the end of its flip.
 */
export async function replaceFollower(
  table: Table,
  next: Follower,
  readVersion: number,
  event: FollowerEvent,
  asks: readonly Ask[] = [],
): Promise<boolean> {
  const given = settingNames.filter((name) => next[name] !== undefined);
  const absent = settingNames.filter((name) => next[name] === undefined);
  const remove = absent.length === 0 ? '' : ` REMOVE ${absent.map((n) => `#${n}`).join(', ')}`;
  const { event_id, action = 'follower.changed', held, recheck, ends = [], ...what } = event;
  const Item = { ...keys.audit(next.tenant_id, next.follower_id, next.updated_at, event_id), action, ...what };
  const Update = {
    TableName: table.name,
    Key: keys.follower(shardOf(next), next.place),
    UpdateExpression: `SET ${given.map((n) => `#${n} = :${n}`).join(', ')}${remove}`,
    ConditionExpression: '#ver = :read',
    ExpressionAttributeNames: Object.fromEntries(settingNames.map((n) => [`#${n}`, n])),
    ExpressionAttributeValues: { ...Object.fromEntries(given.map((n) => [`:${n}`, next[n]])), ':read': readVersion },
  };
  const asked = asks.flatMap((ask) => askItems(shardOf(next), ask)).map((row) => ({ Put: { TableName: table.name, Item: row } }));
  const TransactItems = [
    { Update },
    { Put: { TableName: table.name, Item } },
    { Put: { TableName: table.name, Item: requestMark(keys.followerChanged(shardOf(next), event_id), next.updated_at) } },
    ...asked,
    ...ends,
    ...(action === 'follower.left' ? await goneWrites(table, next) : []),
    ...planWrites(table, next, { held, recheck }),
  ];
  return tried(table, TransactItems);
}

function planWrites(
  table: Table,
  { tenant_id, updated_at }: Follower,
  { held, recheck }: Pick<FollowerEvent, 'held' | 'recheck'>,
) {
  const asRead = held === undefined ? [] : [planAsRead(table, tenant_id, held)];
  return recheck === true ? [...asRead, looksAgain(table, tenant_id, updated_at)] : asRead;
}

/** Who leaves is marked among its tenant's followers, and counted no more, by the write that says so. */
async function goneWrites(table: Table, { status, updated_at, ...follower }: Follower): Promise<Write[]> {
  if (status !== 'leaving' && status !== 'left') return [];
  const { tenant_id, vault_id } = follower;
  const fewer = await uncounted(table, { tenant_id, vault_id, followers: 1 }, updated_at);
  return [{ Put: { TableName: table.name, Item: ownFollowerItem(follower, updated_at) } }, ...fewer];
}

type ListCursor = readonly [number, string];
const isListCursor = (v: unknown): v is ListCursor =>
  Array.isArray(v) && v.length === 2 && Number.isInteger(v[0]) && v[0] >= 0 && v[0] < 1_048_576 && (v[1] === '' || isText(v[1]));

/** A vault's followers, shard by shard, in the order of their places. */
export async function listFollowers(
  table: Table,
  vault: VaultKey & { shards: number },
  page: PageRequest,
): Promise<Page<Follower>> {
  const [from, after] = page.cursor === undefined ? ([0, ''] as const) : readCursor(page.cursor, isListCursor);
  const found: { shard: number; item: Record<string, unknown> }[] = [];
  for (let shard = from; shard < vault.shards && found.length <= page.limit; shard += 1) {
    const start = shard === from && after !== '' ? after : undefined;
    const items = await queryRange(table, {
      pk: partitions.shard({ ...vault, shard }),
      prefix: prefixes.roster,
      after: start,
      limit: page.limit - found.length,
    });
    // What is asked for followers stands behind the last of them.
    const rows = items.filter((item) => !(item['sk'] as string).startsWith(prefixes.todo));
    found.push(...rows.map((item) => ({ shard, item })));
  }
  const given = found.slice(0, page.limit);
  const last = given.at(-1);
  const next_cursor = found.length > page.limit && last !== undefined ? writeCursor([last.shard, last.item['sk']]) : null;
  return { items: given.map(({ item }) => followerOf(item)), next_cursor };
}
