import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request as a simulator reads it. */
export interface SimRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The address this server is reached at, for links in its pages. */
  readonly base: string;
}

export interface SimAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** No answer at all: the connection is torn down. */
export const hangUp = 'hang up';

export type SimHandler = (request: SimRequest) => Promise<SimAnswer | typeof hangUp>;

/** A simulator's two doors: the vendor's, which can be shut, and one for its control, which stays open. */
export interface SimServer {
  readonly url: string;
  readonly control: string;
  /** Closes the vendor's port: who connects is refused. */
  refuse(): Promise<void>;
  /** Opens the same port again. */
  accept(): Promise<void>;
  stop(): Promise<void>;
}

export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): SimAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body, null, 2),
});

export const html = (body: string, status = 200): SimAnswer => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'cache-control': 'no-store',
  },
  body,
});

export const redirect = (location: string): SimAnswer => ({ status: 303, headers: { location }, body: '' });

/** Listens on the loopback interface only. Paths under /sim/ go to `control` at both doors, all else to `vendor`. */
export async function startSimServer(options: { port: number; vendor: SimHandler; control: SimHandler }): Promise<SimServer> {
  let base = '';
  const door = (request: IncomingMessage, response: ServerResponse) =>
    answer({ request, response, base, handler: isControl(request.url) ? options.control : options.vendor });
  let vendor: Server | undefined = createServer(door);
  const control = createServer(door);
  const port = await listen(vendor, options.port);
  const controlPort = await listen(control, 0);
  base = `http://127.0.0.1:${port}`;
  const refuse = async () => {
    const closing = vendor;
    vendor = undefined;
    if (closing !== undefined) await close(closing);
  };
  return {
    url: base,
    control: `http://127.0.0.1:${controlPort}`,
    refuse,
    async accept() {
      if (vendor !== undefined) return;
      vendor = createServer(door);
      await listen(vendor, port);
    },
    async stop() {
      await Promise.all([refuse(), close(control)]);
    },
  };
}

const isControl = (url: string | undefined) => /^\/sim(\/|\?|$)/.test(url ?? '');

async function answer(call: { request: IncomingMessage; response: ServerResponse; base: string; handler: SimHandler }) {
  const { request, response, base, handler } = call;
  const url = new URL(request.url ?? '/', base);
  try {
    const { method = 'GET', headers } = request;
    const given = { method, path: url.pathname, query: url.searchParams, headers, body: await text(request), base };
    const result = await handler(given);
    if (result === hangUp) request.socket.destroy();
    else response.writeHead(result.status, result.headers).end(result.body);
  } catch (error) {
    console.error(`simulator: ${request.method} ${url.pathname}:`, error);
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' }).end('the simulator broke');
  }
}

function listen(server: Server, port: number): Promise<number> {
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      done(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}
