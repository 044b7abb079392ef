import { createHash } from 'node:crypto';
import type { Meter } from '../meter/meter.ts';

export interface QueueMessage {
  readonly body: string;
  readonly group: string;
  readonly id: string;
}
interface Entry {
  readonly Id?: string;
  readonly MessageBody: string;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Queues in memory that speak SQS's JSON protocol: they take messages, and the bench hands them to the functions. */
export class WireQueues {
  readonly #meter: Meter;
  readonly #messages = new Map<string, QueueMessage[]>();
  #sent = 0;
  /** Takes messages and forgets them: on AWS they would leave the process, whose memory is watched meanwhile. */
  forgets = false;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** Takes all that waits in a queue, oldest first. */
  drain(name: string): QueueMessage[] {
    const waiting = this.#messages.get(name) ?? [];
    this.#messages.delete(name);
    return waiting;
  }

  answer(action: string, input: Record<string, unknown>): unknown {
    const url = String(input['QueueUrl']);
    // A single send has an entry's members itself; whatever is no send is thrown out on the next line.
    const entries = action === 'SendMessageBatch' ? (input['Entries'] as Entry[]) : [input as unknown as Entry];
    if (!action.startsWith('SendMessage')) throw new Error(`the bench's queues do not know ${action}`);
    const bytes = entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
    this.#meter.queue(action, bytes, url.endsWith('.fifo'));
    const taken = entries.map((entry) => this.#take(url, entry));
    return action === 'SendMessageBatch' ? { Successful: taken, Failed: [] } : taken[0];
  }

  #take(url: string, { Id, MessageBody, MessageGroupId = '' }: Entry): unknown {
    this.#sent += 1;
    const id = `m-${this.#sent}`;
    const name = url.slice(url.lastIndexOf('/') + 1);
    const message = { body: MessageBody, group: MessageGroupId, id };
    const waiting = this.#messages.get(name);
    if (this.forgets) return { ...(Id === undefined ? {} : { Id }), MessageId: id, MD5OfMessageBody: md5(MessageBody) };
    if (waiting === undefined) this.#messages.set(name, [message]);
    else waiting.push(message);
    return { ...(Id === undefined ? {} : { Id }), MessageId: id, MD5OfMessageBody: md5(MessageBody), SequenceNumber: id };
  }
}
