import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditEvent } from '../../domain/audit/event.ts';
import type { Table } from './client.ts';
import { keys } from './keys.ts';

/** An event of its own, for what changes nothing else; what changes something writes its event in the same transaction. */
export async function putAuditEvent(table: Table, { tenant_id, entity, at, event_id, ...what }: AuditEvent): Promise<void> {
  const Item = { ...keys.audit(tenant_id, entity, at, event_id), ...what };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
}
