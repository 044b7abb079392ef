import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach } from 'vitest';
import type { World } from '../../../cli/src/context.ts';
import { run } from '../../../cli/src/run.ts';
import { type Reply, type Seen, serve } from '../../client/support/server.ts';
import { exampleOf } from './example-api.ts';

const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

export interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** A person's machine with a folder of its own, and an API that answers as the script says: by default with the contract's examples. */
export async function machine(script: readonly Reply[] | ((request: Seen) => Reply) = exampleOf) {
  const api = await serve(script);
  stops.push(api.stop);
  const folder = mkdtempSync(join(tmpdir(), 'vanta-cli-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const around = { now: Date.UTC(2026, 2, 2, 14, 30), isTTY: false, stdin: '', onNote: (_text: string): void => undefined };
  const env: Record<string, string> = { VANTA_API: api.baseUrl, VANTA_TOKEN: 't1', XDG_CONFIG_HOME: join(folder, 'config') };
  const vanta = async (args: readonly string[], signal = new AbortController().signal): Promise<Ran> => {
    const told = { out: '', err: '' };
    const output = (name: 'out' | 'err') => ({
      isTTY: around.isTTY,
      write: (text: string) => {
        told[name] += text;
        if (name === 'err') around.onNote(text);
      },
    });
    const world: World = {
      env,
      cwd: folder,
      stdin: Readable.from([around.stdin]),
      stdout: output('out'),
      stderr: output('err'),
      signal,
      now: () => around.now,
    };
    return { exitCode: await run(args, world), ...told };
  };
  return { vanta, env, folder, around, seen: api.seen, api: api.baseUrl };
}
