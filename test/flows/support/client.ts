import { randomUUID } from 'node:crypto';
import { type Answer, createClient, type VantaClient, VantaError } from '../../../client/src/index.ts';
import { faultOf } from '../../contract/support/answers.ts';

export interface Reply<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

/** A caller that knows the platform by its contract alone: `vanta` is the published client, `call` says whatever it is told to. */
export class Client {
  readonly vanta: VantaClient;
  readonly token: string | undefined;
  /** Told of every answer that is against the OpenAPI document; throws unless somebody collects them. */
  onFault: (fault: string) => void = (fault) => {
    throw new Error(`against the contract: ${fault}`);
  };
  constructor(api: string, token?: string) {
    this.token = token;
    this.vanta = createClient({
      baseUrl: api,
      ...(token === undefined ? {} : { token }),
      // A story says itself what is sent twice.
      retry: { attempts: 1 },
      fetch: (url, init) => this.heldToContract(new URL(String(url)), init),
    });
  }

  /** Every answer of every story, but for those of the local platform's own routes. */
  private async heldToContract(url: URL, init: RequestInit | undefined): Promise<Response> {
    const response = await fetch(url, init);
    if (url.pathname.startsWith('/local/')) return response;
    const { status, headers } = response;
    const method = init?.method ?? 'GET';
    const fault = faultOf(method, url.pathname, { status, headers, body: await readBody(response.clone()) });
    if (fault !== undefined) this.onFault(`${method} ${url.pathname.replace(/_[0-9A-Z]{26,}/g, '_ID')} ${status}: ${fault}`);
    return response;
  }

  /** A request of any form, also one that the published client would not send. A header that is undefined is left out. */
  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string | undefined> = {},
  ): Promise<Reply<T>> {
    const given: Record<string, string | undefined> = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID() }),
      ...headers,
    };
    const response = await this.vanta.raw(method, path, {
      headers: given,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await readBody(response)) as T };
  }

  get = <T = Record<string, unknown>>(path: string) => this.call<T>('GET', path);
  post = <T = Record<string, unknown>>(path: string, body: unknown, headers?: Record<string, string>) =>
    this.call<T>('POST', path, body, headers);
  patch = <T = Record<string, unknown>>(path: string, body: unknown, headers?: Record<string, string>) =>
    this.call<T>('PATCH', path, body, headers);
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return {};
  return /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
}

/** A call of the published client as a reply, whether it was granted or refused. */
export async function replyOf<T>(call: Promise<Answer<unknown>>): Promise<Reply<T>> {
  try {
    const { status, headers, data } = await call;
    return { status, headers, body: data as T };
  } catch (error) {
    if (!(error instanceof VantaError)) throw error;
    return { status: error.status, headers: error.headers, body: error.problem as T };
  }
}

/** A signed-in client; claims as `POST /local/token` takes them. */
export async function signIn(api: string, claims: Record<string, unknown>): Promise<Client> {
  const { body } = await new Client(api).post<{ access_token: string }>('/local/token', claims);
  return new Client(api, body.access_token);
}

/** Nobody of another story has this name, though they share a platform. */
const here = randomUUID().slice(0, 8);
export const personOf = (name: string): string => `${name} ${here}`;

/** A person who creates a tenant and then acts as its owner. */
export async function newTenant(
  api: string,
  kind: 'manager' | 'client',
  name: string,
): Promise<{ client: Client; tenant_id: string }> {
  const sub = personOf(name);
  const person = await signIn(api, { sub });
  const { tenant_id } = await person.vanta.createTenant({ body: { name: `${kind} of ${name}`, kind } });
  return { client: await signIn(api, { sub, tenant_id, role: 'owner' }), tenant_id };
}
