import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { type Child, unknownName } from '../../domain/mirroring/child.ts';
import type { Table } from './client.ts';
import { deadLetterKeys } from './dead-letters.ts';
import { keys } from './keys.ts';

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

const shardOf = ({ vault_tenant_id, vault_id, shard }: Child) => ({ tenant_id: vault_tenant_id, vault_id, shard });

/**
 * How a cancel that was answered ends the unknown child that it took back (SPEC 6.1): canceled, known, and no dead letter any
 * more. Holds once. Its name among the follower's unknowns goes in the write of the follower's row (`forget`).
 */
export function takenBackWrites(table: Table, child: Child, at: string): Writes {
  const known = {
    TableName: table.name,
    Key: keys.child(child, child),
    UpdateExpression: 'SET #state = :canceled, #unknown = :no, updated_at = :at REMOVE #code',
    ConditionExpression: '#unknown = :yes AND #state = :was',
    ExpressionAttributeNames: { '#state': 'state', '#unknown': 'unknown', '#code': 'code' },
    ExpressionAttributeValues: { ':canceled': 'canceled', ':no': false, ':yes': true, ':was': child.state, ':at': at },
  };
  const moves = child.state !== 'canceled';
  const counted = {
    TableName: table.name,
    Key: keys.ended(shardOf(child), child),
    UpdateExpression: `ADD #unknown :minus${moves ? ', #was :minus, #canceled :one' : ''}`,
    ExpressionAttributeNames: { '#unknown': 'unknown', ...(moves ? { '#was': child.state, '#canceled': 'canceled' } : {}) },
    ExpressionAttributeValues: { ':minus': -1, ...(moves ? { ':one': 1 } : {}) },
  };
  const letters = deadLetterKeys(child).map((Key) => ({ Delete: { TableName: table.name, Key } }));
  return [{ Update: known }, { Update: counted }, ...letters];
}

/** What takes the child's name off its follower's list of unknowns. */
export const forget = (child: Child | undefined): { remove: string; names: Record<string, string> } =>
  child === undefined
    ? { remove: '', names: {} }
    : { remove: ' REMOVE #unknown.#taken', names: { '#unknown': 'unknown', '#taken': unknownName(child) } };
