import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  type Message,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendOne } from '../../../shared/adapters/sqs/queue.ts';
import { postpone } from '../../../shared/adapters/sqs/visibility.ts';
import { MemoryQueue } from '../memory/queue.ts';
import { clock, fauxqs, memory, pass, startFauxqs, stopFauxqs } from './queue-sides.ts';
import { bodies, drain, message, messages, nameOf, receive, receiveBodies, remove, sendBatch } from './queue-talk.ts';

/**
 * What the in-memory queue of the simulation promises, said to fauxqs and to it. Not said to fauxqs, because it differs
 * from AWS: several messages of a group in one receive (it gives one), a stale handle on FIFO (it says nothing, AWS
 * answers an error), the handle of a message that is gone (it calls every handle good), and what takes five minutes.
 */
beforeAll(startFauxqs);
afterAll(stopFauxqs);

describe.each([
  ['fauxqs', fauxqs],
  ['memory', memory],
])('%s', (_name, side) => {
  it('keeps the order of each group, and shuts a group while a message of it is in flight', async () => {
    const queue = await side.open({});
    await sendBatch(queue, messages('a1', 'a2', 'b1', 'a3', 'c1'));
    const first = await receive(queue);
    expect(bodies(first)).toEqual(['a1', 'b1', 'c1']);
    expect(await receiveBodies(queue)).toEqual([]);
    await remove(
      queue,
      first.find(({ Body }) => Body === 'a1'),
    );
    expect(await receiveBodies(queue)).toEqual(['a2']);
    await sendOne(queue, message('d', 1));
    expect(await receiveBodies(queue)).toEqual(['d1']);
  });

  it('gives at most as many as asked for, over batches of more than ten', async () => {
    const queue = await side.open({});
    const all = 'abcdefghijklm'.split('').map((group) => message(group, 1));
    await sendBatch(queue, all.slice(0, 10));
    await sendBatch(queue, all.slice(10));
    const counts = [(await receive(queue, 2)).length, (await receive(queue, 1)).length, (await receive(queue)).length];
    expect(counts).toEqual([2, 1, 10]);
  });

  it('says how often and from where', async () => {
    const queue = await side.open({ visibilitySeconds: 1 });
    await sendOne(queue, message('a', 1));
    const [first] = await receive(queue);
    const known = { MessageGroupId: 'a', MessageDeduplicationId: 'a1' };
    expect(first?.Attributes).toMatchObject({ ...known, ApproximateReceiveCount: '1' });
    await side.wait(1);
    const [second] = await receive(queue);
    expect(second?.Attributes).toMatchObject({ ...known, ApproximateReceiveCount: '2' });
    expect(second?.Attributes?.['SequenceNumber']).toBe(first?.Attributes?.['SequenceNumber']);
    expect([second?.MessageId === first?.MessageId, second?.ReceiptHandle === first?.ReceiptHandle]).toEqual([true, false]);
  });

  it('gives a message again when its visibility ran out, before those behind it', async () => {
    const queue = await side.open({ visibilitySeconds: 1 });
    await sendBatch(queue, messages('a1', 'a2'));
    expect(await receiveBodies(queue)).toEqual(['a1']);
    await side.wait(1);
    expect(await drain(queue)).toEqual(['a1', 'a2']);
    expect(await receiveBodies(queue)).toEqual([]);
  });

  it('hides a message as long as the receive or a change says', async () => {
    const queue = await side.open({ visibilitySeconds: 1 });
    await sendBatch(queue, messages('a1', 'b1', 'c1'));
    const asked = await receive(queue, 3, { VisibilityTimeout: 30 });
    const handleOf = (body: string) => asked.find(({ Body }) => Body === body)?.ReceiptHandle ?? '';
    await postpone(queue, handleOf('a1'), 0.5);
    await postpone(queue, handleOf('b1'), 2);
    await side.wait(1);
    expect(await receiveBodies(queue)).toEqual(['a1']);
    await side.wait(1);
    expect(await receiveBodies(queue)).toEqual(['a1', 'b1']);
    const none = { QueueUrl: queue.url, ReceiptHandle: handleOf('c1'), VisibilityTimeout: 0 };
    await queue.client.send(new ChangeMessageVisibilityCommand(none));
    expect(await receiveBodies(queue)).toEqual(['c1']);
  });

  it('drops a repeated deduplication id without a word, from any group, after a delete too', async () => {
    const queue = await side.open({});
    await sendOne(queue, message('a', 1));
    expect(await drain(queue)).toEqual(['a1']);
    const again = { QueueUrl: queue.url, MessageBody: 'again', MessageDeduplicationId: 'a1' };
    await queue.client.send(new SendMessageCommand({ ...again, MessageGroupId: 'a' }));
    await queue.client.send(new SendMessageCommand({ ...again, MessageGroupId: 'b' }));
    const { Successful, Failed } = await sendBatch(queue, messages('a1', 'a2', 'a2'));
    expect([Successful?.length, Failed?.length ?? 0]).toEqual([3, 0]);
    expect(Successful?.[1]?.MessageId).toBe(Successful?.[2]?.MessageId);
    expect(await drain(queue)).toEqual(['a2']);
  });

  it('takes the content for the id when told to', async () => {
    const queue = await side.open({ contentBased: true });
    for (const MessageBody of ['x', 'y', 'x'])
      await queue.client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody, MessageGroupId: 'a' }));
    expect(await drain(queue)).toEqual(['x', 'y']);
  });

  it('moves a message that was received too often to its dead letters, and frees its group', async () => {
    const queue = await side.open({ visibilitySeconds: 1, maxReceiveCount: 2 });
    await sendBatch(queue, messages('a1', 'a2'));
    for (let receives = 0; receives < 2; receives += 1) {
      expect(await receiveBodies(queue)).toEqual(['a1']);
      expect(await receiveBodies(queue.dead)).toEqual([]);
      await side.wait(1);
    }
    expect(await receiveBodies(queue)).toEqual(['a2']);
    const [dead] = await receive(queue.dead);
    expect([dead?.Body, dead?.Attributes?.['MessageGroupId']]).toEqual(['a1', 'a']);
  });

  it('deletes in batches', async () => {
    const queue = await side.open({});
    await sendBatch(queue, messages('a1', 'b1', 'a2'));
    const Entries = (await receive(queue)).map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    const { Successful } = await queue.client.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    expect(Successful?.map(({ Id }) => Id)).toEqual(['0', '1']);
    expect(await drain(queue)).toEqual(['a2']);
  });

  it('a standard queue delays messages and has no groups', async () => {
    const queue = await side.open({ visibilitySeconds: 1, fifo: false });
    const say = (MessageBody: string, DelaySeconds?: number) =>
      queue.client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody, DelaySeconds }));
    await say('late', 1);
    await say('now');
    await say('now too');
    const [first, second] = await receive(queue);
    expect(bodies([first, second] as Message[])).toEqual(['now', 'now too']);
    await remove(queue, first);
    await side.wait(1);
    expect(await receiveBodies(queue)).toEqual(['late', second?.Body].sort());
  });

  it('refuses what can never be right', async () => {
    const queue = await side.open({});
    const said = { QueueUrl: queue.url, MessageBody: 'x' };
    const id = { MessageGroupId: 'a', MessageDeduplicationId: 'x' };
    const entry = (Id: string, more = {}) => ({ Id, MessageBody: Id, ...id, MessageDeduplicationId: Id, ...more });
    const batch = (...Entries: ReturnType<typeof entry>[]) =>
      queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    const eleven = Array.from({ length: 11 }, (_, n) => entry(String(n)));
    const refused = [
      queue.client.send(new SendMessageCommand({ ...said, MessageDeduplicationId: 'x' })),
      queue.client.send(new SendMessageCommand({ ...said, MessageGroupId: 'a' })),
      queue.client.send(new SendMessageCommand({ ...said, ...id, DelaySeconds: 1 })),
      batch(),
      batch(...eleven),
      batch(entry('x'), entry('x')),
      receive(queue, 11),
      receive(queue, 1, { VisibilityTimeout: 43_201 }),
      queue.client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle: 'x', VisibilityTimeout: 43_201 }),
      ),
    ];
    const outcomes = await Promise.all(refused.map(nameOf));
    expect(outcomes).not.toContain('done');
    const { Successful, Failed } = await batch(entry('good'), entry('bad', { MessageGroupId: undefined }));
    expect([Successful?.[0]?.Id, Failed?.[0]?.Id, Failed?.[0]?.Code]).toEqual(['good', 'bad', 'MissingParameter']);
    expect(await drain(queue)).toEqual(['good']);
  });

  it('cannot hide a message that is not in flight', async () => {
    const queue = await side.open({});
    await sendOne(queue, message('a', 1));
    const [received] = await receive(queue);
    await remove(queue, received);
    expect(await nameOf(postpone(queue, received?.ReceiptHandle ?? '', 5))).not.toBe('done');
  });
});

describe('only in memory: as AWS does, and fauxqs does not', () => {
  const open = (more = {}) => new MemoryQueue({ name: 'own', fifo: true, clock, visibilitySeconds: 30, ...more });
  const send = (queue: MemoryQueue, ...texts: string[]) =>
    queue.send(messages(...texts).map(({ body, group, deduplicationId }) => ({ body, group, deduplicationId })));
  const texts = (received: readonly { readonly body: string }[]) => received.map(({ body }) => body);

  it('may give several of a group at once; then the latest to become visible holds up all', () => {
    const queue = open({ severalPerGroup: true });
    send(queue, 'a1', 'a2', 'b1', 'a3');
    const received = queue.receive({ max: 3 });
    expect(texts(received)).toEqual(['a1', 'a2', 'a3']);
    queue.delete(received[0]?.receiptHandle ?? '');
    queue.changeVisibility(received[1]?.receiptHandle ?? '', 1);
    pass(2000);
    expect([texts(queue.receive({ max: 10 })), queue.nextAt]).toEqual([['b1'], clock() + 28_000]);
    pass(28_000);
    expect(texts(queue.receive({ max: 10 }))).toEqual(['a2', 'a3']);
  });

  it('a handle whose time ran out is an error on FIFO, whether or not the message was received again', async () => {
    const queue = open();
    send(queue, 'a1');
    const [first] = queue.receive();
    pass(30_000);
    const expired = { name: 'InvalidParameterValue', message: expect.stringContaining('The receipt handle has expired') };
    const failure = async (handle = '') =>
      queue.asClient().send(new DeleteMessageCommand({ QueueUrl: 'own', ReceiptHandle: handle }));
    await expect(failure(first?.receiptHandle)).rejects.toMatchObject(expired);
    const [second] = queue.receive();
    await expect(failure(first?.receiptHandle)).rejects.toMatchObject(expired);
    expect([queue.size, second?.receives]).toEqual([1, 2]);
    await failure(second?.receiptHandle);
    await failure(second?.receiptHandle);
    await expect(failure('nonsense')).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
    expect(queue.size).toBe(0);
  });

  it('on a standard queue a late handle deletes, and one of an earlier receive says nothing and does nothing', () => {
    const queue = open({ fifo: false });
    queue.send([{ body: 'a1' }]);
    const [first] = queue.receive();
    pass(30_000);
    const [second] = queue.receive();
    queue.delete(first?.receiptHandle ?? '');
    expect(queue.size).toBe(1);
    pass(30_000);
    queue.delete(second?.receiptHandle ?? '');
    expect(queue.size).toBe(0);
  });

  it('forgets an id five minutes after it was first sent; a repeat does not renew it', () => {
    const queue = open();
    const taken: boolean[] = [];
    for (const wait of [0, 200_000, 99_999, 1]) {
      pass(wait);
      taken.push(send(queue, 'a1')[0]?.duplicate === false);
    }
    expect(taken).toEqual([true, false, false, true]);
  });

  it('counts an id in its group alone when told to', () => {
    const queue = open({ deduplicationScope: 'messageGroup' });
    const sent = queue.send(['a', 'b', 'a'].map((group) => ({ body: 'x', group, deduplicationId: 'x' })));
    expect(sent.map(({ duplicate }) => duplicate)).toEqual([false, false, true]);
  });
});
