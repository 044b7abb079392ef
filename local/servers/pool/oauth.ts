import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PoolClientSpec, UserPoolSpec } from '../../template/model.ts';
import type { HttpHandler } from '../gateway.ts';
import { readBody } from '../http-event.ts';
import { authorize } from './authorize.ts';
import type { PoolState, Session } from './state.ts';
import { makeTokens, OAuthError, type TokenPorts, type Tokens } from './tokens.ts';

export interface OAuthOptions extends TokenPorts {
  readonly pool: UserPoolSpec;
  readonly state: PoolState;
}

type Form = Readonly<Record<string, string>>;
type Outage = 'none' | 'down' | 'slow';

/** The endpoints of the pool's domain. What `/outage` is told holds until it is told otherwise. */
export function createOAuth(options: OAuthOptions): HttpHandler {
  let outage: Outage = 'none';
  return async (request, response, path) => {
    if (path === '/oauth2/authorize') return authorize(request, response, options);
    if (path === '/outage' && request.method === 'POST') {
      outage = new URLSearchParams((await readBody(request, 1024))?.toString()).get('kind') as Outage;
      return void response.writeHead(204).end();
    }
    if (path !== '/oauth2/token' || request.method !== 'POST') return send(response, 404, { error: 'not_found' });
    if (outage === 'down') return void request.socket.destroy();
    // Nobody answers: who asked must have a time limit of its own.
    if (outage === 'slow') return;
    await token(request, response, options);
  };
}

async function token(request: IncomingMessage, response: ServerResponse, options: OAuthOptions): Promise<void> {
  try {
    const form = await readForm(request);
    const client = clientOf(request, form, options);
    send(response, 200, await grants(form['grant_type'] ?? '', form, client, options));
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const { error: code, message } = error;
    send(response, 400, { error: code, ...(message !== code && { error_description: message }) });
  }
}

async function readForm(request: IncomingMessage): Promise<Form> {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  if (!isForm) throw new OAuthError('invalid_request');
  return Object.fromEntries(new URLSearchParams((await readBody(request, 64 * 1024))?.toString() ?? ''));
}

/** The client by HTTP Basic or by fields of the form; one with a secret proves it. */
function clientOf({ headers }: IncomingMessage, form: Form, { pool, state }: OAuthOptions): PoolClientSpec {
  const basic = /^basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const [id = '', ...rest] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString().split(':');
  const clientId = basic === undefined ? form['client_id'] : decodeURIComponent(id);
  const given = basic === undefined ? (form['client_secret'] ?? '') : decodeURIComponent(rest.join(':'));
  const client = pool.clients.find((c) => c.id === clientId);
  if (client === undefined) throw new OAuthError('invalid_client');
  if (client.hasSecret && !same(given, state.clientSecret(client.id)))
    throw new OAuthError('invalid_client', 'invalid_client_secret');
  return client;
}

async function grants(type: string, form: Form, client: PoolClientSpec, options: OAuthOptions): Promise<Tokens> {
  switch (type) {
    case 'authorization_code':
      return ofCode(form, client, options);
    case 'refresh_token':
      return ofRefresh(form, client, options);
    case 'client_credentials':
      return ofClient(form, client, options);
    default:
      throw new OAuthError('unsupported_grant_type');
  }
}

async function ofCode(form: Form, client: PoolClientSpec, options: OAuthOptions): Promise<Tokens & { refresh_token: string }> {
  if (!client.flows.includes('code')) throw new OAuthError('unauthorized_client');
  const { code: given, redirect_uri, code_verifier } = form;
  if (given === undefined || redirect_uri === undefined) throw new OAuthError('invalid_request');
  const code = options.state.takeCode(given);
  const verified = code !== undefined && same(code.challenge, challengeOf(code_verifier ?? ''));
  if (!verified || code.client_id !== client.id || code.redirect_uri !== redirect_uri) throw new OAuthError('invalid_grant');
  const session = options.state.addSession(code, client.refreshSeconds);
  const nonce = code.nonce === undefined ? {} : { nonce: code.nonce };
  const tokens = await tokensOf(session, client, options, { source: 'TokenGeneration_HostedAuth', ...nonce });
  return { ...tokens, refresh_token: session.refresh_token };
}

/** Cognito gives the same refresh token no second time: the answer has none. */
async function ofRefresh(form: Form, client: PoolClientSpec, options: OAuthOptions): Promise<Tokens> {
  if (form['refresh_token'] === undefined) throw new OAuthError('invalid_request');
  const session = options.state.session(form['refresh_token']);
  if (session === undefined || session.client_id !== client.id) throw new OAuthError('invalid_grant');
  return tokensOf(session, client, options, { source: 'TokenGeneration_RefreshTokens' });
}

async function tokensOf(
  session: Session,
  client: PoolClientSpec,
  options: OAuthOptions,
  how: { readonly source: 'TokenGeneration_HostedAuth' | 'TokenGeneration_RefreshTokens'; readonly nonce?: string },
): Promise<Tokens> {
  const user = options.state.user(session.sub);
  if (user === undefined) throw new OAuthError('invalid_grant');
  const { scopes, auth_time, origin_jti } = session;
  return makeTokens({ ...how, client, user, scopes, auth_time, origin_jti }, options);
}

async function ofClient(form: Form, client: PoolClientSpec, options: OAuthOptions): Promise<Tokens> {
  if (!client.flows.includes('client_credentials')) throw new OAuthError('unauthorized_client');
  const asked = (form['scope'] ?? '').split(' ').filter((scope) => scope !== '');
  if (asked.some((scope) => !client.scopes.includes(scope))) throw new OAuthError('invalid_scope');
  const scopes = asked.length === 0 ? client.scopes : asked;
  const auth_time = Math.floor(Date.now() / 1000);
  return makeTokens({ source: 'TokenGeneration_ClientCredentials', client, scopes, auth_time }, options);
}

/** RFC 7636, 4.6. */
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}
