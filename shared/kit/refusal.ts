/** One field's fault, by JSON pointer (RFC 6901) into the request. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * An expected "no" with a code: it changes nothing and becomes an RFC 9457 problem document at the edge. Everything
 * else that is thrown is a bug or an outage and goes up to whoever retries.
 */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly extra: Readonly<Record<string, unknown>>;
  /** It says "in a moment": asked again, with the same Idempotency-Key too, it may be granted. It is never kept as an answer. */
  readonly passing: boolean;

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { errors?: readonly FieldError[]; extra?: Readonly<Record<string, unknown>>; passing?: true } = {},
  ) {
    super(detail);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.errors = more.errors ?? [];
    this.extra = more.extra ?? {};
    this.passing = more.passing ?? status === 429;
  }
}

/** Throws unless `condition` holds: for what can only be false through a bug. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`);
}
