import { describe, expect, it } from 'vitest';
import { checkUrl, mayConnect } from '../../shared/adapters/webhook/address.ts';

/** SPEC 6.4: no private, loopback, link-local, metadata or reserved address, in any notation. */
describe('a webhook URL on the public internet', () => {
  it.each([
    'https://example.com/hook',
    'https://example.com:8443/hook?x=1',
    'https://example.com:1024/',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'https://172.15.255.255/',
    'https://172.32.0.1/',
    'https://11.0.0.1/',
    'https://xn--bcher-kva.example/',
  ])('takes %s', (url) => {
    expect(checkUrl(url, 'public').ok).toBe(true);
  });

  it.each([
    ['not a URL', 'hook'],
    ['plain http', 'http://example.com/'],
    ['another scheme', 'ftp://example.com/'],
    ['credentials', 'https://user:secret@example.com/'],
    ['a user alone', 'https://user@example.com/'],
    ['a privileged port', 'https://example.com:22/'],
    ['port 80', 'https://example.com:80/'],
    ['port 1023', 'https://example.com:1023/'],
    ['localhost', 'https://localhost/'],
    ['localhost with a dot', 'https://localhost./'],
    ['a name below localhost', 'https://a.localhost/'],
    ['an internal name', 'https://metadata.google.internal/'],
    ['a local name', 'https://printer.local/'],
    ['a local name with a dot', 'https://printer.local./'],
    ['a bare name', 'https://intranet/'],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback, decimal', 'https://2130706433/'],
    ['loopback, octal', 'https://0177.0.0.1/'],
    ['loopback, hex', 'https://0x7f.0.0.1/'],
    ['loopback, short', 'https://127.1/'],
    ['loopback with a dot', 'https://127.0.0.1./'],
    ['private 10', 'https://10.0.0.1/'],
    ['private 172.16', 'https://172.16.0.1/'],
    ['private 172.31', 'https://172.31.255.255/'],
    ['private 192.168', 'https://192.168.1.1/'],
    ['carrier-grade NAT', 'https://100.64.0.1/'],
    ['metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['metadata, decimal', 'https://2852039166/'],
    ['this host', 'https://0.0.0.0/'],
    ['broadcast', 'https://255.255.255.255/'],
    ['multicast', 'https://224.0.0.1/'],
    ['reserved', 'https://240.0.0.1/'],
    ['documentation', 'https://192.0.2.1/'],
    ['benchmarking', 'https://198.18.0.1/'],
    ['v6 loopback', 'https://[::1]/'],
    ['v6 unspecified', 'https://[::]/'],
    ['v6 link-local', 'https://[fe80::1]/'],
    ['v6 site-local', 'https://[fec0::1]/'],
    ['v6 unique local', 'https://[fd00:ec2::254]/'],
    ['v4 mapped', 'https://[::ffff:10.0.0.1]/'],
    ['v4 mapped, hex', 'https://[::ffff:a00:1]/'],
    ['v4 compatible', 'https://[::127.0.0.1]/'],
    ['NAT64', 'https://[64:ff9b::10.0.0.1]/'],
    ['6to4', 'https://[2002:a00:1::]/'],
    ['Teredo', 'https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/'],
    ['v6 documentation', 'https://[2001:db8::1]/'],
    ['v6 multicast', 'https://[ff02::1]/'],
  ])('refuses %s', (_what, url) => {
    expect(checkUrl(url, 'public').ok).toBe(false);
  });
});

describe('on the local platform', () => {
  it.each([
    'http://127.0.0.1:9000/',
    'http://localhost:9000/',
    'http://[::1]:9000/',
    'https://127.8.8.8/',
    'https://example.com/',
  ])('takes %s', (url) => {
    expect(checkUrl(url, 'public_and_loopback').ok).toBe(true);
  });
  it.each([
    'http://example.com/',
    'http://10.0.0.1/',
    'https://192.168.0.1/',
    'http://169.254.169.254/',
    'http://user@127.0.0.1/',
  ])('refuses %s', (url) => {
    expect(checkUrl(url, 'public_and_loopback').ok).toBe(false);
  });
});

describe('an address that a name resolves to', () => {
  it.each([
    ['8.8.8.8', true],
    ['2606:4700:4700::1111', true],
    ['10.1.2.3', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:8.8.8.8', true],
    ['fe80::1%eth0', false],
    ['nonsense', false],
  ])('%s: %s', (address, allowed) => {
    expect(mayConnect(address, 'public')).toBe(allowed);
  });
});
