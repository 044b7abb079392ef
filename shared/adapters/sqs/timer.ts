import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { limits } from '../../wiring/limits.ts';
import type { Queue } from './queue.ts';

/** Puts a message on a standard queue so that it shows after so many ms, or after the longest delay that there is: then it is sent on. */
export async function sendTimer({ client, url }: Queue, message: object, ms: number): Promise<void> {
  const DelaySeconds = Math.min(Math.max(0, Math.ceil(ms / 1000)), limits.timerHopSeconds);
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(message), DelaySeconds }));
}
