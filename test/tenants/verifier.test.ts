import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TokenVerifier, tokenVerifier } from '../../shared/adapters/cognito/verifier.ts';

/** An issuer on http, as the local platform has one: its keys at the usual place. */
let server: Server;
let issuer: string;
let asked = 0;
let down = false;
let verifier: TokenVerifier;
const [ours, foreign] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];

beforeAll(async () => {
  const key = { ...(await exportJWK(ours.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  server = createServer((request, response) => {
    asked += 1;
    if (down || request.url !== '/pool/.well-known/jwks.json') response.writeHead(500).end();
    else response.end(JSON.stringify({ keys: [key] }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pool`;
  verifier = tokenVerifier(issuer, ['client1', 'client2']);
});
afterAll(() => server.close());

const claims = { sub: 'anna', token_use: 'access', client_id: 'client1', tenant_id: 'ten_1', auth_time: 1 };
interface Made {
  readonly key?: CryptoKey;
  readonly kid?: string;
  readonly iss?: string;
  readonly seconds?: number;
}
const token = (more: JWTPayload = {}, { key = ours.privateKey, kid = 'k1', iss = issuer, seconds = 60 }: Made = {}) =>
  new SignJWT({ ...claims, ...more })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(iss)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(key);

describe('a token that no gateway checked', () => {
  it('gives its claims as texts, and its keys are asked for once', async () => {
    expect(await verifier.claimsOf(await token())).toMatchObject({ sub: 'anna', tenant_id: 'ten_1', auth_time: '1' });
    await verifier.claimsOf(await token({ client_id: 'client2' }));
    expect(asked).toBe(1);
  });

  it.each([
    ['an ID token', () => token({ token_use: 'id', aud: 'client1' })],
    ['one of another client', () => token({ client_id: 'theirs' })],
    ['one of no client', () => token({ client_id: undefined })],
    ['an expired one', () => token({}, { seconds: -10 })],
    ['one of another issuer', () => token({}, { iss: 'https://evil.example/pool' })],
    ['one that another key signed', () => token({}, { key: foreign.privateKey })],
    ['one that names an unknown key', () => token({}, { kid: 'k2', key: foreign.privateKey })],
    [
      'one that is not signed',
      async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await token()).split('.')[1]}.`,
    ],
    ['no token', async () => 'no token'],
    ['nothing', async () => ''],
    ['a very long one', async () => 'a.'.repeat(10_000)],
  ])('is none when it is %s', async (_, made) => {
    expect(await verifier.claimsOf(await made())).toBeUndefined();
  });

  it('is not called wrong while the keys cannot be had, and holds afterwards', async () => {
    const cold = tokenVerifier(issuer, ['client1']);
    down = true;
    await expect(cold.claimsOf(await token())).rejects.toThrow("the issuer's keys");
    down = false;
    expect(await cold.claimsOf(await token())).toMatchObject({ sub: 'anna' });
  });
});
