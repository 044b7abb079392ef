import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsService, callAws } from '../aws-json.ts';
import type { MappingSpec } from '../template/model.ts';
import { compileFilters, type Matcher } from './patterns.ts';

interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, { StringValue?: string; BinaryValue?: string; DataType: string }>>;
}

interface PollerOptions {
  readonly mapping: MappingSpec;
  readonly sqs: Omit<AwsService, 'target' | 'signal'>;
  /** Batches that run at the same time. */
  readonly concurrency: number;
  invoke(functionName: string, event: unknown): Promise<unknown>;
  onProblem(error: unknown): void;
}

/** What a running event source can do. */
export interface Source {
  stop(): Promise<void>;
}

/**
 * Acts out an SQS event source mapping. One long poll asks for as many messages as batches can start at once, so that a
 * received message never waits with its visibility running. fauxqs gives one message of a group at a time and shuts the
 * group until it is gone, so a received list can be cut into batches anywhere.
 */
export function startPoller(options: PollerOptions): Source {
  const abort = new AbortController();
  const queue = queueOf(options, abort.signal);
  const matches = compileFilters(options.mapping.filters);
  const running = new Set<Promise<void>>();
  const loop = (async () => {
    while (!abort.signal.aborted) {
      try {
        await freeSlot(running, options.concurrency);
        const room = (options.concurrency - running.size) * options.mapping.batchSize;
        const messages = await queue.receive(Math.min(10, room));
        for (const batch of chunks(messages, options.mapping.batchSize)) {
          const run = handleBatch(options, queue, matches, batch)
            .catch(options.onProblem)
            .finally(() => running.delete(run));
          running.add(run);
        }
      } catch (error) {
        if (abort.signal.aborted) return;
        options.onProblem(error);
        await sleep(500);
      }
    }
  })();
  return {
    async stop() {
      abort.abort();
      await loop;
      await Promise.race([Promise.allSettled(running), sleep(2000)]);
    },
  };
}

async function freeSlot(running: Set<Promise<void>>, concurrency: number): Promise<void> {
  while (running.size >= concurrency) await Promise.race(running);
}

interface QueueClient {
  receive(maximum: number): Promise<readonly Message[]>;
  remove(messages: readonly Message[]): Promise<void>;
}

function queueOf({ sqs, mapping }: PollerOptions, signal: AbortSignal): QueueClient {
  const QueueUrl = `${sqs.endpoint}/000000000000/${mapping.sourceArn.slice(mapping.sourceArn.lastIndexOf(':') + 1)}`;
  const service = { ...sqs, target: 'AmazonSQS' };
  return {
    async receive(MaxNumberOfMessages) {
      const input = {
        QueueUrl,
        MaxNumberOfMessages,
        WaitTimeSeconds: 20,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      };
      return (await callAws<{ Messages?: Message[] }>({ ...service, signal }, 'ReceiveMessage', input)).Messages ?? [];
    },
    async remove(messages) {
      if (messages.length === 0) return;
      const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await callAws(service, 'DeleteMessageBatch', { QueueUrl, Entries });
    },
  };
}

/** Messages of a batch that succeeded are deleted; the others show again when their visibility timeout ends. */
async function handleBatch(
  options: PollerOptions,
  queue: QueueClient,
  matches: Matcher,
  batch: readonly Message[],
): Promise<void> {
  const { mapping } = options;
  const wanted = batch.filter((message) => matches({ body: parsed(message.Body), attributes: message.Attributes }));
  await queue.remove(batch.filter((message) => !wanted.includes(message)));
  if (wanted.length === 0) return;
  const event = { Records: wanted.map((message) => toRecord(message, mapping.sourceArn, options.sqs.region)) };
  const answer = await options.invoke(mapping.functionName, event).then(
    (result) => ({ result }),
    () => undefined,
  );
  if (answer === undefined) return; // reported by the pool; the whole batch stays
  const failed = mapping.partialBatches
    ? failedIds(
        answer.result,
        wanted.map(({ MessageId }) => MessageId),
      )
    : new Set();
  await queue.remove(wanted.filter(({ MessageId }) => !failed.has(MessageId)));
}

/** The ids a partial batch response names; one that is not of the batch makes all of it failed, as Lambda has it. */
export function failedIds(result: unknown, ids: readonly string[]): ReadonlySet<string> {
  const failures =
    (result as { batchItemFailures?: { itemIdentifier?: string }[] | null } | null | undefined)?.batchItemFailures ?? [];
  const named = failures.map(({ itemIdentifier = '' }) => itemIdentifier);
  return new Set(named.every((id) => ids.includes(id)) ? named : ids);
}

function toRecord(message: Message, eventSourceARN: string, awsRegion: string) {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue, BinaryValue, DataType }]) => [
    name,
    { stringValue: StringValue, binaryValue: BinaryValue, stringListValues: [], binaryListValues: [], dataType: DataType },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes) as unknown,
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion,
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));
}
