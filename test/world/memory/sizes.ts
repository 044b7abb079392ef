import { type Element, type Item, isMap, isSet, type Value } from './values.ts';

/** DynamoDB's most bytes in one item, names included. */
export const mostItemBytes = 400 * 1024;

/** An item's bytes by AWS's rules (developer guide, "DynamoDB item sizes and formats"). */
export function bytesOfItem(item: Item): number {
  let bytes = 0;
  for (const name in item) bytes += bytesOfText(name) + bytesOf(item[name] as Value);
  return bytes;
}

export function bytesOf(value: Value): number {
  if (typeof value === 'string') return bytesOfText(value);
  if (typeof value === 'number' || typeof value === 'bigint') return bytesOfNumber(value);
  if (typeof value === 'boolean' || value === null) return 1;
  if (value instanceof Uint8Array) return value.length;
  if (isSet(value)) return bytesOfMembers([...value], 0);
  // Three for the list or map itself and one for each member.
  if (isMap(value)) return 3 + bytesOfItem(value) + Object.keys(value).length;
  return 3 + bytesOfMembers(value, 1);
}

function bytesOfMembers(members: readonly (Value | Element)[], each: number): number {
  let bytes = 0;
  for (const member of members) bytes += bytesOf(member) + each;
  return bytes;
}

/** UTF-8 bytes: most texts here are short and ASCII. */
export function bytesOfText(text: string): number {
  const { length } = text;
  if (length > 64) return Buffer.byteLength(text);
  for (let i = 0; i < length; i += 1) if (text.charCodeAt(i) > 127) return Buffer.byteLength(text);
  return length;
}

/** One byte for two significant digits, one more, and one for a sign. */
function bytesOfNumber(value: number | bigint): number {
  if (value === 0) return 1;
  const digits = String(value)
    .replace(/^-|e.*$/g, '')
    .replace('.', '')
    .replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0);
}
