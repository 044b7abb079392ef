import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../bench/meter/attribute.ts';
import { itemBytes, numberBytes, valueBytes } from '../../bench/meter/item-size.ts';
import { indexWriteUnits, readUnits, sqsRequests, writeUnits } from '../../bench/meter/units.ts';

/** AWS's published rules (Amazon DynamoDB developer guide, Amazon SQS pricing), a case a line. */
const values: readonly [what: string, value: Attribute, bytes: number][] = [
  ['text', { S: 'abc' }, 3],
  ['text outside of ASCII', { S: 'é€' }, 5],
  ['binary, raw', { B: Buffer.from('0123456789').toString('base64') }, 10],
  ['true', { BOOL: true }, 1],
  ['null', { NULL: true }, 1],
  ['number', { N: '123' }, 3],
  ['empty list', { L: [] }, 3],
  ['list', { L: [{ S: 'ab' }, { N: '7' }] }, 3 + (2 + 1) + (2 + 1)],
  ['empty map', { M: {} }, 3],
  ['map', { M: { ab: { S: 'cd' } } }, 3 + 2 + 2 + 1],
  ['set of text, as a list', { SS: ['ab', 'c'] }, 3 + 3 + 2],
  ['set of numbers, as a list', { NS: ['1', '10'] }, 3 + 3 + 3],
];

describe('item sizes', () => {
  it.each(values)('%s', (_, value, bytes) => expect(valueBytes(value)).toBe(bytes));
  it.each([
    ['0', 1],
    ['1', 2],
    ['12', 2],
    ['123', 3],
    ['100', 2],
    ['0.0010', 2],
    ['-12.50', 3],
    ['1e20', 2],
    ['1700000000000', 2],
    ['1763879674123', 8],
  ])('the number %s takes %i bytes', (text, bytes) => expect(numberBytes(text)).toBe(bytes));
  it('names count', () => expect(itemBytes({ pk: { S: 'a' }, size: { N: '1' } })).toBe(2 + 1 + 4 + 2));
});

describe('read units', () => {
  it.each([
    [0, 'strong', 1],
    [1, 'strong', 1],
    [4096, 'strong', 1],
    [4097, 'strong', 2],
    [4096, 'eventual', 0.5],
    [8192, 'eventual', 1],
    [4096, 'transaction', 2],
  ] as const)('%i bytes, %s: %d', (bytes, consistency, units) => expect(readUnits(bytes, consistency)).toBe(units));
});

describe('write units', () => {
  it.each([
    ['a new item', 0, 1024, false, 1],
    ['one byte more', 0, 1025, false, 2],
    ['the larger image counts', 3000, 100, false, 3],
    ['a deletion of what is there', 2048, 0, false, 2],
    ['a deletion of nothing', 0, 0, false, 1],
    ['a condition that failed', 1500, 1500, false, 2],
    ['in a transaction double', 0, 1025, true, 4],
  ] as const)('%s', (_, before, after, transaction, units) => expect(writeUnits({ before, after }, transaction)).toBe(units));
});

describe('index writes', () => {
  const at = (key: string, bytes = 100) => ({ key, bytes });
  it.each([
    ['put into it', undefined, at('a'), true, 1],
    ['taken out of it', at('a'), undefined, true, 1],
    ['never in it', undefined, undefined, true, 0],
    ['its key changed', at('a'), at('b'), true, 2],
    ['what is projected changed', at('a', 100), at('a', 1100), true, 2],
    ['nothing projected changed', at('a'), at('a'), false, 0],
  ] as const)('%s', (_, before, after, changed, units) => expect(indexWriteUnits(before, after, changed)).toBe(units));
});

describe('SQS requests', () => {
  it.each([
    [0, 1],
    [65_536, 1],
    [65_537, 2],
    [1_048_576, 16],
  ])('%i bytes: %i', (bytes, requests) => expect(sqsRequests(bytes)).toBe(requests));
});
