import { createHash, randomBytes } from 'node:crypto';

/** RFC 7636: what proves that who brings the code is who asked for it. */
export interface Proof {
  readonly verifier: string;
  readonly challenge: string;
  /** Comes back with the code: an answer to a question that was not asked is not taken. */
  readonly state: string;
}

export function newProof(): Proof {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return { verifier, challenge, state: randomBytes(16).toString('base64url') };
}

export interface Asking {
  readonly signInUrl: string;
  readonly clientId: string;
  readonly redirectUri: string;
}

/** The sign-in page's address. A pool's domain may be given alone, as the deployment's output `SignInUrl` has it. */
export function signInAddress({ signInUrl, clientId, redirectUri }: Asking, { challenge, state }: Proof): string {
  const url = new URL(signInUrl);
  if (url.pathname === '/') url.pathname = '/oauth2/authorize';
  const asked = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state,
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
}
