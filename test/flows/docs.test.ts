import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document } from '../contract/support/document.ts';
import { Client } from './support/client.ts';
import { Platform } from './support/platform.ts';

const platform = new Platform();
let api: string;
beforeAll(async () => {
  ({ api } = await platform.share('quick'));
});
afterAll(() => platform.stop());

const get = (path: string, headers: Record<string, string> = {}) => fetch(api + path, { headers });
const links = (page: string) => [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, link]) => link as string);

describe('the reference page', () => {
  it('is a page that asks nobody else for anything, and may not', async () => {
    const response = await get('/docs');
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(response.headers.get('x-request-id')).toBeTruthy();
    expect(page).not.toMatch(/https?:\/\//);
    expect(links(page).length).toBeGreaterThan(4);
  });

  it('has everything that it names, compressed, to be kept for good', async () => {
    const page = await (await get('/docs')).text();
    for (const link of links(page).filter((l) => l.startsWith('/docs/'))) {
      const asset = await get(link);
      expect([link, asset.status]).toEqual([link, 200]);
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(asset.headers.get('content-encoding')).toBe('gzip');
      expect(asset.headers.get('x-content-type-options')).toBe('nosniff');
      expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
  });

  it('shows the contract, which is the same for who cannot unpack it', async () => {
    const packed = await get('/v1/openapi.json', { 'accept-encoding': 'gzip' });
    const plain = await get('/v1/openapi.json', { 'accept-encoding': 'identity' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(plain.headers.get('content-encoding')).toBeNull();
    const { info, ...others } = (await plain.json()) as { info: object };
    expect(await packed.json()).toEqual({ info, ...others });
    expect(others).toEqual({ ...document, info: undefined });
  });

  it.each(['/docs', '/v1/openapi.json'])('%s is not sent to who has it', async (path) => {
    const tag = (await get(path)).headers.get('etag') as string;
    const again = await get(path, { 'if-none-match': `"other", W/${tag}` });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
    expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it.each([
    ['GET', '/docs/viewer.0123456789abcdef.js', 404, 'asset_not_found'],
    ['GET', '/docs/..%2Findex.mjs', 404, 'asset_not_found'],
    ['GET', '/docs/index.html', 404, 'asset_not_found'],
    ['GET', '/docs?a=1', 400, 'validation_failed'],
    ['POST', '/docs', 405, 'method_not_allowed'],
    ['GET', '/docs/a/b', 404, 'route_not_found'],
  ])('%s %s is a %i', async (method, path, status, code) => {
    const reply = await new Client(api).call<{ code: string }>(method, path);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
  });
});
