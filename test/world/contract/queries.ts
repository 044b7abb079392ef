import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, it } from 'vitest';
import { asRaw } from './operations.ts';
import { freshPk, invalid, type Speaker } from './speaker.ts';

type Values = Readonly<Record<string, unknown>>;
type More = Partial<QueryCommandInput>;
type Asks = [condition: string, values: Record<string, unknown>, more?: More];

const pk = 'queried';
const texts = ['A#1', 'A#2', 'A#3', 'B#1', 'Z', 'é', '\uff5e', '\u{1f600}'];
/** What is asked of the sort key, with which values and how; the sort keys of the page, and where the next one begins. */
const pages: [condition: string, values: Values, more: More, expected: readonly [string, string?]][] = [
  ['', {}, {}, [texts.join(' ')]],
  ['', {}, { Limit: 8 }, [texts.join(' '), '\u{1f600}']],
  ['', {}, { Limit: 9 }, [texts.join(' ')]],
  ['', {}, { Limit: 2, ScanIndexForward: false }, ['\u{1f600} \uff5e', '\uff5e']],
  ['begins_with(sk, :a)', { ':a': 'A#' }, {}, ['A#1 A#2 A#3']],
  ['begins_with(sk, :a)', { ':a': 'A#' }, { Limit: 3 }, ['A#1 A#2 A#3', 'A#3']],
  ['begins_with(sk, :a)', { ':a': 'A#' }, { Limit: 1, ScanIndexForward: false }, ['A#3', 'A#3']],
  ['begins_with(sk, :a)', { ':a': 'A#' }, { ExclusiveStartKey: { pk, sk: 'A#1x' } }, ['A#2 A#3']],
  ['begins_with(sk, :a)', { ':a': 'A' }, { ExclusiveStartKey: { pk, sk: 'A#2' }, ScanIndexForward: false }, ['A#1']],
  ['sk BETWEEN :a AND :b', { ':a': 'A#2', ':b': 'B#1' }, {}, ['A#2 A#3 B#1']],
  ['sk BETWEEN :a AND :b', { ':a': 'A#2', ':b': 'B#1' }, { Limit: 2 }, ['A#2 A#3', 'A#3']],
  ['sk < :a', { ':a': 'A#2' }, {}, ['A#1']],
  ['sk <= :a', { ':a': 'A#2' }, {}, ['A#1 A#2']],
  ['sk > :a', { ':a': 'Z' }, {}, ['é \uff5e \u{1f600}']],
  ['sk >= :a', { ':a': 'é' }, {}, ['é \uff5e \u{1f600}']],
  ['sk = :a', { ':a': 'Z' }, {}, ['Z']],
  ['sk = :a', { ':a': 'nobody' }, { Limit: 1 }, ['']],
  ['', { ':n': 1 }, { FilterExpression: 'n < :n', Limit: 2 }, ['A#1', 'A#2']],
  ['', { ':n': 9 }, { FilterExpression: 'n > :n', Limit: 2 }, ['', 'A#2']],
];

const refused: [condition: string, values: Values, more: More][] = [
  ['', {}, { Limit: 0 }],
  ['', {}, { ExclusiveStartKey: { pk } }],
  ['', {}, { ExclusiveStartKey: { pk: 'other', sk: 'A#1' } }],
  ['begins_with(sk, :a)', { ':a': 'A' }, { ExclusiveStartKey: { pk, sk: 'B' } }],
  ['begins_with(sk, :a)', { ':a': '' }, {}],
  ['sk BETWEEN :a AND :b', { ':a': 'B', ':b': 'A' }, {}],
  ['sk <> :a', { ':a': 'B' }, {}],
  ['n = :a', { ':a': 'B' }, {}],
  ['pk = :pk', {}, {}],
  ['', { ':a': 'B' }, {}],
  ['', { ':a': 'B' }, { FilterExpression: 'sk = :a' }],
];

const asked = (say: Speaker, ...[condition, values, more]: Asks): QueryCommandInput => ({
  TableName: say.name,
  KeyConditionExpression: condition === '' ? 'pk = :pk' : `pk = :pk AND ${condition}`,
  ExpressionAttributeValues: { ':pk': pk, ...values },
  ...more,
});
const query = (say: Speaker, ...asks: Asks) => say.send(new QueryCommand(asked(say, ...asks)));
/** By the client below the document client. */
const queryRaw = (say: Speaker, ...asks: Asks) => say.send(asRaw(asked(say, ...asks)));

const sks = (outcome: unknown) => {
  const { answer } = outcome as { answer: { Items: { sk: string }[]; LastEvaluatedKey?: { sk: string } } };
  return [answer.Items.map(({ sk }) => sk).join(' '), answer.LastEvaluatedKey?.sk];
};

/** One partition, asked in every way that a sort key can be asked. */
export function queryContract(say: Speaker): void {
  beforeAll(async () => {
    for (const [n, sk] of texts.entries()) await say.put({ pk, sk, n });
  });
  it.each(pages)('%s %j %j', async (condition, values, more, expected) => {
    expect(sks(await query(say, condition, values, more))).toEqual([expected[0], expected[1]]);
    expect(sks(await queryRaw(say, condition, values, more))).toEqual([expected[0], expected[1]]);
  });

  it.each(refused)('refuses %s %j %j', async (condition, values, more) => {
    expect(await query(say, condition, values, more)).toEqual(invalid);
    expect(await queryRaw(say, condition, values, more)).toEqual(invalid);
  });

  it('counts, and gives parts of items', async () => {
    const asks = { FilterExpression: 'n > :n', ProjectionExpression: 'n', Limit: 3 };
    const counts = { Count: 1, ScannedCount: 3, LastEvaluatedKey: { pk, sk: 'A#3' } };
    expect(await query(say, '', { ':n': 1 }, asks)).toEqual({ answer: { Items: [{ n: 2 }], ...counts } });
    const { ProjectionExpression: _, ...filtered } = asks;
    expect(await query(say, '', { ':n': 1 }, { ...filtered, Select: 'COUNT' })).toEqual({ answer: counts });
  });

  it('a page ends with the item that brings it above a megabyte', async () => {
    const big = { pk: freshPk(), v: 'x'.repeat(262_144) };
    for (const sk of ['1', '2', '3', '4', '5', '6']) await say.put({ ...big, sk, v: big.v.slice(sk === '5' ? 5000 : 20) });
    const page = (start?: string) =>
      query(say, '', { ':pk': big.pk }, start === undefined ? {} : { ExclusiveStartKey: { pk: big.pk, sk: start } });
    expect([sks(await page()), sks(await page('1'))]).toEqual([
      ['1 2 3 4 5', '5'],
      ['2 3 4 5 6', undefined],
    ]);
  });
}
