import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { findDynamoRunner } from '../../../local/checks.ts';
import { startDynamo } from '../../../local/servers/dynamodb.ts';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { tableSchema } from '../../../shared/wiring/table.ts';
import type { Sendable } from '../contract/outcomes.ts';
import { MemoryTable } from '../memory/table.ts';

/** Every run gets a table of its own, so that all runs have equal ids. */
export interface Database {
  readonly fresh: () => Promise<Table>;
  readonly stop: () => Promise<void>;
}

const region = 'eu-central-1';
const { partitionKey, sortKey } = tableSchema;

/** Tables of the in-memory kind, which `test/world/contract` holds against DynamoDB Local: for hundreds of runs. */
export function memoryDatabase(): Database {
  const fresh = async (): Promise<Table> => {
    const memory = new MemoryTable();
    const { name, client } = memory.asTable('world');
    // What a run has come to is scanned; adapters never do that, and the table does not know it.
    const send = async (command: Sendable) =>
      command instanceof ScanCommand ? { Items: [...memory.items()] } : client.send(command as never);
    return { name, client: { send: send as Table['client']['send'] } };
  };
  return { fresh, stop: async () => undefined };
}

/** DynamoDB Local in memory, one per test file. */
export async function startDatabase(): Promise<Database> {
  const logs = mkdtempSync(join(tmpdir(), 'vanta-world-'));
  const lost = (error: Error) => {
    throw error;
  };
  const options = { region, logFile: join(logs, 'dynamodb.log'), onSpawn: () => undefined, onLost: lost };
  const server = await startDynamo({ ...options, runner: await findDynamoRunner() });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const plain = new DynamoDBClient({ endpoint: server.endpoint, region, credentials, maxAttempts: 1 });
  const client = DynamoDBDocumentClient.from(plain, { marshallOptions: { removeUndefinedValues: true } });
  let tables = 0;
  return {
    fresh: async () => {
      tables += 1;
      const table = { client, name: `world-${tables}` };
      await server.create([{ name: table.name, arn: table.name, create: schemaOf(table.name) }]);
      return table;
    },
    stop: async () => {
      plain.destroy();
      await server.stop();
      rmSync(logs, { recursive: true, force: true });
    },
  };
}

const schemaOf = (TableName: string) => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [partitionKey, sortKey].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    { AttributeName: sortKey, KeyType: 'RANGE' },
  ],
});
