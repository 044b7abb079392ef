import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Role } from '../../domain/tenants/roles.ts';
import { userIdOf } from '../../domain/tenants/standing.ts';
import type { Table } from './client.ts';
import { keys } from './keys.ts';

export interface Member {
  readonly tenant_id: string;
  readonly subject: string;
  readonly role: Role;
  readonly email?: string;
  readonly follower_id?: string;
}

export function memberItem(member: Member) {
  const user_id = userIdOf(member.tenant_id, member.subject);
  return { ...keys.user(member.tenant_id, user_id), user_id, ...member };
}

/** Makes a subject a member of its tenant, as an accepted invitation does. Saying it again changes nothing. */
export async function putMember(table: Table, member: Member): Promise<void> {
  await table.client.send(new PutCommand({ TableName: table.name, Item: memberItem(member) }));
}
