/** Milliseconds since 1970 (UTC). The edge hands a clock down; nothing below reads one by itself. */
export type Clock = () => number;

/** RFC 3339 UTC with milliseconds, as every interface writes times (SPEC 2). */
export const timestamp = (ms: number): string => new Date(ms).toISOString();

/** The milliseconds of an RFC 3339 time. */
export const milliseconds = (text: string): number => Date.parse(text);
