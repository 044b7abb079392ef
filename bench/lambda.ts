import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { World } from './aws/boundary.ts';
import type { QueueMessage } from './aws/queue.ts';
import { assumed } from './meter/prices.ts';

export type QueueHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse | undefined>;

/** How a function waits for others: that decides, with its memory, what its time costs. */
export interface Waits {
  readonly memoryMb: number;
  /** Calls to AWS one after the other; those in parallel are one. */
  readonly callRounds: number;
  /** Endpoints one after the other. */
  readonly endpointRounds: number;
}

const cpuMemoryMb = 1769;
export const gbSecondsOf = ({ memoryMb, callRounds, endpointRounds }: Waits): number =>
  (memoryMb / 1024) * ((callRounds * assumed.awsCallMs + endpointRounds * assumed.endpointMs) / 1000);
/** CPU is billed where one vCPU is: at 1,769 MB. */
export const cpuGbSeconds = (micros: number): number => (cpuMemoryMb / 1024) * (micros / 1e6);

/** Far away: while memory is watched every call waits for the collector, and no lease may end meanwhile. */
const deadlineMs = 15 * 60_000;

/** Hands messages to a function as Lambda's pollers do, and counts what they are billed for: receive and delete. */
export async function invoke(
  handler: QueueHandler,
  messages: readonly QueueMessage[],
  fifo: boolean,
  waits: Waits,
  world: World & { gbSeconds: number },
): Promise<void> {
  const { meter } = world;
  meter.invocation();
  const bytes = messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  meter.poller(bytes, fifo);
  meter.poller(0, fifo);
  world.gbSeconds += gbSecondsOf(waits);
  const answer = await handler(eventOf(messages), contextUntil(Date.now() + deadlineMs));
  const failed = answer?.batchItemFailures ?? [];
  if (failed.length > 0) throw new Error(`${failed.length} of ${messages.length} messages failed`);
}

function eventOf(messages: readonly QueueMessage[]): SQSEvent {
  const Records = messages.map(({ body, group, id }) => ({
    messageId: id,
    receiptHandle: `r-${id}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'bench',
      ApproximateFirstReceiveTimestamp: '0',
      MessageGroupId: group,
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:bench:queue',
    awsRegion: 'us-east-1',
  }));
  return { Records };
}

/** What handlers read of Lambda's context; another member would be undefined and fail there. */
const contextUntil = (deadline: number): Context =>
  ({ awsRequestId: 'bench', functionName: 'bench', getRemainingTimeInMillis: () => deadline - Date.now() }) as unknown as Context;
