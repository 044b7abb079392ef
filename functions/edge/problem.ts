import { Refusal } from '../../shared/kit/refusal.ts';

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** A refusal as an RFC 9457 problem document. `instance` is the request's id: what an operator can search for. */
export function problemBody(refusal: Refusal, requestId: string): string {
  return JSON.stringify({
    type: `urn:vanta:problem:${refusal.code}`,
    title: titles[refusal.status] ?? 'Error',
    status: refusal.status,
    detail: refusal.message,
    instance: `urn:vanta:request:${requestId}`,
    code: refusal.code,
    ...(refusal.errors.length === 0 ? {} : { errors: refusal.errors }),
    ...refusal.extra,
  });
}

/** What a caller learns of a bug or an outage: nothing but the request's id. */
export const internalError = (): Refusal =>
  new Refusal(500, 'internal', 'Something went wrong here; it is logged under the request id.');
