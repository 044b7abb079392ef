import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import type { Queue } from './queue.ts';

/** Makes a message that is in flight visible again after so many seconds (at least one, at most twelve hours). */
export async function postpone(queue: Queue, receiptHandle: string, seconds: number): Promise<void> {
  const VisibilityTimeout = Math.min(43_200, Math.max(1, Math.ceil(seconds)));
  await queue.client.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle: receiptHandle, VisibilityTimeout }),
  );
}
