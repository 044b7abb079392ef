import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Which addresses a webhook may reach (SPEC 6.4). `public_and_loopback` is the local platform's setting: loopback too,
 * and plain http to it.
 */
export type Targets = 'public' | 'public_and_loopback';

export type UrlVerdict = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly why: string };

const no = (why: string): UrlVerdict => ({ ok: false, why });
const refusedNames = ['internal', 'local', 'localhost'];

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
  return isPublicName(host) ? { ok: true, url } : no('names a host that is not public');
}

/** A name below a top-level domain of the internet; written with a dot at the end it is the same name. */
function isPublicName(host: string): boolean {
  const labels = host.replace(/\.$/, '').toLowerCase().split('.');
  return labels.length > 1 && labels.every((label) => label !== '') && !refusedNames.includes(labels.at(-1) ?? '');
}

/** The host as an address parser takes it: WHATWG URL parsing has turned decimal, octal and hex forms into dotted ones. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** Cheaper than asking the parser, which throws inside for every name; WHATWG parsing has left only plain notations. */
const isAddress = (host: string): boolean => isIP(host) !== 0;

const isLoopbackHost = (host: string): boolean => host === 'localhost' || parsed(host)?.range() === 'loopback';

/**
 * An address as what it is: `::ffff:a.b.c.d` is the IPv4 address that it carries, and `::a.b.c.d`, as resolvers write IPv4-compatible
 * addresses, is IPv6: ipaddr.js would take it for IPv4, so that v6 is brought to hex groups first.
 */
function parsed(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) === 0) return undefined;
  return ipaddr.process(isIP(bare) === 4 ? bare : new URL(`http://[${bare}]`).hostname.slice(1, -1));
}

/** Global unicast (RFC 4291): what else there is of IPv6 is not on the internet, or not yet anybody's. */
const globalV6: [string, number] = ['2000::', 3];
/** Prefixes in it that embed or reach an IPv4 address, or are not for the public internet, beyond what ipaddr.js names. */
const refusedV6: readonly [string, number][] = [
  ['2001::', 23],
  ['2002::', 16],
  ['2001:db8::', 32],
  ['3fff::', 20],
];
const within = (address: ipaddr.IPv6, [prefix, bits]: readonly [string, number]): boolean =>
  address.match(ipaddr.IPv6.parse(prefix), bits);

/** True when a connection to this resolved address is allowed. */
export function mayConnect(address: string, targets: Targets): boolean {
  const found = parsed(address);
  if (found?.range() === 'loopback') return targets === 'public_and_loopback';
  if (found?.range() !== 'unicast') return false;
  return found instanceof ipaddr.IPv4 || (within(found, globalV6) && !refusedV6.some((prefix) => within(found, prefix)));
}
