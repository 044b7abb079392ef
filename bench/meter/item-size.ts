import type { Attribute, Item } from './attribute.ts';

/**
 * Bytes of an item by AWS's published rules (Amazon DynamoDB developer guide, "DynamoDB item sizes and formats", read
 * 2026-11-23): names and values in UTF-8; a number one byte per two significant digits and one more; binaries raw; null and
 * boolean one byte; lists and maps three bytes and one per element. Sets are not described there and are counted as lists.
 */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const name in item) bytes += utf8(name) + valueBytes(item[name] as Attribute);
  return bytes;
}

const utf8 = (text: string): number => Buffer.byteLength(text);
const base64Bytes = (text: string): number => Buffer.byteLength(text, 'base64');
const containerBytes = 3;
const elementBytes = 1;

export function valueBytes(value: Attribute): number {
  if (value.S !== undefined) return utf8(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return base64Bytes(value.B);
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.L !== undefined) return listBytes(value.L.map(valueBytes));
  if (value.SS !== undefined) return listBytes(value.SS.map(utf8));
  if (value.NS !== undefined) return listBytes(value.NS.map(numberBytes));
  if (value.BS !== undefined) return listBytes(value.BS.map(base64Bytes));
  const { M = {} } = value;
  return itemBytes(M) + containerBytes + elementBytes * Object.keys(M).length;
}

const listBytes = (elements: readonly number[]): number =>
  elements.reduce((sum, bytes) => sum + bytes + elementBytes, containerBytes);

/** Leading and trailing zeros are trimmed, wherever the point stands. */
export function numberBytes(text: string): number {
  const digits = text
    .replace(/^-/, '')
    .replace(/[eE].*$/, '')
    .replace('.', '')
    .replace(/^0+/, '')
    .replace(/0+$/, '');
  return Math.ceil(digits.length / 2) + 1;
}
