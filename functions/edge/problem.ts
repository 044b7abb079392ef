import { titles } from '../../shared/domain/contract/titles.ts';
import { Refusal } from '../../shared/kit/refusal.ts';

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
