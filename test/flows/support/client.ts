import { randomUUID } from 'node:crypto';
import { faultOf } from '../../contract/support/answers.ts';

export interface Reply<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

/** A caller that knows the platform by SPEC alone. */
export class Client {
  private readonly api: string;
  private readonly token: string | undefined;
  /** Told of every answer that is against the OpenAPI document; throws unless somebody collects them. */
  onFault: (fault: string) => void = (fault) => {
    throw new Error(`against the contract: ${fault}`);
  };
  constructor(api: string, token?: string) {
    this.api = api;
    this.token = token;
  }

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string | undefined> = {},
  ): Promise<Reply<T>> {
    const given: Record<string, string | undefined> = {
      ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID() }),
      ...headers,
    };
    const response = await fetch(`${this.api}${path}`, {
      method,
      // A header that is set to undefined is one that the caller leaves out.
      headers: Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const reply = { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as T };
    this.check(method, path, reply);
    return reply;
  }

  /** Every answer of every story, but for those of the local platform's own routes. */
  private check(method: string, path: string, reply: Reply<unknown>): void {
    const fault = path.startsWith('/local/') ? undefined : faultOf(method, path, reply);
    if (fault !== undefined) this.onFault(`${method} ${path.replace(/_[0-9A-Z]{26,}/g, '_ID')} ${reply.status}: ${fault}`);
  }

  get = <T = Record<string, unknown>>(path: string) => this.call<T>('GET', path);
  post = <T = Record<string, unknown>>(path: string, body: unknown, headers?: Record<string, string>) =>
    this.call<T>('POST', path, body, headers);
  patch = <T = Record<string, unknown>>(path: string, body: unknown, headers?: Record<string, string>) =>
    this.call<T>('PATCH', path, body, headers);
}

/** A signed-in client; claims as `POST /local/token` takes them. */
export async function signIn(api: string, claims: Record<string, unknown>): Promise<Client> {
  const { body } = await new Client(api).post<{ access_token: string }>('/local/token', claims);
  return new Client(api, body.access_token);
}

/** A person who creates a tenant and then acts as its owner. */
export async function newTenant(
  api: string,
  kind: 'manager' | 'client',
  sub: string,
): Promise<{ client: Client; tenant_id: string }> {
  const person = await signIn(api, { sub });
  const made = await person.post<{ tenant_id: string }>('/v1/tenants', { name: `${kind} of ${sub}`, kind });
  if (made.status !== 201) throw new Error(`tenant: ${made.status} ${JSON.stringify(made.body)}`);
  const { tenant_id } = made.body;
  return { client: await signIn(api, { sub, tenant_id, role: 'owner' }), tenant_id };
}
