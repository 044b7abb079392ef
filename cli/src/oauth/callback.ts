import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { CliError, exitCodes, usage } from '../exit.ts';
import { isLoopback } from '../profile.ts';

const waitMs = 5 * 60_000;

export interface Callback {
  /** The code that the browser brings. */
  readonly code: Promise<string>;
  close(): void;
}

/** Listens where the browser comes back to. `localhost` is two addresses; browsers try either first. */
export async function listenForCode(redirectUri: string, state: string, signal: AbortSignal): Promise<Callback> {
  const { hostname, port, pathname } = new URL(redirectUri);
  if (!isLoopback(hostname)) throw usage(`${redirectUri} is not on this machine`);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // A code may be refused before anybody waits for it.
  promise.catch(() => undefined);
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', redirectUri);
    if (url.pathname !== pathname) return void response.writeHead(404).end();
    const outcome = codeIn(url.searchParams, state);
    say(response, outcome instanceof Error ? outcome.message : 'You are signed in. You may close this window.');
    if (outcome instanceof Error) reject(outcome);
    else resolve(outcome);
  };
  const servers = await listenAll(hostname === 'localhost' ? ['127.0.0.1', '::1'] : [hostname], Number(port || 80), answer);
  const late = setTimeout(() => reject(denied('nobody signed in within 5 minutes')), waitMs);
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  const close = () => {
    clearTimeout(late);
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  };
  return { code: promise, close };
}

const denied = (why: string): CliError => new CliError(exitCodes.notSignedIn, 'sign_in_failed', why);

function codeIn(query: URLSearchParams, state: string): string | Error {
  if (query.get('state') !== state) return denied('the answer is not to our question (state)');
  const error = query.get('error');
  if (error !== null) return denied([error, query.get('error_description')].filter((part) => part !== null).join(': '));
  return query.get('code') ?? denied('the sign-in page gave no code');
}

function say(response: ServerResponse, text: string): void {
  const shown = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', connection: 'close' });
  response.end(`<!doctype html><html lang="en"><title>VANTA</title><p>${shown}</p></html>\n`);
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** One of the addresses is enough: many machines have no IPv6. */
async function listenAll(hosts: readonly string[], port: number, answer: Answer): Promise<Server[]> {
  const tried = await Promise.allSettled(hosts.map((host) => listen(host, port, answer)));
  const servers = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (servers.length > 0) return servers;
  const [first] = tried as [PromiseRejectedResult];
  throw new CliError(exitCodes.failed, 'cannot_listen', `port ${port}: ${(first.reason as Error).message}`);
}

function listen(host: string, port: number, answer: Answer): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer(answer);
    server.once('error', fail);
    server.listen(port, host, () => done(server));
  });
}
