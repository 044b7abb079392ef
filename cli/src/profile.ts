import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { usage } from './exit.ts';

/** What a local platform says of itself in `.vanta/local.json`, as far as it is used here. */
export interface LocalPlatform {
  readonly api: string;
  readonly bus: string;
  readonly bus_name: string;
  readonly user_pool?: { readonly client_id: string | null; readonly sign_in_url: string };
}

/** Whom the commands speak to. */
export interface Profile {
  readonly api: string;
  /** Set when that is the local platform of this folder. */
  readonly local: LocalPlatform | undefined;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** The API that was named, else that of the environment, else the local platform of this folder. */
export function profileOf(named: string | undefined, { env, cwd }: Surroundings): Profile {
  const local = localPlatform(cwd);
  const given = named ?? (env['VANTA_API'] || undefined) ?? local?.api;
  if (given === undefined) {
    throw usage('which API? give --api URL, set VANTA_API, or start the local platform in this folder (npm start)');
  }
  const api = addressOf(given);
  return { api, local: local?.api === api ? local : undefined };
}

function localPlatform(cwd: string): LocalPlatform | undefined {
  try {
    return JSON.parse(readFileSync(join(cwd, '.vanta', 'local.json'), 'utf8')) as LocalPlatform;
  } catch {
    // No local platform runs in this folder, or it is just being stopped.
    return undefined;
  }
}

/** An API's address in the one form under which its credentials are kept. */
export function addressOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw usage(`${given} is not an http(s) address`);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw usage('an API has no user, query or fragment in its address');
  }
  // A token goes with every request.
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw usage(`${url.origin} is not on this machine: use https`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}`;
}

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);
