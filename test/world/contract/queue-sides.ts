import { SQSClient } from '@aws-sdk/client-sqs';
import { type Queues, startQueues } from '../../../local/servers/fauxqs.ts';
import type { Queue } from '../../../shared/adapters/sqs/queue.ts';
import { MemoryQueue } from '../memory/queue.ts';

export interface Kind {
  readonly fifo?: boolean;
  readonly contentBased?: boolean;
  readonly maxReceiveCount?: number;
  /** One second only where a test waits for it: the machine may be slow. */
  readonly visibilitySeconds?: number;
}
/** Queues of one side, and how time passes there. */
export interface Side {
  open(kind: Kind): Promise<Queue & { readonly dead: Queue }>;
  wait(seconds: number): Promise<void>;
}

const region = 'eu-central-1';
let server: Queues;
let client: SQSClient;

export async function startFauxqs(): Promise<void> {
  server = await startQueues(region);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new SQSClient({ endpoint: server.endpoint, region, credentials });
}

export async function stopFauxqs(): Promise<void> {
  client.destroy();
  await server.stop();
}

let names = 0;
export const fauxqs: Side = {
  async open({ fifo = true, contentBased = false, maxReceiveCount = 1000, visibilitySeconds = 30 }) {
    names += 1;
    const [name, dead] = ['', '-dead'].map((end) => `contract-${names}${end}${fifo ? '.fifo' : ''}`) as [string, string];
    const arn = (queue: string) => `arn:aws:sqs:${region}:000000000000:${queue}`;
    const attributes = { VisibilityTimeout: String(visibilitySeconds), ...(fifo && { FifoQueue: 'true' }) };
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn(dead), maxReceiveCount });
    const own = { ...attributes, RedrivePolicy, ...(contentBased && { ContentBasedDeduplication: 'true' }) };
    // Of a queue's description `create` reads these members alone.
    await server.create(
      [
        { name: dead, arn: arn(dead), attributes },
        { name, arn: arn(name), attributes: own },
      ] as never,
      [],
    );
    const queue = (of: string) => ({ client, url: `${server.endpoint}/000000000000/${of}` });
    return { ...queue(name), dead: queue(dead) };
  },
  wait: (seconds) => new Promise((done) => setTimeout(done, seconds * 1000 + 60)),
};

let now = Date.UTC(2026, 0, 5);
export const clock = () => now;
/** Time passes in memory. */
export const pass = (ms: number): void => {
  now += ms;
};
export const memory: Side = {
  async open({ fifo = true, contentBased = false, maxReceiveCount = 1000, visibilitySeconds = 30 }) {
    const dead = new MemoryQueue({ name: 'dead', fifo, clock, visibilitySeconds });
    const queue = new MemoryQueue({
      name: 'own',
      fifo,
      clock,
      visibilitySeconds,
      contentBasedDeduplication: contentBased,
      deadLetter: { queue: dead, maxReceiveCount },
    });
    return { client: queue.asClient(), url: 'own', dead: { client: dead.asClient(), url: 'dead' } };
  },
  async wait(seconds) {
    pass(seconds * 1000);
  },
};
