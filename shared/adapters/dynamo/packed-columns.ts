export type Scalar = string | number;
/** All values; the one value that all rows have; or null for 0, 1, 2 ... */
export type Column = readonly Scalar[] | Scalar | null;

/** Rows by columns: how many rows, and what stands in each column. */
export interface Columns {
  readonly count: number;
  readonly columns: readonly Column[];
}

/**
 * What the head says of a column: its one value, null for 0, 1, 2 ..., or where its values stand. `same`: in an earlier column.
 * `few`: in this list, by numbers in the tail; `four`: the same, two numbers a digit. `texts` and `numbers`: in the tail. `json`: here.
 */
type Said =
  | Scalar
  | null
  | readonly ['same', number]
  | readonly ['few', ...Scalar[]]
  | readonly ['four', ...Scalar[]]
  | readonly ['texts']
  | readonly ['numbers']
  | readonly ['json', ...Scalar[]];

/** One hexadecimal digit for each character of a decimal, and for the end of a value. */
const characters = '0123456789-.';
const end = 15;
const digitOf = new Int8Array(128).fill(-1);
for (let n = 0; n < characters.length; n += 1) digitOf[characters.charCodeAt(n)] = n;
const separator = ',';
const codes = Uint8Array.from({ length: end + 1 }, (_, n) => (characters[n] ?? separator).charCodeAt(0));
/** A list of few values is numbered by one digit. */
const fewest = 16;

/** Digits of the tail while it is written or read, one claim after another; a column that finds no room is left to JSON. */
const page = new Uint8Array(256 * 1024);
let used = 0;

/** A mark, the head's length, the head. */
const lengthBytes = 3;
const headStart = 1 + lengthBytes;

/**
 * The head as JSON, and behind it the tail, two digits a byte. Claims are nearly all decimals that no two rows have
 * alike: this is as short as to deflate them, and takes a fraction of the time.
 */
export function writeColumns({ count, columns }: Columns, mark: number): Uint8Array {
  used = 0;
  const head = Buffer.from(JSON.stringify([count, ...columns.map((column, n) => saidOf(column, n, columns))]));
  if (used % 2 === 1) page[used++] = end;
  const tail = headStart + head.length;
  const bytes = Buffer.allocUnsafe(tail + used / 2);
  bytes[0] = mark;
  bytes.writeUIntBE(head.length, 1, lengthBytes);
  bytes.set(head, headStart);
  for (let from = 0, to = tail; from < used; from += 2, to += 1)
    bytes[to] = ((page[from] as number) << 4) | (page[from + 1] as number);
  return bytes;
}

function saidOf(column: Column, n: number, all: readonly Column[]): Said {
  if (column === null || typeof column !== 'object') return column;
  for (let same = 0; same < n; same += 1) if (isSame(column, all[same])) return ['same', same];
  if (used + column.length > page.length - 2) return ['json', ...column];
  return fewOf(column) ?? writtenOut(column) ?? ['json', ...column];
}

function isSame(column: readonly Scalar[], other: Column | undefined): boolean {
  if (!Array.isArray(other)) return false;
  for (let n = 0; n < column.length; n += 1) if (column[n] !== other[n]) return false;
  return true;
}

function fewOf(column: readonly Scalar[]): Said | undefined {
  const values: Scalar[] = [];
  for (let n = 0; n < column.length; n += 1) {
    let at = values.indexOf(column[n] as Scalar);
    if (at < 0) at = values.push(column[n] as Scalar) - 1;
    if (at >= fewest) return undefined;
    page[used + n] = at;
  }
  if (values.length > 4) {
    used += column.length;
    return ['few', ...values];
  }
  const to = used + Math.ceil(column.length / 2);
  page[used + column.length] = 0;
  for (let from = used; used < to; from += 2, used += 1) page[used] = (page[from] as number) * 4 + (page[from + 1] as number);
  return ['four', ...values];
}

/** Decimals or whole numbers, one after the other; undefined when one is something else. */
function writtenOut(column: readonly Scalar[]): Said | undefined {
  const kind = typeof column[0];
  let at = used;
  for (const value of column) {
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof value !== kind || at + text.length > page.length - 2) return undefined;
    for (let i = 0; i < text.length; i += 1) {
      const digit = digitOf[text.charCodeAt(i)] ?? -1;
      if (digit < 0) return undefined;
      page[at++] = digit;
    }
    page[at++] = end;
  }
  used = at;
  return kind === 'number' ? ['numbers'] : ['texts'];
}

/** Reads what `writeColumns` wrote. */
export function readColumns(bytes: Uint8Array): Columns {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tail = headStart + all.readUIntBE(1, lengthBytes);
  const [count, ...said] = JSON.parse(all.toString('utf8', headStart, tail)) as [number, ...Said[]];
  const digits = Buffer.allocUnsafe(2 * (all.length - tail));
  for (let from = tail, to = 0; from < all.length; from += 1, to += 2) {
    digits[to] = (all[from] as number) >> 4;
    digits[to + 1] = (all[from] as number) & 15;
  }
  const columns: Column[] = [];
  let at = 0;
  for (const one of said) {
    const { column, next } = columnIn(one, columns, count, digits, at);
    columns.push(column);
    at = next;
  }
  return { count, columns };
}

function columnIn(
  said: Said,
  before: readonly Column[],
  count: number,
  digits: Buffer,
  at: number,
): { column: Column; next: number } {
  if (said === null || typeof said !== 'object') return { column: said, next: at };
  const [kind, ...given] = said;
  if (kind === 'same') return { column: before[given[0] as number] as Column, next: at };
  if (kind === 'json') return { column: given, next: at };
  if (kind === 'few') {
    const column = Array.from(digits.subarray(at, at + count), (n) => given[n] as Scalar);
    return { column, next: at + count };
  }
  if (kind === 'four') {
    const numberAt = (n: number): number => ((digits[at + (n >> 1)] as number) >> (n % 2 === 0 ? 2 : 0)) & 3;
    return { column: Array.from({ length: count }, (_, n) => given[numberAt(n)] as Scalar), next: at + Math.ceil(count / 2) };
  }
  const { texts, next } = textsIn(digits, at, count);
  return { column: kind === 'numbers' ? texts.map(Number) : texts, next };
}

/** So many texts; their digits become the characters that they stand for. */
function textsIn(digits: Buffer, from: number, count: number): { texts: string[]; next: number } {
  let at = from;
  for (let left = count; left > 0; at += 1) {
    const digit = digits[at] as number;
    if (digit === end) left -= 1;
    digits[at] = codes[digit] as number;
  }
  return { texts: digits.toString('latin1', from, at - 1).split(separator), next: at };
}
