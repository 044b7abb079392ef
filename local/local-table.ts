import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../shared/adapters/dynamo/client.ts';

/** Where the table is, for what the platform itself writes into it. */
export interface TableAddress {
  readonly endpoint: string;
  readonly region: string;
  readonly name: string;
}

let opened: { readonly endpoint: string; readonly table: Table } | undefined;

// The platform runs outside of its functions' environments: endpoint and credentials are said, not read.
export function openLocalTable({ endpoint, region, name }: TableAddress): Table {
  if (opened?.endpoint === endpoint) return opened.table;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }), {
    marshallOptions: { removeUndefinedValues: true },
  });
  opened = { endpoint, table: { client, name } };
  return opened.table;
}
