import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JWTPayload } from 'jose';
import type { ApiSpec, FunctionUrlSpec, RouteSpec } from '../template/model.ts';
import { readBody, sendMessage, sendResult, toEvent } from './http-event.ts';
import type { Issuer } from './issuer.ts';
import { createRouter, type RouteMatch } from './routes.ts';

const maximumBytes = 10 * 1024 * 1024;
const urlTimeoutMs = 900_000;

export type HttpHandler = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

interface GatewayOptions {
  readonly api: ApiSpec;
  readonly accountId: string;
  readonly issuer: Issuer;
  invoke(functionName: string, event: unknown): Promise<unknown>;
}

/** API Gateway's HTTP API: route, JWT authorizer, payload 2.0, and its own answers where it gives them itself. */
export function createGateway({ api, accountId, issuer, invoke }: GatewayOptions): HttpHandler {
  const match = createRouter(api.routes);
  return async (request, response, path) => {
    const found = match(request.method ?? 'GET', path);
    if (found === undefined) return sendMessage(response, 404, 'Not Found');
    const authorization = await authorize(issuer, found.route, request.headers.authorization);
    if (authorization.kind === 'refused') return refuse(response, authorization.status);
    const body = await readBody(request, maximumBytes);
    if (body === undefined) return sendMessage(response, 413, 'Request Entity Too Large');
    const event = toEvent(request, { ...contextOf(found, path), apiId: api.id, accountId, body, ...authorization.context });
    await answer(response, invoke(found.route.functionName, event), found.route.timeoutMs);
  };
}

/** A Lambda function URL: the whole host is the function's, so its path begins after the prefix it has here. */
export function createFunctionUrl(
  { functionName }: FunctionUrlSpec,
  options: Omit<GatewayOptions, 'api' | 'issuer'>,
): HttpHandler {
  return async (request, response, path) => {
    const body = await readBody(request, 6 * 1024 * 1024);
    if (body === undefined) return sendMessage(response, 413, 'Request Entity Too Large');
    const context = { apiId: functionName, accountId: options.accountId, routeKey: '$default', path, pathParameters: {}, body };
    await answer(response, options.invoke(functionName, toEvent(request, context)), urlTimeoutMs);
  };
}

function contextOf({ route, pathParameters }: RouteMatch, path: string) {
  return { routeKey: route.key, path, pathParameters };
}

type Authorization =
  | { readonly kind: 'refused'; readonly status: 401 | 403 }
  | {
      readonly kind: 'passed';
      readonly context: { authorizer?: { jwt: { claims: Record<string, string>; scopes: string[] | null } } };
    };

async function authorize(issuer: Issuer, { authorizer }: RouteSpec, header: string | undefined): Promise<Authorization> {
  if (authorizer === undefined) return { kind: 'passed', context: {} };
  const token = header?.replace(/^bearer /i, '').trim() ?? '';
  // A token that cannot be verified, for whatever reason, is none: API Gateway says no more than 401.
  const claims = await issuer.verify(token, authorizer.audience).catch(() => undefined);
  if (claims === undefined) return { kind: 'refused', status: 401 };
  const granted = String(claims.scope ?? '').split(' ');
  const wanted = authorizer.scopes;
  if (wanted.length > 0 && !wanted.some((scope) => granted.includes(scope))) return { kind: 'refused', status: 403 };
  return {
    kind: 'passed',
    context: { authorizer: { jwt: { claims: asStrings(claims), scopes: wanted.length > 0 ? granted : null } } },
  };
}

/** API Gateway hands every claim on as a string; a list becomes `[a b]`. */
function asStrings(claims: JWTPayload): Record<string, string> {
  const text = (value: unknown) => (Array.isArray(value) ? `[${value.join(' ')}]` : String(value));
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, text(value)]));
}

function refuse(response: ServerResponse, status: 401 | 403): void {
  if (status === 403) sendMessage(response, 403, 'Forbidden');
  else sendMessage(response, 401, 'Unauthorized', { 'www-authenticate': 'Bearer' });
}

async function answer(response: ServerResponse, invocation: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((done) => {
    timer = setTimeout(() => done('late'), timeoutMs);
  });
  try {
    const result = await Promise.race([invocation, late]);
    if (result === 'late') sendMessage(response, 503, 'Service Unavailable');
    else sendResult(response, result);
  } catch {
    sendMessage(response, 500, 'Internal Server Error'); // the function's own error is in its log
  } finally {
    clearTimeout(timer);
  }
}
