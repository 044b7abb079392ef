import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { type Role, roleScopes, roles } from '../../shared/domain/tenants/roles.ts';
import { scopePrefix, scopes } from '../../shared/wiring/routes.ts';
import { issuerPath } from '../template/identify.ts';

/** What `POST /local/token` takes; the claims are taken as given. */
export const tokenRequest = z.strictObject({
  sub: z.string().min(1).max(128),
  email: z.email().optional(),
  tenant_id: z.string().min(1).max(40).optional(),
  role: z.enum(roles).optional(),
  follower_id: z.string().min(1).max(40).optional(),
  scopes: z.array(z.enum(scopes)).optional(),
});
export type TokenRequest = z.infer<typeof tokenRequest>;

/** The local stand-in of the Cognito user pool. */
export interface Issuer {
  readonly url: string;
  issue(request: TokenRequest): Promise<string>;
  /** Signs claims as a token of this issuer; `iss`, `iat`, `exp` and `jti` are added. */
  sign(claims: JWTPayload, seconds: number): Promise<string>;
  /** The token's claims; rejects when it is not one of ours, is expired, or is for another client. */
  verify(token: string, audience: readonly string[]): Promise<JWTPayload>;
  /** Documents to serve, by what follows the issuer's url. */
  readonly documents: Readonly<Record<string, unknown>>;
}

interface IssuerOptions {
  readonly api: string;
  /** The app client that tokens are for: one that the template's authorizer takes. */
  readonly clientId: string;
  readonly keyFile: string;
}

const algorithm = 'RS256';
const lifetimeSeconds = 3600;

/** Opens the issuer; its signing key is kept, so that tokens outlive a restart. */
export async function createIssuer({ api, clientId, keyFile }: IssuerOptions): Promise<Issuer> {
  const jwk = await signingKey(keyFile);
  const privateKey = await importJWK(jwk, algorithm);
  const { kty, n, e, kid } = jwk;
  const publicJwk = { kty, n, e, kid, alg: algorithm, use: 'sig' } as JWK;
  const publicKey = await importJWK(publicJwk, algorithm);
  const url = api + issuerPath;
  const sign = (claims: JWTPayload, seconds: number) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, kid: kid ?? '', typ: 'JWT' })
      .setIssuer(url)
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .setJti(randomUUID())
      .sign(privateKey);
  return {
    url,
    sign,
    issue: (request) => sign(claimsOf(request, clientId), lifetimeSeconds),
    async verify(token, audience) {
      const { payload } = await jwtVerify(token, publicKey, { algorithms: [algorithm], requiredClaims: ['exp'] });
      if (!isOurs(payload.iss)) throw new Error('wrong issuer');
      // API Gateway takes client_id where a token has no aud: Cognito's access tokens are such.
      const clients = [payload.aud ?? payload.client_id].flat();
      if (!clients.some((client) => audience.includes(String(client)))) throw new Error('wrong audience');
      return payload;
    },
    documents: documentsOf(url, publicJwk),
  };
}

const documentsOf = (url: string, key: JWK): Issuer['documents'] => ({
  '/.well-known/openid-configuration': {
    issuer: url,
    jwks_uri: `${url}/.well-known/jwks.json`,
    authorization_endpoint: `${url}/oauth2/authorize`,
    token_endpoint: `${url}/oauth2/token`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [algorithm],
  },
  '/.well-known/jwks.json': { keys: [key] },
});

/** Claims in the shape of a Cognito access token: `client_id` and no `aud`, scopes with the resource server's prefix. */
export function claimsOf(
  { sub, email, tenant_id, role, follower_id, scopes: given }: TokenRequest,
  clientId: string,
): JWTPayload {
  const granted = given ?? (role === undefined ? [] : roleScopes[role satisfies Role]);
  return {
    sub,
    token_use: 'access',
    client_id: clientId,
    username: sub,
    scope: granted.map((scope) => scopePrefix + scope).join(' '),
    ...(email !== undefined && { email }),
    ...(tenant_id !== undefined && { tenant_id }),
    ...(role !== undefined && { role }),
    ...(follower_id !== undefined && { follower_id }),
  };
}

// Another port after a restart makes another url; the key, which is kept with the data, says that the token is ours.
function isOurs(iss: string | undefined): boolean {
  return iss !== undefined && /^http:\/\/127\.0\.0\.1:\d+\/local\/issuer$/.test(iss);
}

async function signingKey(file: string): Promise<JWK> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: algorithm };
  writeFileSync(file, JSON.stringify(jwk), { mode: 0o600 });
  return jwk;
}
