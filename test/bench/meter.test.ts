import { describe, expect, it } from 'vitest';
import { WireTable } from '../../bench/aws/table.ts';
import { least, partOf, samplesByPart, split } from '../../bench/cpu.ts';
import { callsOf, Meter } from '../../bench/meter/meter.ts';

const key = { pk: { S: 'p' }, sk: { S: 's' } };

function metered() {
  const meter = new Meter();
  return { meter, table: new WireTable((call) => meter.table(call)) };
}

describe('the meter over the table', () => {
  it('charges a condition that failed, and writes nothing', () => {
    const { meter, table } = metered();
    const put = { Item: { ...key, a: { N: '1' } }, ConditionExpression: 'attribute_not_exists(pk)' };
    table.answer('PutItem', put);
    expect(() => table.answer('PutItem', { ...put, Item: { ...key, a: { N: '2' } } })).toThrow('ConditionalCheckFailed');
    expect(table.item(key)).toEqual(put.Item);
    expect(meter.read()).toMatchObject({ calls: { 'dynamodb:PutItem': 2 }, writeUnits: 2, failedConditions: 1 });
  });

  it('charges a transaction double, all of it when one condition fails', () => {
    const { meter, table } = metered();
    const put = { Put: { Item: { ...key, text: { S: 'x'.repeat(1500) } } } };
    const check = { ConditionCheck: { Key: { ...key, sk: { S: 'other' } }, ConditionExpression: 'attribute_exists(pk)' } };
    table.answer('TransactWriteItems', { TransactItems: [put] });
    expect(meter.read().writeUnits).toBe(4);
    expect(() => table.answer('TransactWriteItems', { TransactItems: [put, check] })).toThrow('TransactionCanceled');
    expect(meter.read().writeUnits).toBe(4 + 4 + 2);
  });

  it('rounds a query as a whole, and each item of a batch by itself', () => {
    const { meter, table } = metered();
    for (let i = 0; i < 5; i += 1) table.seed({ pk: { S: 'p' }, sk: { S: `A#${i}` }, text: { S: 'x'.repeat(1000) } });
    const where = { KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)', ConsistentRead: true };
    const answer = table.answer('Query', { ...where, ExpressionAttributeValues: { ':pk': { S: 'p' }, ':prefix': { S: 'A#' } } });
    expect(JSON.parse(answer)).toMatchObject({ Count: 5 });
    expect(meter.read().readUnits).toBe(2);
    const Keys = [0, 1].map((i) => ({ pk: { S: 'p' }, sk: { S: `A#${i}` } }));
    table.answer('BatchGetItem', { RequestItems: { t: { Keys } } });
    expect(meter.read().readUnits).toBe(2 + 0.5 + 0.5);
  });

  it('pages, and updates as asked', () => {
    const { table } = metered();
    for (let i = 0; i < 3; i += 1) table.seed({ pk: { S: 'p' }, sk: { S: `A#${i}` } });
    const where = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'p' } } };
    const page = JSON.parse(table.answer('Query', { ...where, Limit: 2, ScanIndexForward: false }));
    expect(page.LastEvaluatedKey.sk).toEqual({ S: 'A#1' });
    const rest = JSON.parse(
      table.answer('Query', { ...where, ScanIndexForward: false, ExclusiveStartKey: page.LastEvaluatedKey }),
    );
    expect(rest).toEqual({ Items: [{ pk: { S: 'p' }, sk: { S: 'A#0' } }], Count: 1 });
    table.answer('UpdateItem', {
      Key: key,
      UpdateExpression: 'SET #a = :a, n = n + :one ADD done :two',
      ExpressionAttributeNames: { '#a': 'a' },
      ExpressionAttributeValues: { ':a': { S: 'x' }, ':one': { N: '1' }, ':two': { NS: ['2'] } },
    });
    expect(table.item(key)).toEqual({ ...key, a: { S: 'x' }, n: { N: '1' }, done: { NS: ['2'] } });
  });

  it('knows a range of sort keys, both ends in it', () => {
    const { table } = metered();
    for (let i = 0; i < 5; i += 1) table.seed({ pk: { S: 'p' }, sk: { S: `A#${i}` } });
    const ExpressionAttributeValues = { ':pk': { S: 'p' }, ':from': { S: 'A#1' }, ':to': { S: 'A#3' } };
    const where = { KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to', ExpressionAttributeValues };
    const sorted = (answer: string) => (JSON.parse(answer).Items as { sk: { S: string } }[]).map(({ sk }) => sk.S);
    expect(sorted(table.answer('Query', { ...where, ScanIndexForward: false }))).toEqual(['A#3', 'A#2', 'A#1']);
  });

  it('returns what a projection names, and charges the whole item', () => {
    const { meter, table } = metered();
    table.seed({ ...key, state: { S: 'x' }, text: { S: 'x'.repeat(5000) } });
    const names = {
      ProjectionExpression: '#sk, #state, #no',
      ExpressionAttributeNames: { '#sk': 'sk', '#state': 'state', '#no': 'no' },
    };
    const item = { sk: key.sk, state: { S: 'x' } };
    const get = table.answer('GetItem', { Key: key, ...names, ConsistentRead: true });
    expect(JSON.parse(get)).toEqual({ Item: item });
    const batch = table.answer('BatchGetItem', { RequestItems: { t: { Keys: [key], ...names, ConsistentRead: true } } });
    expect(JSON.parse(batch)).toEqual({ Responses: { t: [item] }, UnprocessedKeys: {} });
    expect(meter.read().readUnits).toBe(2 + 2);
  });

  it('knows OR, which binds less than AND', () => {
    const { table } = metered();
    const values = { ExpressionAttributeValues: { ':old': { N: '1' } } };
    const put = (n: string) => ({
      Item: { ...key, n: { N: n } },
      ConditionExpression: 'attribute_not_exists(pk) OR n = :old',
      ...values,
    });
    table.answer('PutItem', put('1'));
    table.answer('PutItem', put('2'));
    expect(() => table.answer('PutItem', put('3'))).toThrow('ConditionalCheckFailed');
    expect(table.item(key)).toMatchObject({ n: { N: '2' } });
  });

  it('does not guess at an expression that it does not know', () => {
    const { table } = metered();
    expect(() => table.answer('Query', { KeyConditionExpression: 'pk = :pk', FilterExpression: 'a = :a' })).toThrow(
      'FilterExpression',
    );
    expect(() => table.answer('GetItem', { Key: key, ProjectionExpression: 'a.b' })).not.toThrow();
    table.seed(key);
    expect(() => table.answer('GetItem', { Key: key, ProjectionExpression: 'a.b' })).toThrow('does not understand');
    expect(() => table.answer('PutItem', { Item: key, ConditionExpression: 'size(pk) > :n' })).toThrow('does not understand');
  });

  it('counts SQS by 64 KB, and pollers without a call', () => {
    const meter = new Meter();
    meter.queue('SendMessageBatch', 70_000, true);
    meter.poller(10, false);
    expect(meter.read()).toMatchObject({ sqsFifoRequests: 2, sqsStandardRequests: 1 });
    expect(callsOf(meter.read())).toBe(1);
  });
});

describe('the split of CPU', () => {
  const frame = (functionName: string, url: string) => ({ functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 });
  const nodes = [
    { id: 1, callFrame: frame('(root)', ''), children: [2, 6, 8, 9] },
    { id: 2, callFrame: frame('planEntry', 'file:///v/shared/domain/mirroring/plan.ts'), children: [3, 4] },
    { id: 3, callFrame: frame('format', 'file:///v/shared/kit/decimal.ts'), children: [] },
    { id: 4, callFrame: frame('send', 'file:///v/node_modules/@smithy/core/a.js'), children: [5] },
    { id: 5, callFrame: frame('#query', 'file:///v/bench/aws/table.ts'), children: [] },
    { id: 6, callFrame: frame('workShard', 'file:///v/shared/domain/mirroring/shard.ts'), children: [7, 10] },
    { id: 7, callFrame: frame('map', ''), children: [] },
    { id: 8, callFrame: frame('(garbage collector)', ''), children: [] },
    { id: 9, callFrame: frame('(idle)', ''), children: [] },
    { id: 10, callFrame: frame('serialize', 'file:///v/node_modules/@aws-lambda-powertools/metrics/a.js'), children: [] },
  ];
  it('gives each sample to the innermost part that is known', () => {
    const counts = samplesByPart(nodes, [2, 3, 4, 5, 7, 8, 9, 10]);
    expect(Object.fromEntries(counts)).toEqual({
      'own: plan': 2,
      sdk: 1,
      bench: 1,
      'own: rest': 1,
      'own: metrics': 1,
      collector: 1,
      idle: 1,
    });
  });
  it('takes what comes behind the HTTP client, and after the bodies, for what it is', () => {
    const partIn = (file: string, functionName: string) => partOf({ url: `file:///v/shared/${file}`, functionName });
    expect(partIn('adapters/webhook/dispatcher.ts', 'noted')).toBe('own: sending');
    expect(partIn('adapters/dynamo/shard-store.ts', 'mark')).toBe('own: ledger and result');
    expect(partIn('domain/mirroring/dispatch.ts', 'takeAnswer')).toBe('own: ledger and result');
    expect(partIn('domain/mirroring/shard.ts', 'happenedIn')).toBe('own: ledger and result');
    expect(partIn('domain/mirroring/shard.ts', 'carryOut')).toBe('own');
  });
  it('leaves out what stands for AWS, and shares the collector out', () => {
    const { total, sdk, own, expansion } = split(samplesByPart(nodes, [2, 3, 4, 5, 7, 8, 9]), 500);
    expect([total, sdk, own, expansion]).toEqual([400, 100, { plan: 200, rest: 100 }, 300]);
  });
  it('of several runs takes what the least one took, in the shares of all', () => {
    const run = { http: 0, runtime: 0, signing: 0 };
    const small = { ...run, total: 100, sdk: 60, own: { plan: 40 }, expansion: 40 };
    const large = { ...run, total: 300, sdk: 180, own: { plan: 60, rest: 60 }, expansion: 120 };
    expect(least([large, small])).toEqual({ ...run, total: 100, sdk: 60, own: { plan: 25, rest: 15 }, expansion: 40 });
  });
});
