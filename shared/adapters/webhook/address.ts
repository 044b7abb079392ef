import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Which addresses a webhook may reach (SPEC 6.4). `public_and_loopback` is the local platform's setting: loopback too,
 * and plain http to it.
 */
export type Targets = 'public' | 'public_and_loopback';

export type UrlVerdict = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly why: string };

const no = (why: string): UrlVerdict => ({ ok: false, why });
const refusedNames = ['.internal', '.local', '.localhost'];

/** Decides by the URL's text alone. Names must be resolved afterwards, and each address put to `mayConnect`. */
export function checkUrl(text: string, targets: Targets): UrlVerdict {
  if (!URL.canParse(text)) return no('is not a URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return no('must not carry credentials');
  const host = bareHost(url);
  if (targets === 'public_and_loopback' && isLoopbackHost(host) && ['http:', 'https:'].includes(url.protocol))
    return { ok: true, url };
  if (url.protocol !== 'https:') return no('must use https');
  const port = url.port === '' ? 443 : Number(url.port);
  if (port !== 443 && port <= 1023) return no('must use port 443 or one above 1023');
  if (isAddress(host)) return mayConnect(host, targets) ? { ok: true, url } : no('points to an address that is not public');
  const name = host.replace(/\.$/, '').toLowerCase();
  if (name === 'localhost' || !name.includes('.') || refusedNames.some((suffix) => name.endsWith(suffix))) {
    return no('names a host that is not public');
  }
  return { ok: true, url };
}

/** The host as an address parser takes it: WHATWG URL parsing has turned decimal, octal and hex forms into dotted ones. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** Cheaper than asking the parser, which throws inside for every name; WHATWG parsing has left only plain notations. */
const isAddress = (host: string): boolean => isIP(host) !== 0;

const isLoopbackHost = (host: string): boolean => host === 'localhost' || (isAddress(host) && isLoopback(host));
const isLoopback = (address: string): boolean => ipaddr.process(address).range() === 'loopback';

/** Prefixes that embed or reach an IPv4 address, or are not for the public internet, beyond what ipaddr.js names. */
const refusedV6: readonly [string, number][] = [
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 23],
  ['2002::', 16],
  ['::', 96],
  ['fec0::', 10],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['5f00::', 16],
  ['100::', 64],
];

/** True when a connection to this resolved address is allowed. `::ffff:a.b.c.d` counts as the IPv4 address it carries. */
export function mayConnect(address: string, targets: Targets): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address.replace(/%.*$/, ''));
  if (parsed.range() === 'loopback') return targets === 'public_and_loopback';
  if (parsed.range() !== 'unicast') return false;
  return (
    parsed.kind() === 'ipv4' ||
    !refusedV6.some(([prefix, bits]) => (parsed as ipaddr.IPv6).match(ipaddr.IPv6.parse(prefix), bits))
  );
}
