/** Queues and those who poll them, in virtual time. */
import { SendMessageBatchCommand, type SendMessageCommand } from '@aws-sdk/client-sqs';
import type { FifoMessage } from '../../../shared/adapters/sqs/queue.ts';
import { MemoryQueue, type Received } from '../memory/queue.ts';
import { type Ground, Outage } from './process.ts';

/** A message of a FIFO queue; of a standard one with its delay, and nothing in the other names. */
export interface LineMessage extends FifoMessage {
  readonly delaySeconds?: number | undefined;
}

export interface LineOptions {
  readonly name: string;
  /** A queue without order, whose messages may be delayed. */
  readonly standard?: boolean;
  readonly visibilityMs: number;
  readonly maxReceives: number;
}

const staleReceipt = (cause: Error): Outage => new Outage('ReceiptHandleIsInvalid', cause.message, { cause });

/**
 * A FIFO queue with its poller: of each group one message is out at a time, until it is deleted or its visibility runs
 * out; whoever still works on it then has a rival.
 */
export class Line {
  /** Everything that was ever taken. */
  readonly taken: LineMessage[] = [];
  readonly #queue: MemoryQueue;
  readonly #dead: MemoryQueue;
  readonly #ground: Ground;
  readonly #start: (message: Received) => void;
  #polledAt = Number.POSITIVE_INFINITY;

  constructor(
    { name, standard = false, visibilityMs, maxReceives }: LineOptions,
    ground: Ground,
    start: (message: Received) => void,
  ) {
    const clock = () => ground.scheduler.now;
    this.#dead = new MemoryQueue({ name: `${name}-dead`, fifo: !standard, clock });
    this.#queue = new MemoryQueue({
      name,
      fifo: !standard,
      clock,
      visibilitySeconds: visibilityMs / 1000,
      deduplicationScope: 'messageGroup',
      deadLetter: { queue: this.#dead, maxReceiveCount: maxReceives },
    });
    this.#ground = ground;
    this.#start = start;
  }

  get size(): number {
    return this.#queue.size;
  }

  /** Bodies of messages that were given up after too many receives. */
  get dead(): string[] {
    return this.#dead.messages().map((m) => m.body);
  }

  send(messages: readonly LineMessage[]): void {
    for (const [i, sent] of this.#queue.send(messages).entries())
      if (!sent.duplicate) this.taken.push(messages[i] as LineMessage);
    this.#look();
  }

  delete(message: Received): void {
    this.#asked(() => this.#queue.delete(message.receiptHandle));
  }

  postpone(message: Received, seconds: number): void {
    this.#asked(() => this.#queue.changeVisibility(message.receiptHandle, seconds));
  }

  /** A receipt whose time ran out is refused. */
  #asked(what: () => void): void {
    try {
      what();
    } catch (error) {
      throw staleReceipt(error as Error);
    } finally {
      this.#look();
    }
  }

  /** Lets a poller come by when the next message can be received. */
  #look(): void {
    const { scheduler, random } = this.#ground;
    const next = this.#queue.nextAt;
    if (next === undefined || next >= this.#polledAt) return;
    const at = Math.max(next, scheduler.now);
    this.#polledAt = at;
    scheduler.after(at - scheduler.now + random.int(1, 20), () => {
      if (this.#polledAt === at) this.#polledAt = Number.POSITIVE_INFINITY;
      for (const message of this.#queue.receive({ max: 10 })) this.#deliver(message);
      this.#look();
    });
  }

  /** What was received may begin late; by then it may be out once more. */
  #deliver(message: Received): void {
    const { scheduler, faults, random } = this.#ground;
    const late = faults.chance(faults.rates.late, 'late message') ? random.pick([700, 5000, 45_000]) : 0;
    scheduler.after(random.int(0, 10) + (late === 0 ? 0 : random.int(0, late)), () => this.#start(message));
  }
}

interface Entry {
  readonly MessageBody?: string | undefined;
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  readonly DelaySeconds?: number | undefined;
}
const messageOf = ({ MessageBody = '', MessageGroupId = '', MessageDeduplicationId = '', DelaySeconds }: Entry): LineMessage => ({
  body: MessageBody,
  group: MessageGroupId,
  deduplicationId: MessageDeduplicationId,
  delaySeconds: DelaySeconds,
});

/** What a call to a queue carries. */
export const messagesIn = (command: SendMessageCommand | SendMessageBatchCommand): LineMessage[] =>
  command instanceof SendMessageBatchCommand ? (command.input.Entries ?? []).map(messageOf) : [messageOf(command.input)];
