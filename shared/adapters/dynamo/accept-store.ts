import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Subscription } from '../../domain/billing/subscription.ts';
import { type Asked, effective } from '../../domain/entitlements/effective.ts';
import type { Entitled } from '../../domain/entitlements/feature.ts';
import type { AcceptRequest, AcceptView } from '../../domain/mirroring/accept.ts';
import type { LogEntry } from '../../domain/mirroring/entry.ts';
import type { OrderEntry } from '../../domain/mirroring/order.ts';
import { defaultReconcilePolicy } from '../../domain/vaults/create.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import { ulidOf } from '../../kit/ids.ts';
import { batchGetAtOnce } from './batch-get.ts';
import { failedConditions, metAnother, stored, type Table } from './client.ts';
import { keys } from './keys.ts';
import { latestNav } from './latest-nav.ts';
import { openPartition } from './open-rows.ts';

type Item = Record<string, unknown>;

/**
 * Everything that accept decides from, in one batch of consistent reads. A batch is no snapshot: its transaction holds only for the
 * vault and the position as they were read.
 */
export async function readForAccept(table: Table, request: AcceptRequest, at: string, asked?: Asked): Promise<AcceptView> {
  const { order } = request;
  const wanted = {
    vault: keys.vault(request),
    tenant: keys.tenant(request.tenant_id),
    ...(asked === undefined ? {} : { subscription: keys.subscription(request.tenant_id) }),
    external: keys.external(request, order.external_id),
    position: keys.position(request, order.symbol),
    ...(order.prev_external_id === undefined || order.prev_external_id === order.external_id
      ? {}
      : { predecessor: keys.external(request, order.prev_external_id) }),
  };
  const [items, nav] = await Promise.all([
    batchGetAtOnce(table, Object.values(wanted)),
    order.nav === undefined ? latestNav(table, request, at) : undefined,
  ]);
  const found = (name: keyof typeof wanted): Item | undefined => {
    const key = wanted[name];
    return key === undefined ? undefined : items.find((i) => i['pk'] === key.pk && i['sk'] === key.sk);
  };
  const external = found('external');
  const vault = found('vault');
  const tenantStatus = found('tenant')?.['status'] as AcceptView['tenantStatus'];
  return {
    ...(tenantStatus === undefined ? {} : { tenantStatus }),
    ...(asked === undefined ? {} : { entitled: entitledBy(found('subscription'), asked) }),
    vault: vault === undefined ? undefined : vaultOf(vault),
    position: (found('position')?.['qty'] as string | undefined) ?? '0',
    ...(external === undefined
      ? {}
      : { existing: { manager_order_id: external['manager_order_id'] as string, seq: external['seq'] as number } }),
    predecessorDecided: found('predecessor') !== undefined,
    ...(nav === undefined ? {} : { nav }),
  };
}

function entitledBy(item: Item | undefined, asked: Asked): Entitled {
  const { plan_id: plan, entitlements } = effective(item === undefined ? undefined : stored<Subscription>(item), asked);
  return { plan, entitlements };
}

export function vaultOf(item: Item): Vault {
  const { pk: _pk, sk: _sk, ...vault } = item;
  // Items of before there was a policy have none.
  return stored<Vault>({ reconcile_policy: defaultReconcilePolicy, ...vault });
}

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

/**
 * One transaction: the entry, the vault's next sequence number (only if the vault is as it was read), the external_id,
 * the position, the look-up by id, the audit event and the OPEN row that sweep watches.
 */
export async function commitEntry(
  table: Table,
  entry: OrderEntry,
  read: { vaultVersion: number; accepted_by: string },
): Promise<'committed' | 'conflict'> {
  return transact(table, [
    advanceVault(table, entry, read.vaultVersion),
    ...newItems(table, entry),
    ...plainItems(table, entry, read.accepted_by),
    movePosition(table, entry),
  ]);
}

/** `conflict` when the vault is not as it was read, or another transaction was on one of the items. */
export async function transact(table: Table, TransactItems: Writes): Promise<'committed' | 'conflict'> {
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems }));
    return 'committed';
  } catch (error) {
    if (failedConditions(error).length > 0 || metAnother(error)) return 'conflict';
    throw error;
  }
}

/** The vault's next entry; a cancel also says how far back shards have to ask whether an order was canceled. */
export const advanceVault = (table: Table, entry: LogEntry, ver: number): Writes[number] => ({
  Update: {
    TableName: table.name,
    Key: keys.vault(entry),
    UpdateExpression: `SET seq = :seq, last_time = :time, ver = :next${entry.kind === 'cancel' ? ', canceled_to = :canceled' : ''}`,
    ConditionExpression: 'ver = :ver',
    ExpressionAttributeValues: {
      ':seq': entry.seq,
      ':time': entry.accepted_at,
      ':ver': ver,
      ':next': ver + 1,
      ...(entry.kind === 'cancel' ? { ':canceled': entry.canceled_to } : {}),
    },
  },
});

/** The manager's position after an entry; holds only while it is what the entry started from. */
export const movePosition = (table: Table, entry: LogEntry): Writes[number] => ({
  Put: {
    TableName: table.name,
    Item: {
      ...keys.position(entry, entry.order.symbol),
      symbol: entry.order.symbol,
      qty: entry.pinned.position_after,
      ref_price: entry.order.ref_price,
      seq: entry.seq,
    },
    ConditionExpression: entry.pinned.position_before === '0' ? 'attribute_not_exists(pk) OR qty = :before' : 'qty = :before',
    ExpressionAttributeValues: { ':before': entry.pinned.position_before },
  },
});

const newItems = (table: Table, entry: OrderEntry): Writes =>
  [
    { ...keys.entry(entry, entry.seq), entry },
    { ...keys.external(entry, entry.order.external_id), manager_order_id: entry.manager_order_id, seq: entry.seq },
  ].map((Item) => ({ Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' } }));

function plainItems(table: Table, entry: OrderEntry, by: string): Writes {
  const { tenant_id, vault_id, seq, manager_order_id, pinned } = entry;
  const items: Item[] = [
    { ...keys.reference(manager_order_id), tenant_id, vault_id, seq },
    {
      ...keys.audit(tenant_id, vault_id, entry.accepted_at, ulidOf(manager_order_id)),
      action: 'manager_order.accepted',
      by,
      after: { manager_order_id, seq },
    },
    ...(pinned.shards === 0 ? [] : [openRow(entry)]),
  ];
  return items.map((Item) => ({ Put: { TableName: table.name, Item } }));
}

export const openRow = (entry: LogEntry): Item => ({
  ...keys.open(openPartition(entry.vault_id), entry.vault_id, entry.seq),
  tenant_id: entry.tenant_id,
  vault_id: entry.vault_id,
  seq: entry.seq,
  shards: entry.pinned.shards,
  opened_at: entry.accepted_at,
});
