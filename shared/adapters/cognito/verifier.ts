import { JwtVerifier } from 'aws-jwt-verify';
import { JwtBaseError } from 'aws-jwt-verify/error';
import type { Fetcher } from 'aws-jwt-verify/https';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { Claims } from '../../domain/tenants/principal.ts';

export interface TokenVerifier {
  /** The claims of an access token that our issuer made for one of our clients; undefined for anything else. */
  readonly claimsOf: (token: string) => Promise<Claims | undefined>;
}

const fetchMs = 3000;

/** As the library's own, but for any scheme: the issuer's address says which. */
const fetcher: Fetcher = {
  fetch: async (uri) => {
    // Node's own: the bundle need not carry a second client for one small file.
    const answer = await fetch(uri, { redirect: 'manual', signal: AbortSignal.timeout(fetchMs) });
    const bytes = await answer.arrayBuffer();
    if (answer.status !== 200) throw new KeysUnavailable(`the issuer's keys: status ${answer.status}`);
    return bytes;
  },
};

/** Not a fault of the token: whoever asked may ask again. */
class KeysUnavailable extends Error {}

/** Checks access tokens where no gateway did (ARCHITECTURE 7): signature, issuer, expiry, use and client. */
export function tokenVerifier(issuer: string, clientIds: readonly string[]): TokenVerifier {
  const verifier = JwtVerifier.create(
    // A user pool's access token has no audience but a client (Cognito developer guide, verifying JSON web tokens).
    { issuer, audience: null, jwksUri: `${issuer}/.well-known/jwks.json` },
    { jwksCache: new SimpleJwksCache({ fetcher }) },
  );
  return {
    claimsOf: async (token) => {
      const payload = await verifier.verify(token).catch(refusedOrThrown);
      const ours = payload?.['token_use'] === 'access' && clientIds.includes(String(payload['client_id']));
      if (payload === undefined || !ours) return undefined;
      return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
    },
  };
}

/** A token that does not hold is none; keys that cannot be had are an outage. */
function refusedOrThrown(error: unknown): undefined {
  if (error instanceof JwtBaseError) return undefined;
  throw error;
}
