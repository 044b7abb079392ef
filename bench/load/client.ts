import { randomUUID } from 'node:crypto';

/** A caller of the API that retries nothing: what is refused, fails the run. */
export async function post<T>(api: string, path: string, body: unknown, token?: string): Promise<T> {
  const response = await fetch(`${api}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status >= 300) throw new Error(`POST ${path}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}

/** An owner of a new tenant. */
export async function newOwner(api: string, kind: 'manager' | 'client', sub: string): Promise<string> {
  const person = await post<{ access_token: string }>(api, '/local/token', { sub });
  const tenant = await post<{ tenant_id: string }>(api, '/v1/tenants', { name: sub, kind }, person.access_token);
  await post(api, '/local/subscription', { tenant_id: tenant.tenant_id, plan_id: 'institutional' });
  const claims = { sub, tenant_id: tenant.tenant_id, role: 'owner' };
  return (await post<{ access_token: string }>(api, '/local/token', claims)).access_token;
}
