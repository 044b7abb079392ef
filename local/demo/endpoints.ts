import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Inbox } from './inbox.ts';

/** The followers' webhooks: one server, an inbox per follower under `/f/<n>`. */
export interface Endpoints {
  readonly inboxes: readonly Inbox[];
  url(n: number): string;
  close(): Promise<void>;
}

/** Listens on a free port of this machine. */
export async function openEndpoints(count: number): Promise<Endpoints> {
  const inboxes = Array.from({ length: count }, () => new Inbox());
  const server = createServer((request, response) => void answer(inboxes, request, response));
  // The platform keeps its connections; closing them between two months would only cost both sides.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { inboxes, url: (n) => `http://127.0.0.1:${port}/f/${n}`, close: () => close(server) };
}

async function answer(inboxes: readonly Inbox[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const arrivedAtMs = Date.now();
  const inbox = inboxes[Number(/^\/f\/(\d+)$/.exec(request.url ?? '')?.[1] ?? -1)];
  try {
    const body = await text(request);
    const status = inbox && request.method === 'POST' ? inbox.take(request.headers, body, arrivedAtMs) : 404;
    response.writeHead(status).end();
  } catch {
    // The sender hung up in the middle: it will come again, with the same id.
    response.destroy();
  }
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
