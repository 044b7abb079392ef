export type Scalar = string | number;
/** All values; the one value that all rows have; or null for 0, 1, 2 ... */
export type Column = readonly Scalar[] | Scalar | null;

/** Rows as JSON text: the layout's version, how many rows, and their columns. */
export interface Columns {
  readonly version: number;
  readonly count: number;
  readonly columns: readonly Column[];
}

const bracket = 0x5b;
const quote = 0x22;

/**
 * Reads what `JSON.stringify([version, count, ...columns])` wrote, with the same result as JSON.parse. That looks up each short text
 * in the engine's table of all texts, most of them in vain: for numbers that no two rows have alike it takes longer than all else
 * of reading a shard. What has escapes, or texts that look like the end of a column, is left to it all the same.
 */
export function readColumns(text: string): Columns {
  const values = (text.includes('\\') ? undefined : plainValues(text)) ?? (JSON.parse(text) as unknown[]);
  const [version, count, ...columns] = values as [number, number, ...Column[]];
  return { version, count, columns };
}

/** undefined when a column has not a value for every row: then one of its texts was taken for its end. */
function plainValues(text: string): unknown[] | undefined {
  const values: unknown[] = [];
  const last = text.length - 1;
  for (let at = 1; at < last; ) {
    const end = endOf(text, at, last);
    const value = valueIn(text, at, end);
    if (Array.isArray(value) && value.length !== values[1]) return undefined;
    values.push(value);
    at = end + 1;
  }
  return values;
}

/** Where the value that begins at `at` ends. Without escapes a quote ends a text, and the values of a column are all texts or none is. */
function endOf(text: string, at: number, last: number): number {
  const first = text.charCodeAt(at);
  if (first === quote) return text.indexOf('"', at + 1) + 1;
  if (first === bracket) return isTexts(text, at) ? text.indexOf('"]', at + 2) + 2 : text.indexOf(']', at) + 1;
  const comma = text.indexOf(',', at);
  return comma < 0 ? last : comma;
}

function valueIn(text: string, at: number, end: number): unknown {
  const first = text.charCodeAt(at);
  if (first === quote) return text.slice(at + 1, end - 1);
  if (first === bracket && isTexts(text, at)) return text.slice(at + 2, end - 2).split('","');
  return JSON.parse(text.slice(at, end));
}

const isTexts = (text: string, at: number): boolean => text.charCodeAt(at + 1) === quote;

/** Where columns are written, one claim after another; what does not fit is left to JSON. */
const page = Buffer.allocUnsafeSlow(64 * 1024);
const [comma, closing, backslash, firstPlain, lastPlain] = [0x2c, 0x5d, 0x5c, 0x20, 0x7e];

/** The bytes of `JSON.stringify([version, count, ...columns])`: good until the next are written. */
export function writeColumns({ version, count, columns }: Columns): Uint8Array {
  let at = writeText(`[${version},${count}`, 0);
  for (const column of columns) {
    if (at < 0) break;
    page[at] = comma;
    at = typeof column === 'object' && column !== null ? writeList(column, at + 1) : writeText(JSON.stringify(column), at + 1);
  }
  if (at < 0) return Buffer.from(JSON.stringify([version, count, ...columns]));
  page[at] = closing;
  return page.subarray(0, at + 1);
}

/** Gives where to go on, or -1 for what would need an escape, more than a byte for a letter, or more than there is room for. */
function writeList(values: readonly Scalar[], from: number): number {
  page[from] = bracket;
  let at = from + 1;
  for (let n = 0; n < values.length && at > 0; n += 1) {
    const value = values[n] as Scalar;
    if (n > 0) page[at++] = comma;
    at = typeof value === 'number' ? writeText(String(value), at) : writeQuoted(value, at);
  }
  if (at < 0) return at;
  page[at] = closing;
  return at + 1;
}

function writeQuoted(text: string, from: number): number {
  if (from + text.length + room > page.length) return -1;
  page[from] = quote;
  let at = from + 1;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c < firstPlain || c > lastPlain || c === quote || c === backslash) return -1;
    page[at++] = c;
  }
  page[at] = quote;
  return at + 1;
}

/** What stands around a text. */
const room = 8;

/** Text that needs no quotes, or has them. */
function writeText(text: string, from: number): number {
  if (from + text.length + room > page.length) return -1;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c > lastPlain) return -1;
    page[from + i] = c;
  }
  return from + text.length;
}
