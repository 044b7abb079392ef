import { describe, expect, it } from 'vitest';
import { asksOf } from '../../local/iam/asks.ts';
import { isAllowed, readPolicy } from '../../local/iam/policy.ts';

/** The local platform's reading of policies and of requests; test/templates/isolation.test.ts holds it to the simulator. */
const policy = (statement: Record<string, unknown>) =>
  readPolicy({ Statement: [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*', ...statement }] }, 'a role');
const asked = (context: Record<string, string | string[]> = {}, action = 'dynamodb:GetItem') => ({
  action,
  resource: 'arn:aws:dynamodb:::table/t',
  context: new Map(Object.entries(context)),
});

describe('a policy', () => {
  it.each([
    ['an operator', { Condition: { StringNotLike: { 'aws:PrincipalTag/a': 'b' } } }, /condition operator StringNotLike/],
    ['an IfExists', { Condition: { StringEqualsIfExists: { a: 'b' } } }, /condition operator StringEqualsIfExists/],
    ['another set', { Condition: { 'ForAnyValue:StringLike': { a: 'b' } } }, /condition operator ForAnyValue:StringLike/],
    ['an element', { NotAction: 'dynamodb:Scan' }, /policy element NotAction/],
    ['an effect', { Effect: 'Perhaps' }, /Effect Perhaps/],
    ['a principal', { Principal: { Federated: 'x' } }, /Principal Federated/],
    ['a value that is no text', { Condition: { StringEquals: { a: { Ref: 'B' } } } }, /StringEquals a is no text/],
  ])('with %s that is not known stops the boot', (_, statement, message) => {
    expect(() => policy(statement)).toThrow(message);
  });

  it('denies what nothing allows, and what anything denies', () => {
    expect(isAllowed([], asked())).toBe(false);
    expect(isAllowed([policy({})], asked())).toBe(true);
    expect(isAllowed([policy({})], asked({}, 'dynamodb:PutItem'))).toBe(false);
    expect(isAllowed([policy({}), policy({ Effect: 'Deny', Resource: 'arn:aws:dynamodb:::table/?' })], asked())).toBe(false);
  });

  it('takes a variable as text, and one that is not there as nothing', () => {
    const named = policy({ Condition: { StringLike: { key: `T#$\{tag}#*` } } });
    expect(isAllowed([named], asked({ key: 'T#a#V', tag: 'a' }))).toBe(true);
    expect(isAllowed([named], asked({ key: 'T#ab#V', tag: 'a' }))).toBe(false);
    expect(isAllowed([named], asked({ key: 'T#ab#V', tag: '*' }))).toBe(false);
    expect(isAllowed([named], asked({ key: 'T#aXb#V', tag: 'a.b' }))).toBe(false);
    expect(isAllowed([named], asked({ key: 'T##V' }))).toBe(false);
  });
});

describe('a request', () => {
  const S = (text: string) => ({ S: text });
  const key = (pk: string) => ({ pk: S(pk), sk: S('x') });

  it.each([
    ['GetItem', { TableName: 't', Key: key('a') }, [['GetItem', ['a']]]],
    ['PutItem', { TableName: 't', Item: key('a') }, [['PutItem', ['a']]]],
    ['PutItem', { TableName: 't', Item: {} }, [['PutItem', undefined]]],
    [
      'Query',
      {
        TableName: 't',
        KeyConditionExpression: 'pk = :p AND begins_with(sk, :s)',
        ExpressionAttributeValues: { ':p': S('a'), ':s': S('b') },
      },
      [['Query', ['a']]],
    ],
    [
      'Query',
      {
        TableName: 't',
        KeyConditionExpression: '#s BETWEEN :x AND :y AND #p = :p',
        ExpressionAttributeNames: { '#p': 'pk', '#s': 'sk' },
        ExpressionAttributeValues: { ':p': S('a'), ':x': S('b'), ':y': S('c') },
      },
      [['Query', ['a']]],
    ],
    [
      'Query',
      { TableName: 't', KeyConditionExpression: 'sk = :p', ExpressionAttributeValues: { ':p': S('a') } },
      [['Query', undefined]],
    ],
    [
      'Query',
      { TableName: 't', IndexName: 'i', KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': S('a') } },
      [['Query', undefined]],
    ],
    ['Scan', { TableName: 't' }, [['Scan', undefined]]],
    ['BatchGetItem', { RequestItems: { t: { Keys: [key('a'), key('b')] } } }, [['BatchGetItem', ['a', 'b']]]],
    ['BatchWriteItem', { RequestItems: { t: [{ PutRequest: { Item: key('a') } }] } }, [['BatchWriteItem', undefined]]],
    [
      'TransactWriteItems',
      {
        TransactItems: [
          { Put: { TableName: 't', Item: key('a') } },
          { Update: { TableName: 't', Key: key('b') } },
          { Put: { TableName: 't', Item: key('c') } },
          { ConditionCheck: { TableName: 't', Key: key('d') } },
          { Delete: { TableName: 't', Key: key('e') } },
        ],
      },
      [
        ['PutItem', ['a', 'c']],
        ['UpdateItem', ['b']],
        ['ConditionCheckItem', ['d']],
        ['DeleteItem', ['e']],
      ],
    ],
    ['ExecuteStatement', { Statement: 'SELECT * FROM t' }, [['ExecuteStatement', undefined]]],
  ] as const)('%s is read as what it asks', (operation, body, expected) => {
    const asks = asksOf(operation, body as Record<string, unknown>, 'pk');
    expect(asks.map((ask) => [ask.action, ask.keys])).toEqual(expected);
  });
});
