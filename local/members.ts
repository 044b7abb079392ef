import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../shared/adapters/dynamo/client.ts';
import { putMember } from '../shared/adapters/dynamo/members.ts';
import type { TableAddress } from './platform.ts';
import type { TokenRequest } from './servers/issuer.ts';

let opened: { readonly endpoint: string; readonly table: Table } | undefined;

/** Makes the subject of a token with tenant and role a member of that tenant, as an accepted invitation would. */
export async function noteMember(request: TokenRequest, address: TableAddress): Promise<void> {
  const { sub, tenant_id, role, email, follower_id } = request;
  if (tenant_id === undefined || role === undefined) return;
  await putMember(openTable(address), {
    tenant_id,
    subject: sub,
    role,
    ...(email !== undefined && { email }),
    ...(follower_id !== undefined && { follower_id }),
  });
}

// The platform runs outside of its functions' environments: endpoint and credentials are said, not read.
function openTable({ endpoint, region, name }: TableAddress): Table {
  if (opened?.endpoint === endpoint) return opened.table;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }), {
    marshallOptions: { removeUndefinedValues: true },
  });
  opened = { endpoint, table: { client, name } };
  return opened.table;
}
