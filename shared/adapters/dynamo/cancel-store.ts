import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { CancelMark, CancelRequest, CancelView } from '../../domain/mirroring/cancel.ts';
import type { CancelEntry } from '../../domain/mirroring/entry.ts';
import { ulidOf } from '../../kit/ids.ts';
import { advanceVault, movePosition, openRow, transact, vaultOf } from './accept-store.ts';
import type { Table } from './client.ts';
import { keys, type VaultKey } from './keys.ts';
import { readEntry } from './line-reads.ts';
import { getItem } from './lookups.ts';

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

/** What a cancel is decided from; the symbol's last price needs the order first. */
export async function readForCancel(table: Table, request: CancelRequest): Promise<CancelView> {
  const [vault, order, mark] = await Promise.all([
    getItem(table, keys.vault(request)),
    readEntry(table, request, request.seq),
    readMark(table, request, request.seq),
  ]);
  const position = order === undefined ? undefined : await getItem(table, keys.position(request, order.order.symbol));
  return {
    vault: vault === undefined ? undefined : vaultOf(vault),
    order,
    mark,
    refPrice: position?.['ref_price'] as string | undefined,
  };
}

/** The cancel of an order, if there is one. */
export async function readMark(table: Table, vault: VaultKey, seq: number): Promise<CancelMark | undefined> {
  return (await getItem(table, keys.canceled(vault, seq)))?.['mark'] as CancelMark | undefined;
}

/** One transaction: the entry, the vault's next sequence number, the order's mark, the position, the look-up, the audit event. */
export function commitCancel(
  table: Table,
  entry: CancelEntry,
  read: { vaultVersion: number; by: string; seed: string },
): Promise<'committed' | 'conflict'> {
  const { tenant_id, vault_id, seq, manager_order_id, filled_qty, cancels, pinned } = entry;
  const mark: CancelMark = { manager_order_id, seq, filled_qty, seed: read.seed };
  const put = (Item: Record<string, unknown>): Writes[number] => ({ Put: { TableName: table.name, Item } });
  const putNew = (Item: Record<string, unknown>): Writes[number] => ({
    Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' },
  });
  return transact(table, [
    advanceVault(table, entry, read.vaultVersion),
    putNew({ ...keys.entry(entry, seq), entry }),
    putNew({ ...keys.canceled(entry, cancels.seq), mark }),
    movePosition(table, entry),
    put({ ...keys.reference(manager_order_id), tenant_id, vault_id, seq }),
    put({
      ...keys.audit(tenant_id, vault_id, entry.accepted_at, ulidOf(manager_order_id)),
      action: 'manager_order.canceled',
      by: read.by,
      before: { position: pinned.position_before },
      after: {
        manager_order_id: cancels.manager_order_id,
        canceled_by: manager_order_id,
        seq,
        filled_qty,
        position: pinned.position_after,
      },
    }),
    ...(pinned.shards === 0 ? [] : [put(openRow(entry))]),
  ]);
}
