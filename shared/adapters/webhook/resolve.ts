import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import ipaddr from 'ipaddr.js';
import { bareHost, checkUrl, mayConnect, type Targets } from './address.ts';

const lookupAll = promisify(lookup);

/** Why a URL may not be registered, or undefined. Resolves the name (all its addresses must be allowed), connects to nothing. */
export async function whyUrlRefused(text: string, targets: Targets): Promise<string | undefined> {
  const verdict = checkUrl(text, targets);
  if (!verdict.ok) return verdict.why;
  const host = bareHost(verdict.url);
  if (ipaddr.isValid(host)) return undefined;
  try {
    const found = await lookupAll(host, { all: true });
    const bad = found.length === 0 || found.some(({ address }) => !mayConnect(address, targets));
    return bad ? 'resolves to an address that is not public' : undefined;
  } catch {
    return 'names a host that does not resolve';
  }
}

/**
 * A lookup for sockets that hands out only allowed addresses: what was checked is what is connected to, so that a name
 * that changes between check and connect (DNS rebinding) gains nothing.
 */
export function guardedLookup(targets: Targets): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const bad = found.length === 0 || found.some(({ address }) => !mayConnect(address, targets));
      const [first] = found;
      if (bad || first === undefined) return callback(new AddressRefused(hostname), '', 0);
      return options.all === true ? callback(null, found) : callback(null, first.address, first.family);
    });
  };
}

/** Thrown before anything leaves: the endpoint's name points to an address that is not allowed. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
  constructor(host: string) {
    super(`${host} resolves to an address that is not allowed`);
  }
}
