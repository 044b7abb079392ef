import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a request is turned into an event with. */
export interface EventContext {
  readonly apiId: string;
  readonly accountId: string;
  readonly routeKey: string;
  readonly path: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly authorizer?: {
    readonly jwt: { readonly claims: Readonly<Record<string, string>>; readonly scopes: readonly string[] | null };
  };
  readonly body: Buffer;
}

const textTypes = /^(text\/|application\/(json|javascript|xml|graphql)|application\/[^;]*\+(json|xml))/;
// Dropped or replaced by API Gateway on the way to the integration.
const hopHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'expect', 'cookie']);

/** A request in API Gateway's payload format 2.0, which function URLs have as well. */
export function toEvent(request: IncomingMessage, context: EventContext) {
  const query = (request.url ?? '').split('?').slice(1).join('?');
  const headers = headersOf(request);
  const parameters = queryOf(query);
  const cookies = request.headers.cookie?.split(/;\s*/);
  const asText = context.body.length === 0 || textTypes.test(headers['content-type'] ?? 'text/plain');
  return {
    version: '2.0',
    routeKey: context.routeKey,
    rawPath: context.path,
    rawQueryString: query,
    ...(cookies !== undefined && { cookies }),
    headers,
    ...(query !== '' && { queryStringParameters: parameters }),
    ...(Object.keys(context.pathParameters).length > 0 && { pathParameters: context.pathParameters }),
    requestContext: requestContextOf(request, context),
    ...(context.body.length > 0 && { body: context.body.toString(asText ? 'utf8' : 'base64') }),
    isBase64Encoded: !asText,
  };
}

function requestContextOf(request: IncomingMessage, { accountId, apiId, authorizer, routeKey, path }: EventContext) {
  const now = new Date();
  const domainName = request.headers.host ?? 'localhost';
  return {
    accountId,
    apiId,
    ...(authorizer !== undefined && { authorizer }),
    domainName,
    domainPrefix: domainName.split('.')[0],
    http: {
      method: request.method,
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: randomUUID(),
    routeKey,
    stage: '$default',
    time: clfTime(now),
    timeEpoch: now.getTime(),
  };
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers = Object.entries(request.headersDistinct).filter(([name]) => !hopHeaders.has(name));
  return {
    ...Object.fromEntries(headers.map(([name, values]) => [name, (values ?? []).join(',')])),
    'x-forwarded-for': request.socket.remoteAddress ?? '127.0.0.1',
    'x-forwarded-port': String(request.socket.localPort ?? ''),
    'x-forwarded-proto': 'http',
  };
}

function queryOf(query: string): Record<string, string> {
  const parameters = new URLSearchParams(query);
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join(',')]));
}

/** `12/Mar/2020:19:03:58 +0000`, as in access logs. */
function clfTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}

interface Structured {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** Sends a function's answer; one without a status code is itself the body of a 200. */
export function sendResult(response: ServerResponse, result: unknown): void {
  const structured = typeof result === 'object' && result !== null && 'statusCode' in result;
  if (!structured) {
    const body = typeof result === 'string' ? result : JSON.stringify(result ?? null);
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    return;
  }
  const { statusCode = 200, headers = {}, cookies, body = '', isBase64Encoded = false } = result as Structured;
  response.statusCode = statusCode;
  response.setHeader('content-type', 'text/plain;charset=UTF-8');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  if (cookies !== undefined) response.setHeader('set-cookie', [...cookies]);
  response.end(isBase64Encoded ? Buffer.from(body, 'base64') : body);
}

/** Sends API Gateway's own short answers. */
export function sendMessage(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ message }));
}

/** The body, or undefined when it has more bytes than `limit`; the rest is then read and thrown away. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size <= limit ? Buffer.concat(chunks) : undefined;
}
