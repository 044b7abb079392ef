import { DeleteCommand, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { MemoryTable } from '../memory/table.ts';
import { type Database, startDatabase } from '../support/database.ts';
import { type ConditionCase, conditions, subject, type UpdateCase, updates } from './expressions.ts';
import { operations } from './operations.ts';
import { outcomeOf, plain } from './outcomes.ts';
import { queryContract } from './queries.ts';
import { freshPk, invalid, missed, Speaker } from './speaker.ts';
import { manyItemsContract } from './transactions.ts';

/**
 * What the in-memory table of the simulation promises, said to DynamoDB Local and to it. Not said, because DynamoDB Local
 * differs from AWS: it never answers TransactionConflict, and an update in a transaction that does not fit its item is a
 * plain ValidationException there, where AWS cancels with the reason ValidationError (API reference, CancellationReason).
 */
let database: Database;
let local: Table;
beforeAll(async () => {
  database = await startDatabase();
  local = await database.fresh();
});
afterAll(() => database.stop());

const memory = new MemoryTable().asTable('memory');
const sides = [
  ['DynamoDB Local', () => local],
  ['memory', () => memory],
] as const;

describe.each(sides)('%s', (_, tableNow) => {
  const say = new Speaker(tableNow);

  it.each<ConditionCase>(conditions)('condition %s %j: %s', async (ConditionExpression, values, verdict, names) => {
    const Item = { pk: freshPk(), sk: 's', ...subject() };
    await say.put(Item);
    const answer = await say.put(Item, {
      ConditionExpression,
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
      ...(names && { ExpressionAttributeNames: names }),
    });
    expect(answer).toEqual(verdict === true ? { answer: {} } : verdict === false ? missed : invalid);
  });

  it.each<UpdateCase>(updates)('update %s %j', async (UpdateExpression, values, after, names) => {
    const before = { pk: freshPk(), sk: 's', ...subject() };
    await say.put(before);
    const answer = await say.send(
      new UpdateCommand({
        TableName: say.name,
        Key: { pk: before.pk, sk: 's' },
        UpdateExpression,
        ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
        ...(names && { ExpressionAttributeNames: names }),
        ReturnValues: 'ALL_NEW',
      }),
    );
    const expected = plain({ ...before, ...(after === 'ValidationException' ? {} : after) });
    expect(answer).toEqual(after === 'ValidationException' ? invalid : { answer: { Attributes: expected } });
    expect(await say.get(before.pk)).toEqual(expected);
  });

  it('stores what the document client stores: copies, without undefined, bytes as Uint8Array', async () => {
    const pk = freshPk();
    const item = { ...subject(), list: [undefined, { a: undefined }], gone: undefined, text: '', none: new Uint8Array(0) };
    const sent = { pk, sk: 's', ...item, buffer: Buffer.from('hey'), nested: { deep: [new Set(['x'])] } };
    await say.put(sent);
    sent.nested.deep.push(new Set(['y']));
    sent.b[0] = 9;
    const { client, name } = say.table;
    const { Item = {} } = await client.send(new GetCommand({ TableName: name, Key: { pk, sk: 's' } }));
    expect(Item).toEqual({
      pk,
      sk: 's',
      ...subject(),
      list: [{}],
      text: '',
      none: new Uint8Array(0),
      buffer: new Uint8Array([104, 101, 121]),
      nested: { deep: [new Set(['x'])] },
    });
    expect([Item['buffer'].constructor, 'gone' in Item]).toEqual([Uint8Array, false]);
    Item['l'].push(4);
    expect((await say.get(pk))?.['l']).toEqual([1, 2, 3]);
  });

  it.each([
    ['a set of nothing', { v: new Set() }, { error: 'Error' }],
    ['a date', { v: new Date(0) }, { error: 'Error' }],
    ['no number', { v: Number.NaN }, { error: 'Error' }],
    ['a number that is not safe', { v: 2 ** 60 }, { error: 'Error' }],
    ['a large integer', { v: 2n ** 60n }, { answer: {} }],
    ['a set with one thing twice', { v: new Set([new Uint8Array([1]), new Uint8Array([1])]) }, invalid],
    ['a set of two kinds', { v: new Set([1, 'a']) }, invalid],
    ['no sort key', { sk: undefined }, invalid],
    ['an empty sort key', { sk: '' }, invalid],
    ['a number as a key', { sk: 1 }, invalid],
    ['exactly 400 KB', { sk: 'b', v: 'x'.repeat(409_600 - 10) }, { answer: {} }],
    ['a byte more', { sk: 'b', v: 'x'.repeat(409_601 - 10) }, invalid],
  ])('put of %s', async (_name, more, expected) => {
    expect(await say.put({ pk: 'edge', sk: 's', ...more })).toEqual(expected);
  });

  it('answers what was there and what is, as asked', async () => {
    const pk = freshPk();
    const Key = { pk, sk: 's' };
    const update = (ReturnValues: 'ALL_OLD', more = {}) =>
      say.send(
        new UpdateCommand({
          TableName: say.name,
          Key,
          UpdateExpression: 'SET n = :v, m.b = :v, l[1] = :v REMOVE s',
          ExpressionAttributeValues: { ':v': 9 },
          ReturnValues,
          ...more,
        }),
      );
    const item = { ...Key, n: 1, s: 'x', m: { a: 1 }, l: [1, 2] };
    expect(await say.put(item, { ReturnValues: 'ALL_OLD' })).toEqual({ answer: {} });
    expect(await say.put(item, { ReturnValues: 'ALL_OLD' })).toEqual({ answer: { Attributes: item } });
    expect(await say.put(item, { ReturnValues: 'ALL_NEW' })).toEqual(invalid);
    const told: unknown[] = [];
    for (const returns of ['UPDATED_OLD', 'UPDATED_NEW', 'NONE', 'ALL_OLD'] as const) {
      await say.put(item);
      told.push(((await update(returns as 'ALL_OLD')) as { answer: { Attributes?: unknown } }).answer.Attributes);
    }
    expect(told).toEqual([{ n: 1, s: 'x', l: [1, 2] }, { n: 9, m: { a: 1, b: 9 }, l: [1, 9] }, undefined, item]);
    const after = { ...Key, n: 9, m: { a: 1, b: 9 }, l: [1, 9] };
    const remove = new DeleteCommand({ TableName: say.name, Key, ReturnValues: 'ALL_OLD' });
    expect([await say.send(remove), await say.send(remove)]).toEqual([{ answer: { Attributes: after } }, { answer: {} }]);
  });

  it('an update makes the item that is missing, unless it does not fit', async () => {
    const pk = freshPk();
    const update = (sk: string, UpdateExpression?: string, values?: Record<string, unknown>) =>
      say.send(new UpdateCommand({ TableName: say.name, Key: { pk, sk }, UpdateExpression, ExpressionAttributeValues: values }));
    await update('add', 'ADD n :v', { ':v': 1 });
    await update('remove', 'REMOVE n');
    await update('nothing');
    expect(await update('deep', 'SET a.b = :v', { ':v': 1 })).toEqual(invalid);
    expect([
      await say.get(pk, 'add'),
      await say.get(pk, 'remove'),
      await say.get(pk, 'nothing'),
      await say.get(pk, 'deep'),
    ]).toEqual([{ pk, sk: 'add', n: 1 }, { pk, sk: 'remove' }, { pk, sk: 'nothing' }, undefined]);
  });

  it('gives the old item of a failed condition when asked', async () => {
    const item = { pk: freshPk(), sk: 's', n: 1 };
    const asks = { ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
    await say.put(item);
    expect(await say.put(item, asks)).toEqual({ ...missed, old: item });
    const other = { ...item, sk: 'other' };
    expect(await say.put(other, { ...asks, ConditionExpression: 'attribute_exists(pk)' })).toEqual(missed);
  });

  manyItemsContract(say);
  describe('queries', () => queryContract(say));
});

describe('both', () => {
  it('answer, fail and end alike for random calls', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(operations, async (all) => {
        const run = freshPk();
        for (const operation of all) {
          const [theirs, ours] = await Promise.all([local, memory].map((t) => outcomeOf(t, operation(t.name, run))));
          expect(ours, JSON.stringify(operation('', run))).toEqual(theirs);
        }
        for (const pk of [`${run}P`, `${run}Q`]) {
          const contents = [local, memory].map((table) =>
            outcomeOf(
              table,
              new QueryCommand({
                TableName: table.name,
                KeyConditionExpression: 'pk = :pk',
                ExpressionAttributeValues: { ':pk': pk },
              }),
            ),
          );
          expect(await contents[1]).toEqual(await contents[0]);
        }
      }),
      { numRuns: 100, interruptAfterTimeLimit: 12_000 },
    );
  });
});
