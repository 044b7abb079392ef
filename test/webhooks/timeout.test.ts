import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { webhookDispatcher } from '../../shared/adapters/webhook/dispatcher.ts';
import { limits } from '../../shared/wiring/limits.ts';

/** An endpoint that answers at once, never, or begins an answer that it never ends. */
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://endpoint');
  if (pathname === '/well') response.end();
  else if (pathname === '/begins') begin(response);
});
const dripping: NodeJS.Timeout[] = [];
function begin(response: ServerResponse): void {
  response.writeHead(200);
  dripping.push(setInterval(() => response.write('.'), 100));
}

let port = 0;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  for (const drip of dripping) clearInterval(drip);
  server.closeAllConnections();
  server.close();
});

const secret = new Uint8Array(32);
const dispatcher = webhookDispatcher({
  targets: 'public_and_loopback',
  keys: { ready: async () => undefined, version: async () => secret, of: async () => [secret] },
});

async function attempt(path: string) {
  const webhook = { url: `http://127.0.0.1:${port}/${path}` };
  const follower = { follower_id: 'fol', tenant_id: 'ten', key_version: 1, webhook, vault_id: 'vlt_1', shard: 0, place: 0 };
  const begun = performance.now();
  const at = Date.now();
  const result = await dispatcher.deliver({ follower, deliveryId: 'evt', attempt: 1, at, notAfter: at + 60_000, body: '{}' });
  return { result, tookMs: performance.now() - begun };
}

it('attempts that begin together end together, each by its own answer or when its time is over', async () => {
  const [well, never, begins, later] = await Promise.all([
    attempt('well'),
    attempt('never'),
    attempt('begins'),
    new Promise((done) => setTimeout(done, 200)).then(() => attempt('never?later')),
  ]);
  expect(well.result).toMatchObject({ kind: 'ack', status: 200 });
  expect(never.result).toMatchObject({ kind: 'retry', certain: false, error: 'timeout' });
  // Its status was its answer.
  expect(begins.result).toMatchObject({ kind: 'ack', status: 200 });
  expect(later.result).toMatchObject({ kind: 'retry', certain: false, error: 'timeout' });
  for (const { tookMs } of [never, begins, later]) {
    expect(tookMs).toBeGreaterThan(limits.webhookTimeoutMs - 5);
    expect(tookMs).toBeLessThan(limits.webhookTimeoutMs + 400);
  }
  expect((await attempt('well')).result).toMatchObject({ kind: 'ack' });
}, 10_000);
