import { Agent, request } from 'undici';

/** An AWS service at a local endpoint. The platform speaks its JSON protocol itself: no SDK has to be loaded at boot. */
export interface AwsService {
  readonly endpoint: string;
  /** What stands before the action in X-Amz-Target, for example `DynamoDB_20120810`. */
  readonly target: string;
  readonly region: string;
  readonly signal?: AbortSignal;
}

/** An error that the service answered; `code` is its name without the namespace. */
export class AwsError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

// A long poll answers only after 20 s, so undici's own timeouts are off.
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 });

/** Calls one action and returns its answer. */
export async function callAws<T>(service: AwsService, action: string, input: unknown): Promise<T> {
  const { statusCode, body } = await request(service.endpoint, {
    method: 'POST',
    dispatcher: agent,
    signal: service.signal ?? null,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${service.target}.${action}`,
      // Nobody checks the signature; region and key are read from it.
      authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${service.region}/local/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  const text = await body.text();
  const answer = text === '' ? {} : (JSON.parse(text) as { __type?: string; message?: string; Message?: string });
  if (statusCode === 200) return answer as T;
  throw new AwsError(answer.__type?.split('#').at(-1) ?? `Http${statusCode}`, answer.message ?? answer.Message ?? text);
}
