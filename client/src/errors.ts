import type { Code } from './generated/operations.ts';

export interface FieldError {
  /** JSON pointer into the body or the query. */
  readonly pointer: string;
  readonly detail: string;
}

/** Codes of the contract's closed list; `http_<status>` for what API Gateway answers by itself. */
export type ErrorCode = Code | `http_${number}`;

interface Refused {
  readonly operation: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  readonly attempts: number;
}

/** The platform said no. */
export class VantaError extends Error {
  readonly operation: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly title: string;
  readonly detail: string;
  /** Faulty fields, where the request was not valid. */
  readonly errors: readonly FieldError[];
  readonly requestId: string | undefined;
  readonly headers: Headers;
  readonly retryAfterSeconds: number | undefined;
  /** The problem document as it came. */
  readonly problem: Readonly<Record<string, unknown>>;
  readonly attempts: number;

  constructor({ operation, status, headers, body, attempts }: Refused) {
    const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
    const code = typeof problem['code'] === 'string' ? problem['code'] : `http_${status}`;
    const detail = String(problem['detail'] ?? problem['message'] ?? (typeof body === 'string' ? body.slice(0, 500) : ''));
    super(`${operation}: ${status} ${code}: ${detail}`);
    this.name = 'VantaError';
    this.operation = operation;
    this.status = status;
    this.code = code as ErrorCode;
    this.title = String(problem['title'] ?? '');
    this.detail = detail;
    this.errors = Array.isArray(problem['errors']) ? (problem['errors'] as FieldError[]) : [];
    this.requestId = headers.get('x-request-id') ?? undefined;
    this.headers = headers;
    this.retryAfterSeconds = retryAfterSeconds(headers, Date.now());
    this.problem = problem;
    this.attempts = attempts;
  }
}

/** No answer came: the network failed, or every try took too long. Whether it took effect, nobody knows. */
export class VantaConnectionError extends Error {
  readonly operation: string;
  readonly attempts: number;
  readonly timedOut: boolean;

  constructor(operation: string, attempts: number, cause: unknown) {
    const timedOut = cause instanceof Error && cause.name === 'TimeoutError';
    const why = timedOut ? 'no answer in time' : cause instanceof Error ? reasonOf(cause) : String(cause);
    super(`${operation}: ${why} (${attempts} ${attempts === 1 ? 'try' : 'tries'})`, { cause });
    this.name = 'VantaConnectionError';
    this.operation = operation;
    this.attempts = attempts;
    this.timedOut = timedOut;
  }
}

/** fetch says only "fetch failed"; why stands below. */
const reasonOf = (error: Error): string => (error.cause instanceof Error ? error.cause.message || error.message : error.message);

/** `Retry-After` as seconds from `now` (ms): it is a number of seconds or an HTTP date (RFC 9110, 10.2.3). */
export function retryAfterSeconds(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // Every form of an HTTP date begins with the day's name; Date.parse alone would take far more than that.
  const at = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
}
