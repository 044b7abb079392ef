import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { FifoMessage, Queue } from '../../../shared/adapters/sqs/queue.ts';

export const message = (group: string, n: number): FifoMessage => ({
  group,
  body: `${group}${n}`,
  deduplicationId: `${group}${n}`,
});
export const messages = (...texts: string[]) => texts.map((text) => message(text.slice(0, 1), Number(text.slice(1))));

export async function receive(queue: Queue, max = 10, more = {}): Promise<Message[]> {
  const asks = { QueueUrl: queue.url, MaxNumberOfMessages: max, MessageSystemAttributeNames: ['All' as const], ...more };
  return (await queue.client.send(new ReceiveMessageCommand(asks))).Messages ?? [];
}
export const bodies = (received: readonly Message[]) => received.map(({ Body }) => Body).sort();
export const receiveBodies = async (queue: Queue, max = 10) => bodies(await receive(queue, max));
export const remove = (queue: Queue, { ReceiptHandle }: Message = {}) =>
  queue.client.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
export const nameOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: Error) => error.name,
  );

/** Receives and deletes until nothing comes. */
export async function drain(queue: Queue): Promise<(string | undefined)[]> {
  const all: (string | undefined)[] = [];
  for (;;) {
    const received = await receive(queue, 1);
    if (received.length === 0) return all;
    all.push(received[0]?.Body);
    await remove(queue, received[0]);
  }
}

export const entriesOf = (all: readonly FifoMessage[]) =>
  all.map((m, n) => ({
    Id: String(n),
    MessageBody: m.body,
    MessageGroupId: m.group,
    MessageDeduplicationId: m.deduplicationId,
  }));

export const sendBatch = (queue: Queue, all: readonly FifoMessage[]) =>
  queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries: entriesOf(all) }));
