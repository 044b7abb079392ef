import { afterEach } from 'vitest';
import { type ClientOptions, createClient } from '../../../client/src/index.ts';
import { Transport } from '../../../client/src/transport.ts';
import { type Reply, type Seen, serve } from './server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A client of a scripted server; its sleeps are noted and take no time. */
export async function clientOf(script: readonly Reply[] | ((request: Seen) => Reply), options: Partial<ClientOptions> = {}) {
  const server = await serve(script);
  stops.push(server.stop);
  const slept: number[] = [];
  let now = Date.UTC(2026, 2, 2, 14, 30);
  const surroundings = {
    now: () => now,
    random: () => 0.5,
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
  };
  const given = { baseUrl: server.baseUrl, token: 't1', surroundings, ...options };
  return { vanta: createClient(given), transport: new Transport(given), seen: server.seen, slept };
}

export const problem = (status: number, code: string) => ({
  status,
  body: { status, code, title: 'T', detail: 'D', type: 'x', instance: 'y' },
});
export const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );
