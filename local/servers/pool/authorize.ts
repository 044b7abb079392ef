import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PoolClientSpec, UserPoolSpec } from '../../template/model.ts';
import { readBody } from '../http-event.ts';
import type { PoolState, User } from './state.ts';

interface AuthorizeOptions {
  readonly pool: UserPoolSpec;
  readonly state: PoolState;
}

/** The sign-in page of the pool's domain: GET shows it, its form posts to the same address. There is no password here. */
export async function authorize(request: IncomingMessage, response: ServerResponse, options: AuthorizeOptions): Promise<void> {
  const query = new URLSearchParams((request.url ?? '').split('?').slice(1).join('?'));
  const client = options.pool.clients.find(({ id }) => id === query.get('client_id'));
  const redirectUri = query.get('redirect_uri') ?? '';
  // Nobody is sent to an address that the client does not have.
  if (client === undefined) return page(response, 400, { fault: 'invalid_client: there is no such client_id' });
  if (!client.callbackUrls.includes(redirectUri))
    return page(response, 400, { fault: 'redirect_mismatch: the redirect_uri is not one of the client' });
  const fault = faultOf(query, client);
  if (fault !== undefined) return redirect(response, redirectUri, { ...fault, state: query.get('state') });
  if (request.method !== 'POST') return page(response, 200, { email: query.get('login_hint') ?? '' });
  const form = new URLSearchParams((await readBody(request, 4096))?.toString() ?? '');
  const email = form.get('email') ?? query.get('login_hint') ?? '';
  const user = signedIn(email, options);
  if (user === undefined) return page(response, 400, { email, fault: 'Nobody can sign in with this e-mail address.' });
  const nonce = query.get('nonce');
  const { code } = options.state.addCode({
    sub: user.sub,
    client_id: client.id,
    redirect_uri: redirectUri,
    challenge: query.get('code_challenge') ?? '',
    scopes: scopesOf(query, client),
    ...(nonce !== null && { nonce }),
  });
  redirect(response, redirectUri, { code, state: query.get('state') });
}

function scopesOf(query: URLSearchParams, client: PoolClientSpec): readonly string[] {
  const asked = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  return asked.length === 0 ? client.scopes : asked;
}

function faultOf(query: URLSearchParams, client: PoolClientSpec): { error: string; error_description?: string } | undefined {
  if (!client.flows.includes('code')) return { error: 'unauthorized_client' };
  if (query.get('response_type') !== 'code') return { error: 'unsupported_response_type' };
  if (scopesOf(query, client).some((scope) => !client.scopes.includes(scope))) return { error: 'invalid_scope' };
  // Cognito asks for a challenge only where one is given; a code without one could not be exchanged over our API.
  const wellFormed = /^[\w-]{43}$/.test(query.get('code_challenge') ?? '') && query.get('code_challenge_method') === 'S256';
  return wellFormed ? undefined : { error: 'invalid_request', error_description: 'an S256 code_challenge is needed' };
}

/** Whoever has an address signs in; a new one signs up where the pool allows it. */
function signedIn(email: string, { pool, state }: AuthorizeOptions): User | undefined {
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254) return undefined;
  const known = state.user(email);
  if (known !== undefined) return state.confirm(known);
  return pool.selfSignUp ? state.addUser(email, 'CONFIRMED') : undefined;
}

function redirect(response: ServerResponse, to: string, parameters: Readonly<Record<string, string | null>>): void {
  const url = new URL(to);
  for (const [name, value] of Object.entries(parameters)) if (value !== null) url.searchParams.set(name, value);
  response.writeHead(302, { location: url.href, 'cache-control': 'no-store' }).end();
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function page(response: ServerResponse, status: number, { email, fault }: { email?: string; fault?: string }): void {
  const told = fault === undefined ? '' : `<p role="alert">${escaped(fault)}</p>`;
  const form =
    email === undefined
      ? ''
      : `<form method="post"><label>E-mail <input name="email" type="email" required autofocus value="${escaped(email)}"></label>
<button>Sign in</button></form><p>This is the local platform: no password is asked.</p>`;
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(`<!doctype html><html lang="en"><title>Sign in to VANTA</title><h1>Sign in to VANTA</h1>${told}${form}</html>\n`);
}
