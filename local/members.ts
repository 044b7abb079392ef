import { putMember } from '../shared/adapters/dynamo/members.ts';
import { openLocalTable, type TableAddress } from './local-table.ts';
import type { TokenRequest } from './servers/issuer.ts';

/** Makes the subject of a token with tenant and role a member of that tenant, as an accepted invitation would. */
export async function noteMember(request: TokenRequest, address: TableAddress): Promise<void> {
  const { sub, tenant_id, role, email, follower_id } = request;
  if (tenant_id === undefined || role === undefined) return;
  const member = { tenant_id, subject: sub, role, email: email?.toLowerCase(), follower_id };
  await putMember(openLocalTable(address), member, new Date().toISOString());
}
