import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { FifoMessage, Queue } from '../../../shared/adapters/sqs/queue.ts';

export interface Message extends FifoMessage {
  /** Virtual ms. In flight it is when the message comes back by itself. */
  visibleAt: number;
  receives: number;
}

/** SQS forgets a deduplication id after this long. */
const deduplicationMs = 5 * 60_000;

/** A FIFO queue in virtual time: at least once, in order per group; a message in flight or put off blocks its group. */
export class Fifo {
  readonly name: string;
  readonly visibilityMs: number;
  /** Every message is there twice. */
  doubles = false;
  /** All that was ever taken, for who wants to send it once more. */
  readonly taken: FifoMessage[] = [];
  #messages: Message[] = [];
  readonly #ids = new Map<string, number>();

  constructor(name: string, visibilitySeconds: number) {
    this.name = name;
    this.visibilityMs = visibilitySeconds * 1000;
  }

  /** Within five minutes a repeated id is dropped without a word, even when the first was deleted. */
  send(message: FifoMessage, now: number, visibleAt = now): void {
    const id = `${message.group} ${message.deduplicationId}`;
    const before = this.#ids.get(id);
    if (before !== undefined && now - before < deduplicationMs) return;
    this.#ids.set(id, now);
    this.taken.push(message);
    const copies = this.doubles ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) this.#messages.push({ ...message, visibleAt, receives: 0 });
  }

  /** The first message of each group: no other can be received. */
  heads(): Message[] {
    const groups = new Map<string, Message>();
    for (const message of this.#messages) if (!groups.has(message.group)) groups.set(message.group, message);
    return [...groups.values()];
  }

  delete(message: Message): void {
    this.#messages = this.#messages.filter((m) => m !== message);
  }

  get size(): number {
    return this.#messages.length;
  }

  /** The queue as the real SQS adapter sees it; `send` is told what a call carries. */
  as(send: (name: string, messages: readonly FifoMessage[]) => Promise<void>): Queue {
    const client = {
      send: async (command: unknown) => {
        await send(this.name, messagesIn(command));
        return {};
      },
    };
    return { client: client as unknown as SQSClient, url: this.name };
  }
}

interface Entry {
  readonly MessageBody?: string | undefined;
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
}
const messageOf = ({ MessageBody = '', MessageGroupId = '', MessageDeduplicationId = '' }: Entry): FifoMessage => ({
  body: MessageBody,
  group: MessageGroupId,
  deduplicationId: MessageDeduplicationId,
});

function messagesIn(command: unknown): FifoMessage[] {
  if (command instanceof SendMessageCommand) return [messageOf(command.input)];
  if (command instanceof SendMessageBatchCommand) return (command.input.Entries ?? []).map(messageOf);
  throw new Error('a queue of the world only takes messages');
}
