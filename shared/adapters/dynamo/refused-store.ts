import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { RefusedOrder } from '../../domain/mirroring/order.ts';
import { ulidOf } from '../../kit/ids.ts';
import { failedConditions, type Table } from './client.ts';
import { keys } from './keys.ts';

/** Keeps an order of the bus that was refused, with its audit event. The first refusal stands. */
export async function putRefused(table: Table, refused: RefusedOrder): Promise<void> {
  const put = (Item: Record<string, unknown>) => ({
    Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' },
  });
  const { tenant_id, vault_id, manager_order_id, refused_at, code, detail } = refused;
  const event = {
    ...keys.audit(tenant_id, vault_id, refused_at, ulidOf(manager_order_id)),
    action: 'manager_order.refused',
    by: 'bus',
    why: code,
    after: { manager_order_id, detail },
  };
  const writes = [
    put({ ...keys.refused(refused, manager_order_id), refused }),
    put({ ...keys.reference(manager_order_id), tenant_id, vault_id }),
    put(event),
  ];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems: writes }));
  } catch (error) {
    if (failedConditions(error).length === 0) throw error;
  }
}
