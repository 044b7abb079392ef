import { gzipSync } from 'node:zlib';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { DescribeEventBusCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { openBus } from '../../shared/adapters/eventbridge/bus.ts';
import { openQueue, type Queue } from '../../shared/adapters/sqs/queue.ts';
import { openApiDocument } from '../../shared/domain/contract/openapi.ts';
import { contractSchemas } from '../../shared/domain/contract/routes.ts';
import { readEnv, region } from '../../shared/wiring/env.ts';
import { chain, httpDoor } from '../edge/http.ts';
import type { ApiAnswer, ApiEvent, ApiFile } from '../edge/request.ts';
import { getDocs, getDocsAsset } from './docs.ts';
import { probeAll } from './probe.ts';
import { refuseUnknown } from './unknown.ts';

const env = readEnv('contract-api');
const table = openTable(env.table);
const bus = openBus(env.bus);
const queues = { shards: openQueue(env.shards), 'vault-intents': openQueue(env.vaultIntents) };
/** Made when it is first asked for: health and unknown routes need not wait for it. */
let document: ApiFile | undefined;

const attributes = (queue: Queue) =>
  queue.client.send(new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['QueueArn'] }));

async function getHealth(): Promise<ApiAnswer> {
  const dependencies = await probeAll({
    table: () => table.client.send(new DescribeTableCommand({ TableName: table.name })),
    bus: () => bus.client.send(new DescribeEventBusCommand({ Name: bus.name })),
    'queue:shards': () => attributes(queues.shards),
    'queue:vault-intents': () => attributes(queues['vault-intents']),
  });
  const status = dependencies.every((d) => d.ok) ? 'ok' : 'degraded';
  return { body: { status, version: env.version, region: region(), dependencies } };
}

async function getOpenApi(): Promise<ApiAnswer> {
  document ??= {
    contentType: 'application/json',
    gzipped: gzipSync(JSON.stringify(openApiDocument(env.version))),
    headers: { 'cache-control': 'no-cache' },
  };
  return { file: document };
}

const routed = httpDoor('contract', contractSchemas, { getHealth, getOpenApi, getDocs, getDocsAsset });
const unknown = chain(async (event) => refuseUnknown(event));

/** API Gateway sends here what no other route takes (`$default`). */
export const handler = (event: ApiEvent, context: Parameters<typeof routed>[1]) =>
  event.routeKey === '$default' ? unknown(event, context) : routed(event, context);
