import { DeleteCommand, GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { TableCall, TableChange } from './calls.ts';
import { MemoryTable } from './table.ts';

const TableName = 'memory';
const at = (sk: string) => ({ TableName, Key: { pk: 'p', sk } });
const put = (sk: string, more = {}) => ({ TableName, Item: { pk: 'p', sk, ...more } });

/** What only the in-memory table has: who is told of what, and a clock of its own. */
describe('the table in memory', () => {
  it('tells every change in the order of commit, with both images', () => {
    const seen: TableChange[] = [];
    const table = new MemoryTable({ onChange: (change) => seen.push(change) });
    table.execute(new PutCommand(put('a', { n: 1 })));
    table.execute(new PutCommand(put('a', { n: 1 })));
    table.execute(new DeleteCommand(at('nothing')));
    const Update = { ...at('a'), UpdateExpression: 'ADD n :v', ExpressionAttributeValues: { ':v': 1 } };
    const check = { ...at('c'), ConditionExpression: 'attribute_not_exists(pk)' };
    table.execute(new TransactWriteCommand({ TransactItems: [{ Put: put('b') }, { ConditionCheck: check }, { Update }] }));
    table.execute(new DeleteCommand(at('b')));
    const key = (sk: string) => ({ pk: 'p', sk });
    const [one, two] = [1, 2].map((n) => ({ ...key('a'), n }));
    expect(seen).toEqual([
      { key: key('a'), after: one, changed: true },
      { key: key('a'), before: one, after: one, changed: false },
      { key: key('b'), after: key('b'), changed: true },
      { key: key('a'), before: one, after: two, changed: true },
      { key: key('b'), before: key('b'), changed: true },
    ]);
  });

  it('tells every call: what it read and wrote, and which conditions failed', () => {
    const seen: TableCall[] = [];
    const table = new MemoryTable({ onCall: (call) => seen.push(call) });
    const last = () => seen.at(-1);
    table.execute(new PutCommand(put('a', { v: 'x'.repeat(100) })));
    const plain = { transaction: false, consistent: false, failed: false, replayed: false };
    const [item, key] = [put('a', { v: 'x'.repeat(100) }).Item, { pk: 'p', sk: 'a' }];
    const written = { action: 'Put', key, after: item, bytesBefore: 0, bytesAfter: 107, conditionFailed: false };
    expect(last()).toEqual({ operation: 'Put', ...plain, reads: [], writes: [written] });
    table.execute(new GetCommand({ ...at('a'), ConsistentRead: true }));
    expect(last()).toMatchObject({ operation: 'Get', consistent: true, reads: [{ key, item, bytes: 107 }], writes: [] });
    table.execute(new GetCommand(at('b')));
    expect(last()?.reads).toEqual([{ key: { pk: 'p', sk: 'b' }, bytes: 0 }]);
    const values = { ExpressionAttributeValues: { ':p': 'p', ':v': 'y' } };
    const asks = { KeyConditionExpression: 'pk = :p', FilterExpression: 'v = :v', ...values };
    expect(table.execute(new QueryCommand({ TableName, ...asks })).Items).toEqual([]);
    expect(last()).toMatchObject({ operation: 'Query', reads: [{ key, bytes: 107 }] });
    const ConditionExpression = 'attribute_not_exists(pk)';
    expect(() => table.execute(new PutCommand({ ...put('a'), ConditionExpression }))).toThrow('conditional request failed');
    expect(last()).toMatchObject({ failed: true, writes: [{ before: item, bytesBefore: 107, conditionFailed: true }] });
    const items = [{ Put: put('b') }, { Put: { ...put('a'), ConditionExpression } }];
    expect(() => table.execute(new TransactWriteCommand({ TransactItems: items }))).toThrow('Transaction cancelled');
    const writes = [
      { key: { pk: 'p', sk: 'b' }, bytesAfter: 6, conditionFailed: false },
      { key, conditionFailed: true },
    ];
    expect(last()).toMatchObject({ operation: 'TransactWrite', transaction: true, failed: true, writes });
    expect([table.size, table.peek({ pk: 'p', sk: 'b' })]).toEqual([1, undefined]);
    expect(() => table.execute(new UpdateCommand({ ...at('a'), UpdateExpression: 'SET' }))).toThrow('Syntax error');
    expect(seen).toHaveLength(6);
  });

  it('a transaction in which an update does not fit its item is cancelled, as AWS does it', () => {
    const table = new MemoryTable();
    const Update = { ...at('a'), UpdateExpression: 'REMOVE q.a' };
    expect(() => table.execute(new TransactWriteCommand({ TransactItems: [{ Put: put('b') }, { Update }] }))).toThrow(
      '[None, ValidationError]',
    );
    expect(table.size).toBe(0);
  });

  it('forgets a token after ten minutes', () => {
    let now = 0;
    const calls: TableCall[] = [];
    const table = new MemoryTable({ clock: () => now, onCall: (call) => calls.push(call) });
    const Update = { ...at('a'), UpdateExpression: 'ADD n :v', ExpressionAttributeValues: { ':v': 1 } };
    const sums: unknown[] = [];
    for (now of [0, 600_000, 600_001]) {
      table.execute(new TransactWriteCommand({ TransactItems: [{ Update }], ClientRequestToken: 'token' }));
      sums.push(table.peek({ pk: 'p', sk: 'a' })?.['n']);
    }
    expect([sums, calls.map(({ replayed }) => replayed)]).toEqual([
      [1, 1, 2],
      [false, true, false],
    ]);
  });
});
