import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Targets } from '../../shared/adapters/webhook/address.ts';
import { webhookDispatcher } from '../../shared/adapters/webhook/dispatcher.ts';
import { failureClass } from '../../shared/adapters/webhook/failure.ts';
import { type Resolve, whyUrlRefused } from '../../shared/adapters/webhook/resolve.ts';
import type { AttemptResult } from '../../shared/domain/mirroring/attempt.ts';
import { publicHosts, publicNames, publicPorts, refusedAnswers, refusedHosts, refusedUrls } from './address-list.ts';

/** SPEC 6.4, line by line, where a URL is registered and again where it is used. */
const answering =
  (addresses: readonly string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const nobodyAsks: Resolve = async (name) => expect.unreachable(`${name} was looked up`);
const inPublic = answering(['93.184.216.34']);

const keys = { ready: async () => undefined, version: async () => new Uint8Array(32), of: async () => [new Uint8Array(32)] };
/** One attempt at a URL, by a dispatcher of its own. */
function attempt(url: string, resolve: Resolve, targets: Targets = 'public'): Promise<AttemptResult> {
  const follower = {
    follower_id: 'fol',
    tenant_id: 'ten',
    key_version: 1,
    webhook: { url },
    vault_id: 'vlt_1',
    shard: 0,
    place: 0,
  };
  const delivery = { follower, deliveryId: 'evt', attempt: 1, at: Date.now(), notAfter: Date.now() + 5000, body: '{}' };
  return webhookDispatcher({ targets, keys, resolve }).deliver(delivery);
}
/** Refused on our side before anything left: certain, and shown as nothing but that. */
function expectBlocked(result: AttemptResult): void {
  expect(result).toMatchObject({ kind: 'retry', certain: true });
  expect(failureClass(result)).toBe('blocked');
}

const literals = [...refusedHosts.map(([what, host]) => [what, `https://${host}/hook`] as const), ...refusedUrls];

describe('what no webhook may reach', () => {
  it.each(literals)('is refused when it is registered: %s', async (_what, url) => {
    expect(await whyUrlRefused(url, 'public', nobodyAsks)).toEqual(expect.any(String));
  });

  it.each(refusedAnswers)('is refused when it is registered: %s, which is %j', async (name, addresses) => {
    expect(await whyUrlRefused(`https://${name}/`, 'public', answering(addresses))).toMatch(/not public/);
  });

  it('is refused when it is registered: a name that does not resolve', async () => {
    const unknown: Resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect(await whyUrlRefused('https://nobody.example/', 'public', unknown)).toMatch(/does not resolve/);
  });

  it.each(literals)('is never connected to: %s', async (_what, url) => {
    const connect = vi.spyOn(Socket.prototype, 'connect');
    expectBlocked(await attempt(url, nobodyAsks));
    expect(connect).not.toHaveBeenCalled();
    connect.mockRestore();
  });

  it.each(refusedAnswers)('is never connected to: %s, which is %j', async (name, addresses) => {
    expectBlocked(await attempt(`https://${name}/`, answering(addresses)));
  });
});

describe('what is public', () => {
  it.each(publicHosts.flatMap((host) => publicPorts.map((port) => `https://${host}${port}/hook?a=1`)))('%s', async (url) => {
    expect(await whyUrlRefused(url, 'public', nobodyAsks)).toBeUndefined();
  });
  it.each(publicNames)('%s', async (name) => {
    expect(await whyUrlRefused(`https://${name}/`, 'public', inPublic)).toBeUndefined();
    expect(await whyUrlRefused(`https://${name}:1024/`, 'public', answering(['2606:4700::1111', '1.1.1.1']))).toBeUndefined();
  });
});

/** A server on loopback that says how many came. */
const server = createServer();
const front = createHttp((request, response) => {
  asked.push(request.url ?? '');
  response.writeHead(302, { location: `http://127.0.0.1:${portOf(front)}/elsewhere` }).end();
});
const asked: string[] = [];
let connections = 0;
const portOf = (of: { address(): unknown }): number => (of.address() as AddressInfo).port;
beforeAll(async () => {
  server.on('connection', (socket) => {
    connections += 1;
    // Cut on purpose: what the other side makes of it is not asked here.
    socket.on('error', () => undefined).destroy();
  });
  for (const one of [server, front]) await once(one.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => [server, front].map((one) => one.close()));

describe('a name', () => {
  it('that turns to loopback after it was registered is not connected to', async () => {
    const url = `https://rebound.example:${portOf(server)}/`;
    expect(await whyUrlRefused(url, 'public', inPublic)).toBeUndefined();
    expectBlocked(await attempt(url, answering(['127.0.0.1'])));
    expect(connections).toBe(0);
  });

  it('is looked up once for a connection: the address that was checked is the one connected to', async () => {
    let lookups = 0;
    const changing: Resolve = async () => {
      lookups += 1;
      return [{ address: lookups === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    };
    const before = connections;
    const result = await attempt(`https://changing.example:${portOf(server)}/`, changing, 'public_and_loopback');
    // It was reached, and hung up: only that address listens.
    expect([failureClass(result), connections - before, lookups]).toEqual(['cut', 1, 1]);
  });

  it('that does not resolve any more is told as that', async () => {
    const gone: Resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const result = await attempt('https://gone.example/', gone);
    expect([result, failureClass(result)]).toMatchObject([{ kind: 'retry', certain: true }, 'dns']);
  });
});

describe('a redirect', () => {
  it('is an answer, and is not followed', async () => {
    const result = await attempt(`http://127.0.0.1:${portOf(front)}/hook`, nobodyAsks, 'public_and_loopback');
    expect([result, failureClass(result)]).toMatchObject([{ kind: 'rejected', status: 302 }, 'redirect']);
    expect(asked).toEqual(['/hook']);
  });
});
