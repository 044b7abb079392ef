import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Subscription } from '../../domain/billing/subscription.ts';
import { type Asked, effective } from '../../domain/entitlements/effective.ts';
import type { Entitlements } from '../../domain/entitlements/plans.ts';
import type { Room, Usage } from '../../domain/entitlements/usage.ts';
import { batchGetAtOnce } from './batch-get.ts';
import { held, stored, type Table } from './client.ts';
import { keys, partitions, prefixes, type VaultKey } from './keys.ts';
import { queryAll, withPrefix } from './query-all.ts';
import type { Write } from './subscription-store.ts';

type Item = Record<string, unknown>;

/** What a tenant uses is counted in rows of its own partition, each in the transaction that changes what it counts. */
interface Counted {
  readonly usage: Usage;
  /** Of the vault in question. */
  readonly here: number;
  readonly subscription: Item | undefined;
}

/** What a tenant has and uses, with one vault in view: one call. Who was never counted is counted first. */
export async function readRoom(table: Table, tenantId: string, vaultId: string, asked: Asked): Promise<Room> {
  const { usage, here, subscription } = await counted(table, tenantId, vaultId);
  const { plan_id, entitlements } = effective(subscription === undefined ? undefined : stored<Subscription>(subscription), asked);
  return { plan: plan_id, entitlements, usage, here, subscription_ver: subscription?.['ver'] as number | undefined };
}

async function counted(table: Table, tenantId: string, vaultId: string): Promise<Counted> {
  const wanted = [keys.usage(tenantId), keys.vaultUsage(tenantId, vaultId), keys.subscription(tenantId)] as const;
  const items = await batchGetAtOnce(table, wanted);
  const found = ({ sk }: { readonly sk: string }): Item | undefined => items.find((item) => item['sk'] === sk);
  const usage = found(wanted[0]);
  if (usage === undefined) {
    await countFirst(table, tenantId);
    return counted(table, tenantId, vaultId);
  }
  const { followers, vaults } = usage;
  const here = (found(wanted[1])?.['refs'] as number | undefined) ?? 0;
  return { usage: { followers, vaults } as Usage, here, subscription: found(wanted[2]) };
}

/** What a tenant uses, for people to read: by its row, or counted now. */
export async function readUsage(table: Table, tenantId: string): Promise<Usage> {
  const [row] = await batchGetAtOnce(table, [keys.usage(tenantId)]);
  if (row !== undefined) return { followers: row['followers'] as number, vaults: row['vaults'] as number };
  const { followers, refs } = await count(table, tenantId);
  return { followers, vaults: refs.size };
}

/**
 * Counts a tenant that has no row yet. While there is none nothing that counts can change: every change needs the row. So
 * whoever counts finds the same, and the first to write the row has written what holds.
 */
async function countFirst(table: Table, tenantId: string): Promise<void> {
  const { followers, refs } = await count(table, tenantId);
  const putOnce = (Item: Item) =>
    held(table.client.send(new PutCommand({ TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' })));
  for (const [vaultId, its] of refs) await putOnce({ ...keys.vaultUsage(tenantId, vaultId), refs: its });
  await putOnce({ ...keys.usage(tenantId), followers, vaults: refs.size });
}

async function count(table: Table, tenantId: string): Promise<{ followers: number; refs: ReadonlyMap<string, number> }> {
  const partition = partitions.tenant(tenantId);
  const own = await queryAll(table, withPrefix(partition, prefixes.ownFollower));
  const present = own.filter((item) => item['left_at'] === undefined);
  const owned = await queryAll(table, withPrefix(partition, prefixes.vault));
  const vaults = await batchGetAtOnce(
    table,
    owned.map((item) => keys.vault({ tenant_id: tenantId, vault_id: item['vault_id'] as string })),
  );
  const open = vaults.filter((vault) => vault['status'] !== 'closed');
  const refs = new Map<string, number>();
  for (const { vault_id } of [...open, ...present].map(stored<{ vault_id: string }>))
    refs.set(vault_id, (refs.get(vault_id) ?? 0) + 1);
  return { followers: present.length, refs };
}

/** One more follower, on a vault that counts already or not; holds while the plan is as it was read and has room. */
export const followerCounted = (table: Table, tenantId: string, vaultId: string, room: Room): Write[] => [
  totals(table, tenantId, { followers: 1, vaults: room.here === 0 ? 1 : 0 }, room.entitlements),
  refsMoved(table, tenantId, vaultId, { by: 1, read: room.here }),
  planAsRead(table, tenantId, room),
];

/** One more vault, which nobody can have counted yet. */
export const vaultCounted = (table: Table, { tenant_id, vault_id }: VaultKey, room: Room): Write[] => [
  totals(table, tenant_id, { followers: 0, vaults: 1 }, room.entitlements),
  refsMoved(table, tenant_id, vault_id, { by: 1, read: 0 }),
];

/** What goes when a follower leaves a vault, or its owner closes it; the place that is free may be another's. */
export async function uncounted(
  table: Table,
  { tenant_id, vault_id, followers }: VaultKey & { readonly followers: 0 | 1 },
  at: string,
): Promise<Write[]> {
  const { here } = await counted(table, tenant_id, vault_id);
  // What older code let in while counts began was never counted: it goes without.
  if (here === 0) return [looksAgain(table, tenant_id, at)];
  return [
    totals(table, tenant_id, { followers: -followers, vaults: here === 1 ? -1 : 0 }),
    refsMoved(table, tenant_id, vault_id, { by: -1, read: here }),
    looksAgain(table, tenant_id, at),
  ];
}

/** Asks for the tenant's followers to be looked at again: some that had no place may have one now. */
export const looksAgain = (table: Table, tenantId: string, at: string): Write => ({
  Put: { TableName: table.name, Item: { ...keys.recheck(tenantId), tenant_id: tenantId, at } },
});

/** Holds while the subscription is the one that was read. */
export const planAsRead = (table: Table, tenantId: string, { subscription_ver }: Pick<Room, 'subscription_ver'>): Write => ({
  ConditionCheck: {
    TableName: table.name,
    Key: keys.subscription(tenantId),
    ...(subscription_ver === undefined
      ? { ConditionExpression: 'attribute_not_exists(ver)' }
      : { ConditionExpression: 'ver = :read', ExpressionAttributeValues: { ':read': subscription_ver } }),
  },
});

function totals(table: Table, tenantId: string, more: Usage, given?: Pick<Entitlements, 'followers' | 'vaults'>): Write {
  const grown = (['followers', 'vaults'] as const).filter((name) => more[name] > 0 && typeof given?.[name] === 'number');
  const limits = Object.fromEntries(grown.map((name) => [`:most_${name}`, given?.[name]]));
  return {
    Update: {
      TableName: table.name,
      Key: keys.usage(tenantId),
      UpdateExpression: 'SET followers = followers + :followers, vaults = vaults + :vaults',
      ConditionExpression: ['attribute_exists(pk)', ...grown.map((name) => `${name} < :most_${name}`)].join(' AND '),
      ExpressionAttributeValues: { ':followers': more.followers, ':vaults': more.vaults, ...limits },
    },
  };
}

/**
 * Counts at a vault. Whether the vault itself begins or ceases to count was decided by what was read: that must hold, and
 * the number between need not.
 */
function refsMoved(table: Table, tenantId: string, vaultId: string, { by, read }: { by: 1 | -1; read: number }): Write {
  const last = by === 1 ? 0 : 1;
  // A first count finds no row; a last one finds exactly one left.
  const atTurn = by === 1 ? 'attribute_not_exists(refs) OR refs = :last' : 'refs = :last';
  return {
    Update: {
      TableName: table.name,
      Key: keys.vaultUsage(tenantId, vaultId),
      UpdateExpression: 'SET refs = if_not_exists(refs, :none) + :by',
      ConditionExpression: read > last ? 'refs > :last' : atTurn,
      ExpressionAttributeValues: { ':none': 0, ':by': by, ':last': last },
    },
  };
}
