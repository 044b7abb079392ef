import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Subscription } from '../../domain/billing/subscription.ts';
import type { Projected, ProjectionPorts } from '../../domain/entitlements/projection.ts';
import type { Tenant } from '../../domain/tenants/tenant.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import { sha256Start } from '../../kit/hash.ts';
import { limits } from '../../wiring/limits.ts';
import { vaultOf } from './accept-store.ts';
import { batchGet } from './batch-get.ts';
import { stored, type Table } from './client.ts';
import { type Key, keys, partitions, prefixes } from './keys.ts';
import { queryRange } from './pages.ts';
import { queryAll } from './query-all.ts';

type Item = Record<string, unknown>;

/** All that a projection decides from, in one call. */
export const loadForProjection =
  (table: Table): ProjectionPorts['load'] =>
  async (tenantId) => {
    const wanted = [keys.tenant(tenantId), keys.subscription(tenantId), keys.projected(tenantId)] as const;
    const items = await batchGet(table, wanted);
    const at = <T>({ sk }: Key): T | undefined => {
      const item = items.find((found) => found['sk'] === sk);
      return item === undefined ? undefined : stored<T>(item);
    };
    return {
      status: at<Tenant>(wanted[0])?.status,
      subscription: at<Subscription>(wanted[1]),
      projected: at<Projected>(wanted[2]),
    };
  };

const vaultsPerPage = 50;

/** The ids of the oldest of a tenant's own vaults that are not closed. */
export async function oldestVaults(table: Table, tenantId: string, most: number): Promise<string[]> {
  const vaults = most === 0 ? [] : await ownVaults(table, tenantId, most);
  return vaults.map(({ vault_id }) => vault_id);
}

/** A tenant's own vaults that are not closed, the oldest first; all of them, or so many. */
export async function ownVaults(table: Table, tenantId: string, most = Number.POSITIVE_INFINITY): Promise<Vault[]> {
  const found: Vault[] = [];
  let after: string | undefined;
  while (found.length < most) {
    const range = { pk: partitions.tenant(tenantId), prefix: prefixes.vault, after, limit: vaultsPerPage };
    const rows = (await queryRange(table, range)).slice(0, vaultsPerPage);
    const vaults = await batchGet(
      table,
      rows.map((row) => keys.vault({ tenant_id: tenantId, vault_id: row['vault_id'] as string })),
    );
    const open = vaults.map(vaultOf).filter(({ status }) => status !== 'closed');
    found.push(...open.sort((a, b) => (a.vault_id < b.vault_id ? -1 : 1)));
    if (rows.length < vaultsPerPage) break;
    after = rows.at(-1)?.['sk'] as string;
  }
  return found.slice(0, most);
}

export async function noteProjected(table: Table, tenantId: string, projected: Projected): Promise<void> {
  await table.client.send(new PutCommand({ TableName: table.name, Item: { ...keys.projected(tenantId), ...projected } }));
}

/** A tenant that is to be looked at again at a moment. Rows of moments that are no more do no harm: they go when they are due. */
export interface DueTenant {
  readonly tenant_id: string;
  readonly at: string;
}

const duePartition = (tenantId: string): number => sha256Start(tenantId) % limits.duePartitions;

export async function putDue(table: Table, { tenant_id, at }: DueTenant): Promise<void> {
  const key = keys.entitlementsDue(duePartition(tenant_id), at, tenant_id);
  await table.client.send(new PutCommand({ TableName: table.name, Item: { ...key, tenant_id, at } }));
}

/** The tenants that were due until a moment, by partition, the longest due first. */
export async function readDue(table: Table, partition: number, until: string, most: number): Promise<DueTenant[]> {
  const asked = {
    KeyConditionExpression: 'pk = :pk AND sk < :until',
    ExpressionAttributeValues: { ':pk': partitions.entitlementsDue(partition), ':until': until },
  };
  return (await queryAll(table, asked, most)).map((item: Item) => stored<DueTenant>(item));
}

export async function dropDue(table: Table, { tenant_id, at }: DueTenant): Promise<void> {
  const Key = keys.entitlementsDue(duePartition(tenant_id), at, tenant_id);
  await table.client.send(new DeleteCommand({ TableName: table.name, Key }));
}
