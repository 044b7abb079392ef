import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import type { Claims, Principal } from '../../shared/domain/tenants/principal.ts';
import { principalOf } from '../../shared/domain/tenants/principal.ts';

/** A validated request as a room's handler sees it. Times and the seed come from the edge; handlers have no clock. */
export interface ApiRequest<Body = unknown> {
  readonly principal: Principal | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Body;
  /** A ULID that stays the same when the request is run again: ids of created things are made from it. */
  readonly seed: string;
  readonly requestId: string;
  /** The event itself, for a handler that checks a signature over the raw body. */
  readonly raw: ApiEvent;
  readonly traceparent?: string;
  readonly ifMatch?: string;
}

/** A file that is served as it is, already compressed. */
export interface ApiFile {
  readonly contentType: string;
  readonly gzipped: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export type ApiAnswer = RecordAnswer | FileAnswer;

export interface FileAnswer {
  readonly file: ApiFile;
  readonly sealed?: never;
}

export interface RecordAnswer {
  readonly file?: never;
  readonly status?: number;
  readonly body: unknown;
  /** A record's entity tag; PATCH compares it with If-Match. */
  readonly etag?: string;
  /** Names a signing secret that is shown in this answer as `signing_secret`, and is never stored. */
  readonly sealed?: { readonly follower_id: string; readonly version: number };
}

export type ApiEvent = APIGatewayProxyEventV2;

/** The verified claims that API Gateway's authorizer left; undefined on a public route. */
export function principalIn(event: ApiEvent): Principal | undefined {
  const context = (event as APIGatewayProxyEventV2WithJWTAuthorizer).requestContext;
  const claims = context.authorizer?.jwt?.claims as Record<string, unknown> | undefined;
  // The gateway lets an ID token through too, whose audience is our client as well: only access tokens speak for a caller.
  if (claims === undefined || claims['token_use'] !== 'access') return undefined;
  const texts: Claims = Object.fromEntries(Object.entries(claims).map(([k, v]) => [k, String(v)]));
  return principalOf(texts);
}

/** W3C Trace Context, version 00 (w3.org/TR/trace-context). */
const traceparentPattern = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export function traceparentOf(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = headers['traceparent'];
  return given !== undefined && traceparentPattern.test(given) ? given : undefined;
}

export function bodyText(event: ApiEvent): string {
  const body = event.body ?? '';
  return event.isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
}
