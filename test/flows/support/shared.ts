import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type LocalInfo, RunningPlatform } from './running.ts';

/** A platform that stories share, as one of them finds it. */
export interface Shared {
  readonly info: LocalInfo;
  readonly folder: string;
  readonly data: string;
  /** All that it has printed so far. */
  readonly lines: readonly string[];
}

/**
 * Keeps the platforms that stories share, one for each set of options, from the first story that asks to the end of the run.
 * Stories are in other processes: they ask over HTTP. `POST /` with options is answered with their platform, started by then;
 * `DELETE /` ends all of them.
 */
export async function keepShared(assembly: string): Promise<{ url: string; close(): Promise<void> }> {
  const kept = new Map<string, { platform: RunningPlatform; started: Promise<LocalInfo> }>();
  const share = async (options: string): Promise<Shared> => {
    const found = kept.get(options) ?? begin(assembly, JSON.parse(options) as string[]);
    kept.set(options, found);
    const { folder, data, lines } = found.platform;
    return { info: await found.started, folder, data, lines };
  };
  const endAll = async () => {
    const all = [...kept.values()];
    kept.clear();
    await Promise.all(all.map(({ platform }) => platform.stop()));
  };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const answer = await (request.method === 'POST' ? share(body) : endAll()).catch((error: unknown) => ({
      error: String(error),
    }));
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = async () => {
    await endAll();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}

function begin(assembly: string, options: readonly string[]) {
  const platform = new RunningPlatform();
  return { platform, started: platform.start(assembly, options) };
}
