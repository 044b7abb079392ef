import type { Readable } from 'node:stream';
import { createClient, type VantaClient } from '../../client/src/index.ts';
import { Credentials } from './credentials.ts';
import { type Output, Printer } from './output/printer.ts';
import { type Profile, profileOf } from './profile.ts';
import { Session } from './session.ts';

/** The process, as commands see it. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Given when somebody presses Ctrl-C. */
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** Options that every command takes. */
export interface Globals {
  readonly api?: string;
  readonly json?: boolean;
  readonly idempotencyKey?: string;
}

/** What a command works with. */
export interface Context {
  readonly world: World;
  readonly print: Printer;
  readonly profile: Profile;
  readonly credentials: Credentials;
  readonly session: Session;
  readonly client: VantaClient;
  /** Spread into every call: how it ends early, and the key of what changes something. */
  readonly call: { readonly signal: AbortSignal; readonly idempotencyKey?: string };
}

export function createContext(world: World, { api, json = false, idempotencyKey }: Globals): Context {
  const profile = profileOf(api, world);
  const credentials = new Credentials(world.env);
  const session = new Session({ api: profile.api, credentials, env: world.env, now: world.now });
  const noColor = Boolean(world.env['NO_COLOR']) || world.env['TERM'] === 'dumb';
  return {
    world,
    print: new Printer(world.stdout, world.stderr, { json, noColor }),
    profile,
    credentials,
    session,
    client: createClient({
      baseUrl: profile.api,
      token: ({ refused }) => session.token(refused),
      userAgent: 'vanta-cli/0.1',
    }),
    call: { signal: world.signal, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) },
  };
}
