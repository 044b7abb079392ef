import { createHash, randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../cli/src/profile.ts';
import type { Reply, Seen } from '../client/support/server.ts';
import { exampleOf } from './support/example-api.ts';
import { machine } from './support/shell.ts';

const tokens = (access_token: string, more: object = {}) => ({
  body: { access_token, token_type: 'Bearer', expires_in: 3600, ...more },
});

/** An API that takes only one access token, and gives it for the refresh token or the code. */
const renewing =
  (good: string) =>
  (request: Seen): Reply => {
    if (request.url === '/v1/auth/token') return tokens(good);
    return request.headers.authorization === `Bearer ${good}`
      ? exampleOf(request)
      : { status: 401, body: { code: 'unauthenticated' } };
  };

interface Kept {
  readonly access_token: string;
  readonly expires_at: number;
  readonly refresh_token?: string;
  readonly client_id?: string;
}
async function signedIn(script: (request: Seen) => Reply, kept: Readonly<Record<string, unknown>> = {}) {
  const one = await machine(script);
  delete one.env['VANTA_TOKEN'];
  const file = join(one.folder, 'config', 'vanta', 'credentials.json');
  const credential = {
    access_token: 'old',
    expires_at: one.around.now + 3_600_000,
    refresh_token: 'r1',
    client_id: 'c1',
    ...kept,
  };
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify({ version: 1, apis: { [one.api]: credential } }));
  const stored = () => (JSON.parse(readFileSync(file, 'utf8')) as { apis: Record<string, Kept> }).apis;
  return { ...one, file, stored };
}

describe('a token that is kept', () => {
  it('is used as long as it holds', async () => {
    const { vanta, seen } = await signedIn(renewing('old'));
    expect((await vanta(['whoami'])).exitCode).toBe(0);
    expect(seen.map(({ url }) => url)).toEqual(['/v1/me']);
  });

  it.each([
    ['that has ended', { expires_at: 0 }, ['/v1/auth/token', '/v1/me']],
    ['that is refused', {}, ['/v1/me', '/v1/auth/token', '/v1/me']],
  ])('%s is renewed by itself', async (_name, kept, urls) => {
    const { vanta, seen, stored, api, file } = await signedIn(renewing('new'), kept);
    expect((await vanta(['whoami'])).exitCode).toBe(0);
    expect(seen.map(({ url }) => url)).toEqual(urls);
    const asked = seen.find(({ url }) => url === '/v1/auth/token');
    expect(JSON.parse(asked?.body ?? '')).toEqual({ grant_type: 'refresh_token', refresh_token: 'r1', client_id: 'c1' });
    expect(stored()[api]).toMatchObject({ access_token: 'new', refresh_token: 'r1', client_id: 'c1' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['without a refresh token', { expires_at: 0, refresh_token: undefined }, () => ({ status: 500 })],
    ['whose sign-in is over', { expires_at: 0 }, () => ({ status: 400, body: { code: 'invalid_grant', detail: 'over' } })],
  ])('%s ends with 3', async (_name, kept, script) => {
    const { vanta } = await signedIn(script, kept);
    expect((await vanta(['whoami'])).exitCode).toBe(3);
  });

  it('is printed, and forgotten', async () => {
    const { vanta, stored } = await signedIn(renewing('old'));
    expect((await vanta(['token'])).out).toBe('old\n');
    expect((await vanta(['logout'])).exitCode).toBe(0);
    expect(stored()).toEqual({});
    expect((await vanta(['token'])).exitCode).toBe(3);
  });

  it('gives way to that of the environment', async () => {
    const { vanta, env, seen } = await signedIn(renewing('mine'));
    env['VANTA_TOKEN'] = 'mine';
    expect((await vanta(['whoami'])).exitCode).toBe(0);
    expect(seen).toHaveLength(1);
  });

  it('is not guessed from a file that is broken', async () => {
    const { vanta, file } = await signedIn(renewing('old'));
    writeFileSync(file, '{');
    expect(await vanta(['whoami'])).toMatchObject({ exitCode: 7, err: expect.stringContaining('credentials_unreadable') });
  });
});

describe('signing in', () => {
  const callback = `http://localhost:${randomInt(20_000, 30_000)}/callback`;
  const login = ['login', '--no-browser', '--callback', callback, '--sign-in-url', 'https://pool.example/', '--client-id', 'c9'];

  /** Signs in as a browser does: comes back with what the address, once it is printed, makes it come back with. */
  async function attempt(back: (asked: URLSearchParams) => Record<string, string>) {
    const one = await signedIn(renewing('fresh'));
    const printed = Promise.withResolvers<URL>();
    one.around.onNote = (text) => {
      const [address] = /https:\S+/.exec(text) ?? [];
      if (address !== undefined) printed.resolve(new URL(address));
    };
    const running = one.vanta(login);
    const asked = await printed.promise;
    const page = await fetch(`${callback}?${new URLSearchParams(back(asked.searchParams))}`);
    return { ...one, asked, page: await page.text(), ran: await running };
  }

  it.each([
    ['an answer that is not to its question', () => ({ code: 'x', state: 'forged' }), 'not to our question'],
    ['a refusal', (asked: URLSearchParams) => ({ error: 'access_denied', state: asked.get('state') ?? '' }), 'access_denied'],
  ])('ends with 3 at %s', async (_name, back, why) => {
    const { ran, page, seen } = await attempt(back);
    expect(ran).toMatchObject({ exitCode: 3, err: expect.stringContaining(why) });
    expect(page).toContain(why);
    expect(seen).toEqual([]);
  });

  it('with a proof that only it has, keeps what it gets', async () => {
    const { asked, ran, seen, stored, api } = await attempt((query) => ({ code: 'k1', state: query.get('state') ?? '' }));
    expect([ran.exitCode, asked.pathname]).toEqual([0, '/oauth2/authorize']);
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'c9',
      redirect_uri: callback,
      code_challenge_method: 'S256',
    });
    const body = JSON.parse(seen[0]?.body ?? '') as Record<string, string>;
    expect(body).toMatchObject({ grant_type: 'authorization_code', code: 'k1', redirect_uri: callback, client_id: 'c9' });
    const challenge = createHash('sha256')
      .update(body['code_verifier'] ?? '')
      .digest('base64url');
    expect(challenge).toBe(asked.searchParams.get('code_challenge'));
    expect(stored()[api]).toMatchObject({ access_token: 'fresh', client_id: 'c9', sign_in_url: 'https://pool.example/' });
  });

  it('as a machine takes its secret from the environment, and does not keep it', async () => {
    const { vanta, env, seen, file } = await signedIn(renewing('machine'));
    expect((await vanta(['login', '--machine'])).exitCode).toBe(2);
    Object.assign(env, { VANTA_CLIENT_ID: 'c2', VANTA_CLIENT_SECRET: 'hidden' });
    expect((await vanta(['login', '--machine'])).exitCode).toBe(0);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      grant_type: 'client_credentials',
      client_id: 'c2',
      client_secret: 'hidden',
    });
    expect(readFileSync(file, 'utf8')).not.toContain('hidden');
  });
});

describe('a local token', () => {
  it('is made of what is said, and kept', async () => {
    const { vanta, seen, stored, api } = await signedIn(() => tokens('local'));
    const { out } = await vanta([
      'token',
      '--sub',
      'ann',
      '--tenant',
      't',
      '--role',
      'ops',
      '--scopes',
      'vault:read,orders:read',
    ]);
    expect([out, stored()[api]?.access_token, stored()[api]?.refresh_token]).toEqual(['local\n', 'local', undefined]);
    expect([seen[0]?.url, JSON.parse(seen[0]?.body ?? '')]).toEqual([
      '/local/token',
      { sub: 'ann', tenant_id: 't', role: 'ops', scopes: ['vault:read', 'orders:read'] },
    ]);
  });

  it('is not to be had of a deployed platform', async () => {
    const { vanta } = await signedIn(() => ({ status: 404, body: {} }));
    expect(await vanta(['token', '--sub', 'ann'])).toMatchObject({ exitCode: 2, err: expect.stringContaining('vanta login') });
  });
});

describe('an API', () => {
  it.each([
    ['http://127.0.0.1:8787/', 'http://127.0.0.1:8787'],
    ['http://localhost:8787/v1', 'http://localhost:8787'],
    ['http://[::1]:8787/v1/', 'http://[::1]:8787'],
    ['https://API.example.com/stage/v1/', 'https://api.example.com/stage'],
  ])('%s is kept as %s', (given, kept) => expect(addressOf(given)).toBe(kept));

  it('is the local platform of the folder, if none is named', async () => {
    const { vanta, env, folder, api } = await machine();
    delete env['VANTA_API'];
    mkdirSync(join(folder, '.vanta'));
    writeFileSync(join(folder, '.vanta', 'local.json'), JSON.stringify({ api, bus: 'b', bus_name: 'n' }));
    expect((await vanta(['health'])).exitCode).toBe(0);
  });
});
