import { request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RouteId, routes } from '../../shared/wiring/routes.ts';
import type { Client } from './support/client.ts';
import { build, type Estate } from './support/estate.ts';
import { type Malformed, malformed } from './support/malformed.ts';
import { Platform } from './support/platform.ts';

/**
 * Malformed requests to every route, made from the routes' schemas: never a 5xx, never a stack trace, nothing changed.
 * `FUZZ=10000 npx vitest run --project flows test/flows/fuzz.test.ts` sends so many.
 */
const total = Number(process.env['FUZZ'] ?? 1500);
const platform = new Platform();
let api: string;
let estate: Estate;
let owner: Client;

beforeAll(async () => {
  api = (await platform.start('--no-rate-limit')).api;
  estate = await build(api);
  owner = estate.callers.find(({ name }) => name === 'owner')?.client as Client;
});
afterAll(() => platform.stop());

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Sent by hand: fetch would refuse to send what is wrong. */
function send({ method, path, body, headers }: Malformed): Promise<Answer> {
  const { hostname, port } = new URL(api);
  const { token } = owner;
  const all = Object.entries({ authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers });
  const given = all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return new Promise((done, failed) => {
    const sent = request({ hostname, port, method, path, headers: Object.fromEntries(given) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        done({
          status: response.statusCode ?? 0,
          type: String(response.headers['content-type']),
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

const reads = (Object.keys(routes) as RouteId[]).filter((id) => routes[id].method === 'GET');

/** Everything that the owner can read of the tenant's things. */
async function seen(): Promise<unknown> {
  const things = estate.things.own;
  const paths = reads
    // Reconciliation comes by itself, whatever is asked.
    .filter((id) => id !== 'getHealth' && id !== 'getReconciliation' && !id.startsWith('getDocs'))
    .map((id) => routes[id].path.replace(/\{(\w+)\}/g, (_, name: string) => things[name] ?? 'x') + estate.queryOf(id, things));
  return Promise.all(paths.map(async (path) => [path, (await owner.get(path)).body]));
}

function faultOf({ status, type, body }: Answer): string | undefined {
  if (status < 400 || status >= 500) return `answered ${status}`;
  // 401 of the gateway, and a path that it does not take, keep its own form.
  if (!/^application\/(problem\+)?json/.test(type)) return `answered ${type}`;
  if (/\bat \S+ \(|node_modules|\.mjs:|\.ts:\d|Error:/.test(body)) return `shows where it broke: ${body.slice(0, 200)}`;
  return undefined;
}

describe('malformed requests', () => {
  const ids = Object.keys(routes) as RouteId[];
  let before: unknown;
  beforeAll(async () => {
    // The estate's overlay ends by itself.
    await new Promise((r) => setTimeout(r, 5500));
    before = await seen();
  });

  it(`${total} of them to all routes are refused, every one`, { timeout: 900_000 }, async () => {
    const each = Math.ceil(total / ids.length);
    for (const id of ids) {
      const property = fc.asyncProperty(malformed(id, estate.things.own), async (bad) => {
        const answer = await send(bad);
        const fault = faultOf(answer);
        if (fault !== undefined) throw new Error(`${id}: ${bad.what}: ${fault} ${answer.body.slice(0, 300)}`);
      });
      await fc.assert(property, { numRuns: each, seed: 20_261_125 });
    }
  });

  it('changed nothing', async () => expect(await seen()).toEqual(before));
});
