import { createServer, type ServerResponse } from 'node:http';
import type { z } from 'zod';
import { SetupError } from '../checks.ts';
import { type SubscriptionRequest, subscriptionRequest } from '../subscriptions.ts';
import { issuerPath } from '../template/identify.ts';
import type { HttpHandler } from './gateway.ts';
import { readBody, sendMessage } from './http-event.ts';
import { type Issuer, type TokenRequest, tokenRequest } from './issuer.ts';

/** The platform's one address. It is taken before anything else starts, so that a taken port is told at once. */
export interface Front {
  readonly api: string;
  open(handler: HttpHandler): void;
  stop(): Promise<void>;
}

/** Listens on the loopback interface only; until `open` everything is answered 503. */
export async function listen(port: number): Promise<Front> {
  let handler: HttpHandler = async (_request, response) => sendMessage(response, 503, 'Service Unavailable');
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    handler(request, response, path).catch((error) => {
      console.error(`local platform: ${request.method} ${path}:`, error);
      if (!response.headersSent) sendMessage(response, 500, 'Internal Server Error');
    });
  });
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => fail(error.code === 'EADDRINUSE' ? taken(port) : error));
    server.listen(port, '127.0.0.1', done);
  });
  const address = server.address();
  return {
    api: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`,
    open(next) {
      handler = next;
    },
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function taken(port: number): SetupError {
  return new SetupError(`port ${port} is taken; stop what uses it, or start with "npm start -- --port N" (0 = any free one)`);
}

export interface LocalRoutes {
  readonly issuer: Issuer;
  /** The endpoints of the user pool's domain, which are served below the issuer's url. */
  readonly oauth: HttpHandler;
  /** Function URLs by the path they are served under. */
  readonly urls: Readonly<Record<string, HttpHandler>>;
  /** Told of every token before it is handed out. */
  onToken(request: TokenRequest): Promise<void>;
  onSubscription(request: SubscriptionRequest): Promise<void>;
}

/** The routes that exist on the local platform only, in front of the API's own. */
export function withLocalRoutes(local: LocalRoutes, api: HttpHandler): HttpHandler {
  const { issuer, oauth, urls } = local;
  return async (request, response, path) => {
    if (!path.startsWith('/local/')) return api(request, response, path);
    const document = path.startsWith(issuerPath) ? issuer.documents[path.slice(issuerPath.length)] : undefined;
    if (document !== undefined) return sendJson(response, 200, document);
    if (path.startsWith(`${issuerPath}/`)) return oauth(request, response, path.slice(issuerPath.length));
    const url = Object.keys(urls).find((prefix) => path === prefix || path.startsWith(`${prefix}/`));
    if (url !== undefined) return urls[url]?.(request, response, path.slice(url.length) || '/');
    const form = forms(local)[path];
    if (form === undefined) return problem(response, 404, 'not_found', `there is no ${path}`);
    if (request.method !== 'POST') return problem(response, 405, 'method_not_allowed', 'use POST');
    await form(parsed((await readBody(request, 64 * 1024))?.toString() ?? ''), response);
  };
}

type Form = (body: unknown, response: ServerResponse) => Promise<void>;

const forms = ({ issuer, onToken, onSubscription }: LocalRoutes): Readonly<Record<string, Form>> => ({
  '/local/token': taking(tokenRequest, async (request) => {
    await onToken(request);
    return { access_token: await issuer.issue(request), token_type: 'Bearer', expires_in: 3600 };
  }),
  '/local/subscription': taking(subscriptionRequest, async (request) => {
    await onSubscription(request);
    return { ...request, status: request.plan_id === 'none' ? 'canceled' : 'active' };
  }),
});

/** A form that answers what was done, or what is wrong with its body. */
function taking<T>(schema: z.ZodType<T>, work: (request: T) => Promise<object>): Form {
  return async (given, response) => {
    const body = schema.safeParse(given);
    if (body.success) return sendJson(response, 200, await work(body.data));
    const errors = body.error.issues.map(({ path: at, message }) => ({ pointer: ['', ...at].join('/'), detail: message }));
    problem(response, 400, 'invalid_request', 'the body is not one that this takes', errors);
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, code: string, detail: string, errors?: readonly object[]): void {
  sendJson(
    response,
    status,
    { type: 'about:blank', title: code.replaceAll('_', ' '), status, detail, code, errors },
    'application/problem+json',
  );
}
