import type { AttemptResult } from '../../domain/mirroring/attempt.ts';
import type { FailureClass } from '../../domain/webhooks/test-event.ts';

/** Node's and undici's codes by what they mean to who set the endpoint up. */
const classes: Readonly<Record<string, FailureClass>> = {
  timeout: 'timeout',
  TimeoutError: 'timeout',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  TOO_LATE: 'timeout',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ENODATA: 'dns',
  ADDRESS_REFUSED: 'blocked',
};
const isTls = (code: string): boolean => /CERT|TLS|SSL|SELF_SIGNED|EPROTO|UNABLE_TO/.test(code);

/** What kind of failure an attempt is; undefined when it was delivered. No more than this leaves the platform: no address, no name. */
export function failureClass(result: AttemptResult): FailureClass | undefined {
  if (result.kind === 'ack') return undefined;
  if (result.status !== undefined) return result.status >= 300 && result.status < 400 ? 'redirect' : 'status';
  if (result.error.startsWith('url ')) return 'blocked';
  return classes[result.error] ?? (isTls(result.error) ? 'tls' : 'cut');
}
