/** The `error` of an answer. */
export interface ErrorBody {
  readonly type: 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error';
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly payment_intent?: object;
  readonly doc_url?: string;
}

interface FailureOptions {
  /** What was changed stays changed: a declined payment is an attempt that happened. */
  readonly keeps?: boolean;
  /** Found before anything was done: Stripe does not remember such an answer under its Idempotency-Key. */
  readonly early?: boolean;
}

/** A request that Stripe refuses. */
export class StripeFailure extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly keeps: boolean;
  readonly early: boolean;
  constructor(status: number, body: ErrorBody, { keeps = false, early = false }: FailureOptions = {}) {
    super(body.message);
    this.status = status;
    this.body = withLink(body);
    this.keeps = keeps;
    this.early = early;
  }
}

function withLink(body: ErrorBody): ErrorBody {
  return body.code === undefined
    ? body
    : { ...body, doc_url: `https://stripe.com/docs/error-codes/${body.code.replaceAll('_', '-')}` };
}

/** A 400 about a request that was understood and cannot be done. */
export function invalid(message: string, more: { param?: string; code?: string } = {}): StripeFailure {
  return new StripeFailure(400, { type: 'invalid_request_error', message, ...more });
}

/** A 404 for an id that does not exist. */
export function missing(kind: string, id: string, param = 'id'): StripeFailure {
  return new StripeFailure(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${kind.replaceAll('_', ' ').replace('test helpers.', '')}: '${id}'`,
    param,
  });
}
