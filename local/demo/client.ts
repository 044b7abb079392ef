import { createClient, type VantaClient } from '../../client/src/index.ts';

export type Json = Record<string, unknown>;

/** A route of the local platform's own. */
async function local<T>(path: string, body: Json, api: string): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const response = await createClient({ baseUrl: api }).raw('POST', path, { body: JSON.stringify(body), headers });
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
  return (await response.json()) as T;
}

/** Puts a tenant on a plan without paying. */
export const subscribe = (api: string, tenant_id: string, plan_id: string): Promise<unknown> =>
  local('/local/subscription', { tenant_id, plan_id }, api);

/** The published client, speaking for a person whom the local issuer vouches for. */
export async function signIn(api: string, claims: Json): Promise<VantaClient> {
  const { access_token } = await local<{ access_token: string }>('/local/token', claims, api);
  return createClient({ baseUrl: api, token: access_token, timeoutMs: 15_000, userAgent: 'vanta-demo' });
}
