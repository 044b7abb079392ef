import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Delivery } from '../../../client/src/index.ts';
import { CliError, exitCodes } from '../exit.ts';
import { verdictOn } from './verdict.ts';

/** A delivery as it came, and what was made of it. */
export interface Received {
  readonly received_at: string;
  /** The receiver's idempotency key. */
  readonly id: string;
  readonly attempt: number | null;
  readonly verified: boolean;
  readonly fault: string | null;
  /** The id was here before. */
  readonly duplicate: boolean;
  /** The status that was answered; null: none was. */
  readonly answered: number | null;
  /** What the body says; unverified ones are not believed, and not shown. */
  readonly delivery: Delivery | null;
}

export interface ReceiverOptions {
  readonly port: number;
  readonly secrets: readonly string[];
  /** A status, or never an answer. */
  readonly answer: number | 'timeout';
  /** Where verified deliveries go on to; its status is the answer. */
  readonly forward?: string;
  readonly now: () => number;
  readonly onReceived: (received: Received) => void;
}

export interface Receiver {
  readonly url: string;
  close(): void;
}

const mostBytes = 256 * 1024;
const forwardMs = 30_000;

/** A follower's endpoint on this machine. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    take(request, response, seen, options).catch((error: Error) => {
      if (!response.headersSent) response.writeHead(502).end(error.message);
    });
  });
  await listen(server, options.port);
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error) => fail(new CliError(exitCodes.failed, 'cannot_listen', error.message)));
    server.listen(port, '127.0.0.1', done);
  });
}

async function take(
  request: IncomingMessage,
  response: ServerResponse,
  seen: Set<string>,
  options: ReceiverOptions,
): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(405).end();
  const received_at = new Date(options.now()).toISOString();
  const body = await bodyOf(request);
  if (body === undefined) return void response.writeHead(413).end();
  const { fault, delivery } = verdictOn(request.headers, body, options.secrets);
  const id = headerOf(request, 'webhook-id') || headerOf(request, 'x-vanta-delivery') || 'none';
  const verified = fault === undefined;
  // Who cannot sign must not be able to make a real delivery look like one that came twice.
  const duplicate = verified && seen.has(id);
  if (verified) seen.add(id);
  const answered = verified ? await answerTo(request, body, options) : 401;
  options.onReceived({
    received_at,
    id,
    attempt: Number(headerOf(request, 'x-vanta-attempt')) || null,
    verified,
    fault: fault ?? null,
    duplicate,
    answered,
    delivery: delivery ?? null,
  });
  if (answered !== null) response.writeHead(answered).end();
}

async function answerTo(request: IncomingMessage, body: Buffer, { answer, forward }: ReceiverOptions): Promise<number | null> {
  if (forward !== undefined) return forwarded(forward, request, body);
  return answer === 'timeout' ? null : answer;
}

/** The bytes and the headers as they came: the application behind verifies them by itself. */
async function forwarded(to: string, { headers }: IncomingMessage, body: Buffer): Promise<number> {
  const passed = Object.entries(headers).filter(([name]) => /^(webhook-|x-vanta-|content-type$|traceparent$)/.test(name));
  try {
    const answer = await fetch(to, {
      method: 'POST',
      headers: passed.map(([name, value]): [string, string] => [name, String(value)]),
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(forwardMs),
    });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    // The application behind is not there: the platform hears what a gateway would say, and the row shows it.
    return 502;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const headerOf = ({ headers }: IncomingMessage, name: string): string => String(headers[name] ?? '');
