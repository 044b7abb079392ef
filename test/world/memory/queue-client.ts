import { createHash } from 'node:crypto';
import {
  ChangeMessageVisibilityCommand,
  type ChangeMessageVisibilityCommandInput,
  DeleteMessageBatchCommand,
  type DeleteMessageBatchCommandInput,
  DeleteMessageCommand,
  type DeleteMessageCommandInput,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { MemoryQueue, Received } from './queue.ts';
import { refusedBy } from './queue-errors.ts';

type Handler = (queue: MemoryQueue, input: never) => object;
const handlers: ReadonlyMap<unknown, Handler> = new Map<unknown, Handler>([
  [SendMessageCommand, sendMessage],
  [SendMessageBatchCommand, sendBatch],
  [ReceiveMessageCommand, receiveMessages],
  [DeleteMessageCommand, deleteMessage],
  [DeleteMessageBatchCommand, deleteBatch],
  [ChangeMessageVisibilityCommand, changeVisibility],
]);

/** Does what an SDK command says on a queue in memory. */
export function queueSend(queue: MemoryQueue, command: unknown): object {
  const { constructor: kind, input } = command as { constructor: { name: string }; input: never };
  const handler = handlers.get(kind);
  if (handler === undefined) throw new Error(`MemoryQueue does not know ${kind.name}`);
  return { ...handler(queue, input), $metadata: {} };
}

const mostBytes = 1024 * 1024;
const mostSeconds = 43_200;

type Entry = Pick<
  SendMessageBatchRequestEntry,
  'MessageBody' | 'MessageGroupId' | 'MessageDeduplicationId' | 'DelaySeconds' | 'MessageAttributes'
>;

function sendMessage(queue: MemoryQueue, input: SendMessageCommandInput): object {
  const wrong = faultOf(queue, input);
  if (wrong !== undefined) throw refusedBy(...wrong);
  return sent(queue, input);
}

function sent(queue: MemoryQueue, entry: Entry): object {
  const { MessageBody: body = '', MessageGroupId: group, MessageDeduplicationId: deduplicationId, DelaySeconds } = entry;
  const [answer] = queue.send([{ body, group, deduplicationId, delaySeconds: DelaySeconds }]);
  return {
    MessageId: answer?.messageId,
    MD5OfMessageBody: md5(body),
    ...(answer?.sequenceNumber !== undefined && { SequenceNumber: answer.sequenceNumber }),
  };
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Why SQS does not take a message: the error's code and message. */
function faultOf({ options }: MemoryQueue, entry: Entry): readonly [string, string] | undefined {
  if (entry.MessageAttributes !== undefined) throw new Error('MemoryQueue knows no message attributes');
  if (entry.MessageBody === undefined || entry.MessageBody === '')
    return ['MissingParameter', 'The request must contain the parameter MessageBody.'];
  if (Buffer.byteLength(entry.MessageBody) > mostBytes)
    return [
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${mostBytes} bytes.`,
    ];
  if (!options.fifo) return undefined;
  if (!entry.MessageGroupId) return ['MissingParameter', 'The request must contain the parameter MessageGroupId.'];
  if (entry.DelaySeconds !== undefined && entry.DelaySeconds !== 0)
    return ['InvalidParameterValue', 'The request include parameter that is not valid for this queue type.'];
  if (!entry.MessageDeduplicationId && options.contentBasedDeduplication !== true)
    return [
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided.',
    ];
  return undefined;
}

function sendBatch(queue: MemoryQueue, { Entries = [] }: SendMessageBatchCommandInput): object {
  requireBatch(Entries);
  const bytes = Entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0);
  if (bytes > mostBytes) throw refusedBy('BatchRequestTooLong', `Batch requests cannot be longer than ${mostBytes} bytes.`);
  const [Successful, Failed]: [object[], object[]] = [[], []];
  for (const entry of Entries) {
    const wrong = faultOf(queue, entry);
    if (wrong === undefined) Successful.push({ Id: entry.Id, ...sent(queue, entry) });
    else Failed.push({ Id: entry.Id, SenderFault: true, Code: wrong[0], Message: wrong[1] });
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}

function requireBatch(entries: readonly { readonly Id?: string | undefined }[]): void {
  if (entries.length === 0) throw refusedBy('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (entries.length > 10) throw refusedBy('TooManyEntriesInBatchRequest', 'Maximum number of entries per request are 10.');
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length)
    throw refusedBy('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
}

function receiveMessages(queue: MemoryQueue, input: ReceiveMessageCommandInput): object {
  const { MaxNumberOfMessages: max = 1, VisibilityTimeout: visibilitySeconds } = input;
  if (max < 1 || max > 10) throw refusedBy('InvalidParameterValue', 'MaxNumberOfMessages must be between 1 and 10.');
  if (visibilitySeconds !== undefined) requireSeconds(visibilitySeconds);
  const wanted = new Set<string>([...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])]);
  const messages = queue.receive({ max, ...(visibilitySeconds !== undefined && { visibilitySeconds }) });
  if (messages.length === 0) return {};
  return { Messages: messages.map((message) => receivedAs(message, wanted)) };
}

function receivedAs(message: Received, wanted: ReadonlySet<string>): object {
  const { messageId: MessageId, receiptHandle: ReceiptHandle, body: Body } = message;
  const Attributes = Object.fromEntries(attributesOf(message).filter(([name]) => wanted.has('All') || wanted.has(name)));
  return { MessageId, ReceiptHandle, Body, MD5OfBody: md5(Body), ...(Object.keys(Attributes).length > 0 && { Attributes }) };
}

const attributesOf = (message: Received): readonly (readonly [string, string])[] => [
  ['ApproximateReceiveCount', String(message.receives)],
  ['SentTimestamp', String(message.sentAt)],
  ['ApproximateFirstReceiveTimestamp', String(message.firstReceivedAt)],
  // Only a message of a FIFO queue has these.
  ...(message.deduplicationId === undefined
    ? []
    : ([
        ['MessageGroupId', message.group],
        ['MessageDeduplicationId', message.deduplicationId],
        ['SequenceNumber', String(message.sequence).padStart(20, '0')],
      ] as const)),
  ...(message.deadLetteredFrom === undefined ? [] : [['DeadLetterQueueSourceArn', message.deadLetteredFrom] as const]),
];

function deleteMessage(queue: MemoryQueue, { ReceiptHandle }: DeleteMessageCommandInput): object {
  queue.delete(handleIn(ReceiptHandle));
  return {};
}

function handleIn(handle: string | undefined): string {
  if (!handle) throw refusedBy('MissingParameter', 'The request must contain the parameter ReceiptHandle.');
  return handle;
}

function deleteBatch(queue: MemoryQueue, { Entries = [] }: DeleteMessageBatchCommandInput): object {
  requireBatch(Entries);
  const [Successful, Failed]: [object[], object[]] = [[], []];
  for (const { Id, ReceiptHandle } of Entries) {
    try {
      queue.delete(handleIn(ReceiptHandle));
      Successful.push({ Id });
    } catch (error) {
      Failed.push({ Id, SenderFault: true, Code: 'ReceiptHandleIsInvalid', Message: (error as Error).message });
    }
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}

function changeVisibility(queue: MemoryQueue, input: ChangeMessageVisibilityCommandInput): object {
  const { ReceiptHandle, VisibilityTimeout: seconds } = input;
  if (seconds === undefined) throw refusedBy('MissingParameter', 'The request must contain the parameter VisibilityTimeout.');
  requireSeconds(seconds);
  queue.changeVisibility(handleIn(ReceiptHandle), seconds);
  return {};
}

function requireSeconds(seconds: number): void {
  if (seconds < 0 || seconds > mostSeconds)
    throw refusedBy('InvalidParameterValue', `Value ${seconds} for parameter VisibilityTimeout is invalid.`);
}
