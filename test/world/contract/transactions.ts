import { BatchGetCommand, BatchWriteCommand, GetCommand, TransactGetCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { freshPk, invalid, type Speaker } from './speaker.ts';

/** What is said to many items at once, and what is refused before any item is looked at. */
export function manyItemsContract(say: Speaker): void {
  transactionContract(say);
  tokenContract(say);
  refusalContract(say);
  batchContract(say);
}

function transactionContract(say: Speaker): void {
  it('a transaction is all or nothing, and tells every reason', async () => {
    const pk = freshPk();
    const at = (sk: string) => ({ TableName: say.name, Key: { pk, sk } });
    await say.put({ pk, sk: 'a', n: 1 });
    const asks = { ConditionExpression: 'n = :v', ExpressionAttributeValues: { ':v': 2 } };
    const old = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
    const items = [
      { Put: { TableName: say.name, Item: { pk, sk: 'b' } } },
      { ConditionCheck: { ...at('a'), ...asks, ...old } },
      { Delete: { ...at('c'), ...asks, ...old } },
    ];
    const codes = ['None', 'ConditionalCheckFailed', 'ConditionalCheckFailed'];
    expect(await say.transact(items)).toEqual({
      error: 'TransactionCanceledException',
      codes,
      old: [undefined, { pk, sk: 'a', n: 1 }, undefined],
    });
    expect(await say.get(pk, 'b')).toBeUndefined();
    const add = { Update: { ...at('a'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': 1 } } };
    const check = { ConditionCheck: { ...at('c'), ConditionExpression: 'attribute_not_exists(pk)' } };
    expect(await say.transact([items[0], add, check])).toEqual({ answer: {} });
    expect([await say.get(pk, 'a'), await say.get(pk, 'b')]).toEqual([
      { pk, sk: 'a', n: 2 },
      { pk, sk: 'b' },
    ]);
  });
}

function tokenContract(say: Speaker): void {
  it('a transaction said again with its token is done once', async () => {
    const [pk, other] = [freshPk(), freshPk()];
    const add = (n: number, ClientRequestToken: string, ConditionExpression = 'attribute_not_exists(zz)', at = pk) => {
      const Key = { pk: at, sk: 's' };
      const ExpressionAttributeValues = { ':n': n };
      const Update = {
        TableName: say.name,
        Key,
        UpdateExpression: 'ADD n :n',
        ConditionExpression,
        ExpressionAttributeValues,
      };
      return say.transact([{ Update }], { ClientRequestToken });
    };
    const [token, second] = [`${pk} once`, `${pk} twice`];
    expect([await add(1, token), await add(1, token)]).toEqual([{ answer: {} }, { answer: {} }]);
    expect((await say.get(pk))?.['n']).toBe(1);
    expect(await add(2, token)).toEqual({ error: 'IdempotentParameterMismatchException' });
    // A token of a transaction that was cancelled has done nothing yet.
    const exists = 'attribute_exists(yes)';
    expect(await add(1, second, exists, other)).toMatchObject({ codes: ['ConditionalCheckFailed'] });
    await say.put({ pk: other, sk: 's', yes: true });
    expect(await add(1, second, exists, other)).toEqual({ answer: {} });
    expect((await say.get(other))?.['n']).toBe(1);
  });
}

function refusalContract(say: Speaker): void {
  it('refuses what can never be right', async () => {
    const name = say.name;
    const many = Array.from({ length: 101 }, (_, i) => ({ pk: 'many', sk: String(i) }));
    const puts = many.map((Item) => ({ Put: { TableName: name, Item } }));
    const [first] = puts;
    const key = { pk: 'many', sk: '0' };
    const refused = [
      say.transact(puts),
      say.transact([]),
      say.transact([{}]),
      say.transact([first, first]),
      say.transact([{ Put: { ...first?.Put, ConditionExpression: 'foo' } }]),
      say.transact([{ ConditionCheck: { TableName: name, Key: key } }]),
      say.send(new BatchGetCommand({ RequestItems: { [name]: { Keys: many } } })),
      say.send(new BatchGetCommand({ RequestItems: { [name]: { Keys: [key, key] } } })),
      say.send(new BatchGetCommand({ RequestItems: { [name]: { Keys: [] } } })),
      say.send(new BatchWriteCommand({ RequestItems: { [name]: many.slice(0, 26).map((Item) => ({ PutRequest: { Item } })) } })),
      say.send(
        new BatchWriteCommand({
          RequestItems: { [name]: [{ PutRequest: { Item: key } }, { DeleteRequest: { Key: key } }] },
        }),
      ),
      say.send(new TransactGetCommand({ TransactItems: [1, 2].map(() => ({ Get: { TableName: name, Key: key } })) })),
      say.send(new GetCommand({ TableName: name, Key: { pk: 'a' } })),
      say.send(new GetCommand({ TableName: name, Key: { ...key, n: 1 } })),
      say.send(new GetCommand({ TableName: name, Key: { pk: 'a', sk: '' } })),
      say.send(new GetCommand({ TableName: name, Key: key, ProjectionExpression: 'm, m.a' })),
      say.put(key, { ExpressionAttributeValues: { ':v': 1 } }),
    ];
    expect(await Promise.all(refused)).toEqual(refused.map(() => invalid));
  });
}

function batchContract(say: Speaker): void {
  it('reads many items at once, and parts of them', async () => {
    const pk = freshPk();
    const [a, b] = [
      { pk, sk: 'a', n: 1, m: { a: 1, b: 2 }, l: [1, 2, 3] },
      { pk, sk: 'b', s: 'x' },
    ];
    const RequestItems = { [say.name]: [a, b].map((Item) => ({ PutRequest: { Item } })) };
    expect(await say.send(new BatchWriteCommand({ RequestItems }))).toEqual({ answer: { UnprocessedItems: {} } });
    const Keys = ['a', 'b', 'c'].map((sk) => ({ pk, sk }));
    const asks = { ProjectionExpression: '#0, m.b, l[2], l[0]', ExpressionAttributeNames: { '#0': 'n' } };
    const part = { n: 1, m: { b: 2 }, l: [1, 3] };
    expect(await say.send(new BatchGetCommand({ RequestItems: { [say.name]: { Keys } } }))).toEqual({
      answer: { found: [a, b], left: {} },
    });
    expect(await say.send(new BatchGetCommand({ RequestItems: { [say.name]: { Keys, ...asks } } }))).toEqual({
      answer: { found: expect.arrayContaining([part, {}]), left: {} },
    });
    const TransactItems = Keys.map((Key) => ({ Get: { TableName: say.name, Key, ...asks } }));
    expect(await say.send(new TransactGetCommand({ TransactItems }))).toEqual({
      answer: { Responses: [{ Item: part }, { Item: {} }, {}] },
    });
  });
}
