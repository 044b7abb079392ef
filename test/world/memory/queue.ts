import { createHash } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { DueGroups } from './due-groups.ts';
import { queueSend } from './queue-client.ts';
import { handleExpired, handleInvalid, notInFlight } from './queue-errors.ts';

export interface QueueOptions {
  readonly name: string;
  readonly fifo: boolean;
  /** Milliseconds. */
  readonly clock: () => number;
  readonly visibilitySeconds?: number;
  /** Of the queue; an entry of a standard queue may say another. */
  readonly delaySeconds?: number;
  readonly contentBasedDeduplication?: boolean;
  /** Where a deduplication id counts: in the whole queue, or in its group (high-throughput FIFO). */
  readonly deduplicationScope?: 'queue' | 'messageGroup';
  /** A message that was received so often goes there instead of being received again. */
  readonly deadLetter?: { readonly queue: MemoryQueue; readonly maxReceiveCount: number };
  /** One receive may give several messages of one group, as AWS may; else one, as fauxqs does. */
  readonly severalPerGroup?: boolean;
}

export interface Sending {
  readonly body: string;
  readonly group?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly delaySeconds?: number | undefined;
}
export interface Sent {
  readonly messageId: string;
  readonly sequenceNumber?: string;
  /** It was taken before, within five minutes: nothing was stored, and AWS does not say so. */
  readonly duplicate: boolean;
}
/** A message as it stands in its queue: read it, never change it. */
export interface Message {
  readonly messageId: string;
  readonly body: string;
  /** A standard queue's message is a group of its own. */
  readonly group: string;
  readonly deduplicationId?: string;
  readonly sequence: number;
  readonly sentAt: number;
  /** While it is in flight or delayed: when it can be received. */
  readonly visibleAt: number;
  readonly receives: number;
  readonly firstReceivedAt?: number;
  readonly deadLetteredFrom?: string;
}
export interface Received extends Message {
  readonly receiptHandle: string;
}

type Stored = { -readonly [K in keyof Message]: Message[K] } & { inFlight: boolean };

const deduplicationMs = 5 * 60_000;

/**
 * An SQS queue in memory and in the caller's time, FIFO or standard. `test/world/contract` holds it against fauxqs; where
 * AWS is known to differ (a stale receipt handle on FIFO) it does as AWS.
 *
 *     const dead = new MemoryQueue({ name: 'dead.fifo', fifo: true, clock });
 *     const queue = new MemoryQueue({ name: 'shards.fifo', fifo: true, clock, deadLetter: { queue: dead, maxReceiveCount: 3 } });
 *     queue.send([{ body: '{}', group: 'vault#1', deduplicationId: 'vault#1#7' }]);
 *     for (const message of queue.receive({ max: 10 })) queue.delete(message.receiptHandle);
 *     await sendOne({ client: queue.asClient(), url: 'any' }, message); // as the adapters use it
 *
 * Retention, long polling, message attributes and the limit of messages in flight are left out.
 */
export class MemoryQueue {
  readonly options: QueueOptions;
  readonly #groups = new Map<string, Stored[]>();
  readonly #byId = new Map<string, Stored>();
  readonly #due = new DueGroups();
  readonly #ids = new Map<string, { readonly at: number; readonly sent: Sent }>();
  #sequence = 0;

  constructor(options: QueueOptions) {
    this.options = options;
  }

  /** Takes messages one after the other; a repeated deduplication id is dropped without a word. */
  send(entries: readonly Sending[], now = this.options.clock()): Sent[] {
    return entries.map((entry) => this.#send(entry, now));
  }

  #send(entry: Sending, now: number): Sent {
    const { fifo, name, delaySeconds = 0 } = this.options;
    const id = fifo ? this.#deduplicationId(entry) : undefined;
    const known = id === undefined ? undefined : this.#known(id, entry, now);
    if (known !== undefined) return { ...known, duplicate: true };
    this.#sequence += 1;
    const messageId = `${name}-${this.#sequence}`;
    const visibleAt = now + (fifo ? delaySeconds : (entry.delaySeconds ?? delaySeconds)) * 1000;
    this.#store({
      messageId,
      body: entry.body,
      group: fifo ? (entry.group ?? '') : messageId,
      ...(id !== undefined && { deduplicationId: id }),
      sequence: this.#sequence,
      sentAt: now,
      visibleAt,
      receives: 0,
      inFlight: false,
    });
    const sent = { messageId, ...(fifo && { sequenceNumber: String(this.#sequence).padStart(20, '0') }), duplicate: false };
    if (id !== undefined) this.#ids.set(this.#scoped(id, entry), { at: now, sent });
    return sent;
  }

  #deduplicationId({ body, deduplicationId, group }: Sending): string {
    if (group === undefined) throw new Error('a message of a FIFO queue needs a group');
    if (deduplicationId !== undefined) return deduplicationId;
    if (this.options.contentBasedDeduplication !== true) throw new Error('a message of a FIFO queue needs a deduplication id');
    return createHash('sha256').update(body).digest('hex');
  }

  #scoped(id: string, { group = '' }: Sending): string {
    return this.options.deduplicationScope === 'messageGroup' ? `${group.length} ${group} ${id}` : id;
  }

  #known(id: string, entry: Sending, now: number): Sent | undefined {
    for (const [old, { at }] of this.#ids) {
      if (now - at < deduplicationMs) break;
      this.#ids.delete(old);
    }
    return this.#ids.get(this.#scoped(id, entry))?.sent;
  }

  #store(message: Stored): void {
    this.#byId.set(message.messageId, message);
    const group = this.#groups.get(message.group);
    if (group === undefined) this.#groups.set(message.group, [message]);
    else group.push(message);
    if (group === undefined || group.length === 1) this.#schedule(message.group);
  }

  /** Notes when the group's head can be received: a group in which a message is in flight waits for it. */
  #schedule(name: string): void {
    const group = this.#groups.get(name);
    const head = group?.[0];
    if (group === undefined || head === undefined) {
      this.#groups.delete(name);
      this.#due.drop(name);
      return;
    }
    let at = head.visibleAt;
    for (const message of group) {
      if (message.receives === 0) break;
      if (message.inFlight) at = Math.max(at, message.visibleAt);
    }
    this.#due.set(name, at, head.sequence);
  }

  /** When the next message can be received, in flight and delayed ones included; undefined when there is none. */
  get nextAt(): number | undefined {
    return this.#due.nextAt;
  }

  /** Messages whose time has come, groups in the order in which they became free. They are hidden until deleted or late. */
  receive({ max = 1, now = this.options.clock(), visibilitySeconds }: Receiving = {}): Received[] {
    const received: Received[] = [];
    const seconds = visibilitySeconds ?? this.options.visibilitySeconds ?? 30;
    const touched: string[] = [];
    while (received.length < max) {
      const name = this.#due.take(now);
      if (name === undefined) break;
      touched.push(name);
      const most = this.options.severalPerGroup === true ? max - received.length : 1;
      received.push(...this.#receiveGroup(name, { most, now, until: now + seconds * 1000 }));
    }
    for (const name of touched) this.#schedule(name);
    return received;
  }

  #receiveGroup(name: string, { most, now, until }: { most: number; now: number; until: number }): Received[] {
    const { deadLetter } = this.options;
    const received: Received[] = [];
    for (const message of [...(this.#groups.get(name) ?? [])]) {
      if (received.length === most || message.visibleAt > now) break;
      message.inFlight = false;
      if (deadLetter !== undefined && message.receives >= deadLetter.maxReceiveCount) {
        this.#remove(message);
        deadLetter.queue.#takeDead(message, this.options.name, now);
        continue;
      }
      message.receives += 1;
      message.firstReceivedAt ??= now;
      message.visibleAt = until;
      message.inFlight = true;
      received.push({ ...viewOf(message), receiptHandle: `${message.messageId}/${message.receives}` });
    }
    return received;
  }

  #takeDead(message: Stored, from: string, now: number): void {
    this.#sequence += 1;
    this.#store({ ...message, visibleAt: now, sequence: this.#sequence, deadLetteredFrom: from, inFlight: false });
  }

  #remove(message: Stored): void {
    this.#byId.delete(message.messageId);
    const group = this.#groups.get(message.group) ?? [];
    if (group[0] === message) group.shift();
    else group.splice(group.indexOf(message), 1);
  }

  /**
   * Deletes what a receive gave. The message is gone already: nothing. On FIFO a handle whose time ran out is an error
   * (AWS: `The receipt handle has expired`); on a standard queue it still deletes, unless the message was received again.
   */
  delete(receiptHandle: string, now = this.options.clock()): void {
    const { message, isCurrent } = this.#find(receiptHandle);
    if (message === undefined) return;
    if (this.options.fifo && (!isCurrent || message.visibleAt <= now)) throw handleExpired(receiptHandle);
    if (!isCurrent) return;
    this.#remove(message);
    this.#schedule(message.group);
  }

  /** Makes a message that is in flight visible again after so many seconds from now. */
  changeVisibility(receiptHandle: string, seconds: number, now = this.options.clock()): void {
    const { message, isCurrent } = this.#find(receiptHandle);
    if (message === undefined || !isCurrent || message.visibleAt <= now)
      throw this.options.fifo && message !== undefined ? handleExpired(receiptHandle) : notInFlight();
    message.visibleAt = now + seconds * 1000;
    this.#schedule(message.group);
  }

  #find(receiptHandle: string): { message: Stored | undefined; isCurrent: boolean } {
    const [, id = '', receive = ''] = /^(.+)\/(\d+)$/.exec(receiptHandle) ?? [];
    if (id === '') throw handleInvalid(receiptHandle);
    const message = this.#byId.get(id);
    return { message, isCurrent: String(message?.receives) === receive };
  }

  /** How many messages it holds, in flight and delayed ones included. */
  get size(): number {
    return this.#byId.size;
  }

  /** All messages it holds, group by group, for who looks from outside. */
  messages(): Message[] {
    return [...this.#groups.values()].flatMap((group) => group.map(viewOf));
  }

  /** As the adapters and pollers take it: send, receive, delete and change of visibility, single and in batches. */
  asClient(): SQSClient {
    // Only `send` is ever called of it; a command that it does not know throws.
    return { send: async (command: unknown) => queueSend(this, command) } as unknown as SQSClient;
  }
}

export interface Receiving {
  readonly max?: number;
  readonly now?: number;
  readonly visibilitySeconds?: number;
}

const viewOf = ({ inFlight: _inFlight, ...message }: Stored): Message => message;
