import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** One answer; `hang` = never, `reset` = the connection is cut. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly how?: 'hang' | 'reset';
}

/** A server that answers what its script says, one reply after the other, the last one again and again. */
export async function serve(script: readonly Reply[] | ((request: Seen) => Reply)) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: await text(request) };
    seen.push(one);
    const reply = typeof script === 'function' ? script(one) : (script[Math.min(seen.length, script.length) - 1] ?? {});
    if (reply.how === 'hang') return;
    if (reply.how === 'reset') {
      request.socket.destroy();
      return;
    }
    const type = (reply.status ?? 200) < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(reply.status ?? 200, { 'content-type': type, 'x-request-id': `r${seen.length}`, ...reply.headers });
    response.end(JSON.stringify(reply.body ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, stop };
}
