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
