import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Child } from '../../domain/mirroring/child.ts';
import type { Table } from './client.ts';
import { keys } from './keys.ts';

/** What was read of the cancel of a child's order before somebody says how the child ended. */
export type Guard = 'no cancel' | 'canceled or no order';

/**
 * A report or a settlement that saw no cancel holds only while there is none: a cancel's shard then finds what was said, or
 * whoever says it finds the cancel.
 */
export function guarded(table: Table, child: Child, guard: Guard): NonNullable<TransactWriteCommandInput['TransactItems']> {
  if (guard !== 'no cancel') return [];
  const vault = { tenant_id: child.vault_tenant_id, vault_id: child.vault_id };
  const Key = keys.canceled(vault, child.seq);
  return [{ ConditionCheck: { TableName: table.name, Key, ConditionExpression: 'attribute_not_exists(pk)' } }];
}
