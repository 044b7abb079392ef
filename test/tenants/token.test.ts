import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { tokenEndpoint } from '../../shared/adapters/cognito/token-endpoint.ts';
import { exchangeToken, type IssuerAnswer, type TokenBody, tokenBody } from '../../shared/domain/tenants/token.ts';

const verifier = 'v'.repeat(43);
const code: TokenBody = {
  grant_type: 'authorization_code',
  code: 'c',
  code_verifier: verifier,
  redirect_uri: 'https://a.example/cb',
};
const tokens = { access_token: 'a', token_type: 'Bearer' as const, expires_in: 3600 };
const clientIds = ['person1', 'machine1'];

describe('a token request', () => {
  it.each<[unknown]>([
    [code],
    [{ ...code, client_id: 'person1' }],
    [{ grant_type: 'refresh_token', refresh_token: 'r' }],
    [{ grant_type: 'client_credentials', client_id: 'machine1', client_secret: 's' }],
    [
      {
        grant_type: 'client_credentials',
        client_id: 'machine1',
        client_secret: 's',
        scope: 'vanta/vault:read vanta/orders:read',
      },
    ],
  ])('may be %j', (body) => expect(tokenBody.safeParse(body).success).toBe(true));

  it.each<[unknown]>([
    [{}],
    [null],
    ['text'],
    [{ grant_type: 'password', username: 'ann', password: 'x' }],
    [{ ...code, code_verifier: 'short' }],
    [{ ...code, code_verifier: 'v'.repeat(129) }],
    [{ ...code, code_verifier: `${'v'.repeat(42)}%` }],
    [{ ...code, code: '' }],
    [{ ...code, redirect_uri: undefined }],
    [{ ...code, client_secret: 's' }],
    [{ ...code, client_id: 'a b' }],
    [{ grant_type: 'refresh_token', refresh_token: 'a b' }],
    [{ grant_type: 'refresh_token', refresh_token: 'a\n' }],
    [{ grant_type: 'refresh_token', refresh_token: 'r', scope: 'vanta/vault:read' }],
    [{ grant_type: 'client_credentials', client_id: 'machine1' }],
    [{ grant_type: 'client_credentials', client_id: 'machine1', client_secret: 's', scope: 'a  b' }],
  ])('may not be %j', (body) => expect(tokenBody.safeParse(body).success).toBe(false));
});

describe('passing it on', () => {
  const asked: unknown[] = [];
  const exchange = (body: TokenBody, answer: IssuerAnswer) =>
    exchangeToken(body, {
      clientIds,
      ask: async (fields) => {
        asked.push(fields);
        return answer;
      },
    });
  const given: IssuerAnswer = { kind: 'tokens', tokens };
  const refused = (error: string, description = ''): IssuerAnswer => ({ kind: 'refused', error, description });

  it("names people's own client unless the request names another, and asks for nothing that is undefined", async () => {
    asked.length = 0;
    expect(await exchange(code, given)).toEqual(tokens);
    await exchange({ grant_type: 'client_credentials', client_id: 'machine1', client_secret: 's', scope: undefined }, given);
    expect(asked).toEqual([
      { ...code, client_id: 'person1' },
      { grant_type: 'client_credentials', client_id: 'machine1', client_secret: 's' },
    ]);
  });

  it('asks nobody about a client that is not ours', async () => {
    asked.length = 0;
    await expect(exchange({ ...code, client_id: 'theirs' }, given)).rejects.toMatchObject({
      status: 401,
      code: 'invalid_client',
    });
    expect(asked).toEqual([]);
  });

  it.each([
    [refused('invalid_grant'), 400, 'invalid_grant'],
    [refused('invalid_client', 'invalid_client_secret'), 401, 'invalid_client'],
    [refused('invalid_request'), 400, 'invalid_request'],
    [refused('invalid_scope'), 400, 'invalid_scope'],
    [refused('unauthorized_client'), 400, 'unauthorized_client'],
    [refused('unsupported_grant_type'), 400, 'unsupported_grant_type'],
    [refused('something_new'), 400, 'invalid_request'],
    [refused('constructor'), 400, 'invalid_request'],
    [refused('invalid_request', 'PreTokenGeneration failed with error the table is down.'), 503, 'issuer_unavailable'],
    [{ kind: 'unavailable' } as const, 503, 'issuer_unavailable'],
  ])('%j becomes %d %s', async (answer, status, refusal) => {
    await expect(exchange(code, answer)).rejects.toMatchObject({ status, code: refusal });
  });
});

describe('the token endpoint', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const serve = async (answer: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<string> => {
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const answering = (status: number, body: string) => serve((_, response) => response.writeHead(status).end(body));

  it('is asked by a form; a secret goes as HTTP Basic and nowhere else', async () => {
    const seen: unknown[] = [];
    const url = await serve(async (request, response) => {
      const form = Object.fromEntries(new URLSearchParams(await text(request)));
      seen.push(request.method, request.url, request.headers['content-type'], request.headers.authorization, form);
      response.end(JSON.stringify({ ...tokens, more: 1 }));
    });
    const ask = tokenEndpoint(url, 1000);
    expect(await ask({ grant_type: 'client_credentials', client_id: 'm', client_secret: 's:/' })).toEqual({
      kind: 'tokens',
      tokens,
    });
    const basic = `Basic ${Buffer.from('m:s%3A%2F').toString('base64')}`;
    const form = 'application/x-www-form-urlencoded';
    expect(seen).toEqual(['POST', '/oauth2/token', form, basic, { grant_type: 'client_credentials', client_id: 'm' }]);
    seen.length = 0;
    await ask({ grant_type: 'refresh_token', refresh_token: 'r&=', client_id: 'p' });
    expect(seen.slice(3)).toEqual([undefined, { grant_type: 'refresh_token', refresh_token: 'r&=', client_id: 'p' }]);
  });

  it.each([
    [400, '{"error":"invalid_grant"}', { kind: 'refused', error: 'invalid_grant', description: '' }],
    [401, '{"error":"invalid_client","error_description":"d"}', { kind: 'refused', error: 'invalid_client', description: 'd' }],
    [400, 'no JSON', { kind: 'unavailable' }],
    [400, '{"message":"x"}', { kind: 'unavailable' }],
    [429, '{"error":"too_many"}', { kind: 'unavailable' }],
    [500, '{"error":"invalid_grant"}', { kind: 'unavailable' }],
    [302, '', { kind: 'unavailable' }],
    [200, '<html>', { kind: 'unavailable' }],
    [200, '{"access_token":"a"}', { kind: 'unavailable' }],
  ])('that answers %d %s', async (status, body, answer) => {
    expect(await tokenEndpoint(await answering(status, body), 1000)({ client_id: 'p' })).toEqual(answer);
  });

  it('that is slow, dies on the way, or is not there, is unavailable in time', async () => {
    const began = performance.now();
    expect(await tokenEndpoint(await serve(() => undefined), 200)({ client_id: 'p' })).toEqual({ kind: 'unavailable' });
    expect(performance.now() - began).toBeLessThan(1500);
    const dying = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"access');
      setTimeout(() => response.destroy(), 10);
    });
    expect(await tokenEndpoint(dying, 1000)({ client_id: 'p' })).toEqual({ kind: 'unavailable' });
    server?.close();
    expect(await tokenEndpoint('http://127.0.0.1:1', 1000)({ client_id: 'p' })).toEqual({ kind: 'unavailable' });
  });
});
