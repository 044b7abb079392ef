import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { type AwsService, callAws } from '../aws-json.ts';
import type { QueueSpec } from '../template/model.ts';

/** The queues and buckets of the platform. */
export interface Queues {
  /** Where SQS and S3 answer. */
  readonly endpoint: string;
  create(queues: readonly QueueSpec[], buckets: readonly string[]): Promise<void>;
  /** Stores a message before it returns, without a round trip over HTTP. */
  send(queueArn: string, body: string, groupId?: string): void;
  stop(): Promise<void>;
}

/** Starts fauxqs in this process; with a data directory its messages and objects are in SQLite. */
export async function startQueues(region: string, dataDirectory?: string): Promise<Queues> {
  if (dataDirectory !== undefined) makeInFlightReady(dataDirectory);
  const server = await startFauxqs({
    port: 0,
    logger: false,
    defaultRegion: region,
    ...(dataDirectory !== undefined && { dataDir: dataDirectory }),
  });
  const endpoint = `http://127.0.0.1:${server.port}`;
  return {
    endpoint,
    async create(queues, buckets) {
      for (const queue of queues) await createQueue(server, { endpoint, target: 'AmazonSQS', region }, queue);
      for (const bucket of buckets) server.createBucket(bucket);
    },
    send(queueArn, body, groupId) {
      server.sendMessage(nameOf(queueArn), body, groupId === undefined ? {} : { messageGroupId: groupId });
    },
    stop: () => server.stop(),
  };
}

/**
 * After a kill -9 the messages that were in flight would stay hidden, and their groups shut, for the whole visibility
 * timeout. Their readers are gone, so they are ready at once; fauxqs must not have the database open yet.
 */
function makeInFlightReady(dataDirectory: string): void {
  mkdirSync(dataDirectory, { recursive: true });
  const file = join(dataDirectory, 'fauxqs.db');
  if (!existsSync(file)) return;
  const database = new DatabaseSync(file);
  const tables = database.prepare("SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'sqs_messages'").get();
  if (tables?.n === 1) database.exec('UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL');
  database.close();
}

// fauxqs refuses to change these; they hang on the queue's kind, not on a setting.
const fixed = ['FifoQueue', 'DeduplicationScope', 'FifoThroughputLimit'];

/** A queue that is there already keeps its messages (creating it again would drop them) and takes the template's attributes. */
async function createQueue(server: FauxqsServer, sqs: AwsService, queue: QueueSpec): Promise<void> {
  if (server.inspectQueue(queue.name) === undefined) {
    server.createQueue(queue.name, { attributes: { ...queue.attributes } });
    return;
  }
  const Attributes = Object.fromEntries(Object.entries(queue.attributes).filter(([name]) => !fixed.includes(name)));
  await callAws(sqs, 'SetQueueAttributes', { QueueUrl: `${sqs.endpoint}/000000000000/${queue.name}`, Attributes });
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}
