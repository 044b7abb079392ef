import { createClient, type VantaClient } from '../../client/src/index.ts';

export type Json = Record<string, unknown>;

/** The published client, speaking for a person whom the local issuer vouches for. */
export async function signIn(api: string, claims: Json): Promise<VantaClient> {
  const issuer = createClient({ baseUrl: api });
  const headers = { 'content-type': 'application/json' };
  const response = await issuer.raw('POST', '/local/token', { body: JSON.stringify(claims), headers });
  if (!response.ok) throw new Error(`POST /local/token answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
  const { access_token } = (await response.json()) as { access_token: string };
  return createClient({ baseUrl: api, token: access_token, timeoutMs: 15_000, userAgent: 'vanta-demo' });
}
