/** Milliseconds since 1970 (UTC). The edge hands a clock down; nothing below reads one by itself. */
export type Clock = () => number;

/** The children of an entry share its times: the last time that was written, and the last that was read, are at hand. */
let written = { ms: Number.NaN, text: '' };
let read = { text: '', ms: Number.NaN };

/** RFC 3339 UTC with milliseconds, as every interface writes times (SPEC 2). */
export function timestamp(ms: number): string {
  if (ms !== written.ms) written = { ms, text: new Date(ms).toISOString() };
  return written.text;
}

/** The milliseconds of an RFC 3339 time. */
export function milliseconds(text: string): number {
  if (text !== read.text) read = { text, ms: Date.parse(text) };
  return read.ms;
}
