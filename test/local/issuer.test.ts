import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { claimsOf, createIssuer, tokenRequest } from '../../local/servers/issuer.ts';
import { scopes } from '../../shared/wiring/routes.ts';

const keyFile = join(mkdtempSync(join(tmpdir(), 'vanta-issuer-')), 'key.json');
const open = (port: number) => createIssuer({ api: `http://127.0.0.1:${port}`, clientId: 'client1', keyFile });
const all = scopes.map((scope) => `vanta/${scope}`).join(' ');

describe('local tokens', () => {
  it.each([
    [{ role: 'owner' as const }, all],
    [{ role: 'follower' as const }, ''],
    [{ role: 'auditor' as const }, 'vanta/vault:read vanta/orders:read vanta/billing:read vanta/audit:read'],
    [{}, ''],
    [{ role: 'owner' as const, scopes: ['vault:read' as const] }, 'vanta/vault:read'],
  ])('%j has the scope "%s"', (request, scope) => {
    expect(claimsOf({ sub: 's', ...request }, 'client1').scope).toBe(scope);
  });

  it('are shaped like a Cognito access token and verify with the published keys', async () => {
    const issuer = await open(1);
    const token = await issuer.issue({ sub: 's', email: 'a@b.example', tenant_id: 'ten_1', role: 'ops', follower_id: 'fol_1' });
    const keys = issuer.documents['/.well-known/jwks.json'] as JSONWebKeySet;
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), { issuer: issuer.url });
    const person = { sub: 's', username: 's', email: 'a@b.example', tenant_id: 'ten_1', role: 'ops', follower_id: 'fol_1' };
    expect(payload).toMatchObject({ ...person, token_use: 'access', client_id: 'client1' });
    expect(payload).not.toHaveProperty('aud');
    expect(Object.keys(payload)).toEqual(expect.arrayContaining(['iat', 'exp', 'jti', 'iss', 'scope']));
  });

  it('outlive a restart on another port, but not another client or a foreign key', async () => {
    const token = await (await open(1)).issue({ sub: 's' });
    const restarted = await open(2);
    expect((await restarted.verify(token, ['client1'])).sub).toBe('s');
    await expect(restarted.verify(token, ['client2'])).rejects.toThrow('wrong audience');
    const [head, , signature] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...decodeJwt(token), sub: 'x' })).toString('base64url');
    await expect(restarted.verify(`${head}.${forged}.${signature}`, ['client1'])).rejects.toThrow('signature');
    await expect(restarted.verify('', ['client1'])).rejects.toThrow();
  });

  it.each([{}, { sub: '' }, { sub: 's', role: 'king' }, { sub: 's', more: 1 }, { sub: 's', scopes: ['x:y'] }, 'text', undefined])(
    'are not given for %j',
    (body) => {
      expect(tokenRequest.safeParse(body).success).toBe(false);
    },
  );
});
