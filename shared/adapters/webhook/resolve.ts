import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { bareHost, checkUrl, mayConnect, type Targets } from './address.ts';

/** All addresses of a name, as the system's resolver gives them. */
export type Resolve = (name: string, options: { readonly family?: number | undefined }) => Promise<readonly LookupAddress[]>;

const systemResolve: Resolve = (name, { family = 0 }) =>
  new Promise((resolve, reject) => {
    lookup(name, { all: true, family }, (error, found) => (error ? reject(error) : resolve(found)));
  });

/** Why a URL may not be registered, or undefined. Resolves the name (all its addresses must be allowed), connects to nothing. */
export async function whyUrlRefused(
  text: string,
  targets: Targets,
  resolve: Resolve = systemResolve,
): Promise<string | undefined> {
  const verdict = checkUrl(text, targets);
  if (!verdict.ok) return verdict.why;
  const host = bareHost(verdict.url);
  if (isIP(host) !== 0) return undefined;
  try {
    return allAllowed(await resolve(host, {}), targets) ? undefined : 'resolves to an address that is not public';
  } catch {
    return 'names a host that does not resolve';
  }
}

const allAllowed = (found: readonly LookupAddress[], targets: Targets): boolean =>
  found.length > 0 && found.every(({ address }) => mayConnect(address, targets));

/**
 * A lookup for sockets that hands out only allowed addresses: what was checked is what is connected to, so that a name
 * that changes between check and connect (DNS rebinding) gains nothing.
 */
export function guardedLookup(targets: Targets, resolve: Resolve = systemResolve): LookupFunction {
  return (hostname, options, callback) => {
    const family = typeof options.family === 'number' ? options.family : undefined;
    const answer = (found: readonly LookupAddress[]) => {
      const [first] = found;
      if (first === undefined || !allAllowed(found, targets)) return callback(new AddressRefused(hostname), '', 0);
      return options.all === true ? callback(null, [...found]) : callback(null, first.address, first.family);
    };
    resolve(hostname, { family }).then(answer, (error: NodeJS.ErrnoException) => callback(error, '', 0));
  };
}

/** Thrown before anything leaves: the endpoint's name points to an address that is not allowed. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
  constructor(host: string) {
    super(`${host} resolves to an address that is not allowed`);
  }
}
