import { z } from 'zod';
import { Refusal } from '../../kit/refusal.ts';
import type { Code } from '../contract/codes.ts';

/** What `POST /v1/auth/token` takes (SPEC 3): OAuth's token request as JSON. */

const clientId = z.string().regex(/^[\w+]{1,128}$/, 'must be the id of a client');
/** RFC 7636, 4.1. */
const verifier = z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'must be 43 to 128 of A-Z a-z 0-9 - . _ ~');
/** What the issuer handed out: opaque, visible, bounded. */
const opaque = (most: number) => z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${most}}$`), 'must be what the issuer gave');

const codeExchange = z.strictObject({
  grant_type: z.literal('authorization_code'),
  code: opaque(2048),
  code_verifier: verifier,
  redirect_uri: opaque(2048),
  client_id: clientId.optional(),
});
const refresh = z.strictObject({
  grant_type: z.literal('refresh_token'),
  refresh_token: opaque(8192),
  client_id: clientId.optional(),
});
const machine = z.strictObject({
  grant_type: z.literal('client_credentials'),
  client_id: clientId,
  client_secret: opaque(256),
  /** Space-separated, as tokens carry them; all of the client's when it is left out. */
  scope: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/)
    .max(1024)
    .optional(),
});

export const tokenBody = z.discriminatedUnion('grant_type', [codeExchange, refresh, machine]).meta({ id: 'TokenRequest' });
export type TokenBody = z.infer<typeof tokenBody>;

export const tokenAnswer = z
  .strictObject({
    access_token: z.string(),
    id_token: z.string().optional(),
    refresh_token: z.string().optional(),
    token_type: z.literal('Bearer'),
    expires_in: z.int(),
    scope: z.string().optional(),
  })
  .meta({ id: 'Tokens' });
export type Tokens = z.infer<typeof tokenAnswer>;

/** What the issuer said: tokens, a refusal in OAuth's words, or nothing that can be used. */
export type IssuerAnswer =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  | { readonly kind: 'refused'; readonly error: string; readonly description: string }
  | { readonly kind: 'unavailable' };

export interface TokenPorts {
  /** Every client that the API takes tokens of; people's own first. */
  readonly clientIds: readonly string[];
  /** Asks the issuer's token endpoint with these fields. */
  readonly ask: (fields: Readonly<Record<string, string>>) => Promise<IssuerAnswer>;
}

/** Passes a token request to the issuer; its refusals become ours, with a code. */
export async function exchangeToken(body: TokenBody, { clientIds, ask }: TokenPorts): Promise<Tokens> {
  const client_id = body.client_id ?? clientIds[0] ?? '';
  if (!clientIds.includes(client_id)) throw refusals.invalid_client();
  const fields = Object.entries({ ...body, client_id }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const answer = await ask(Object.fromEntries(fields));
  if (answer.kind === 'tokens') return answer.tokens;
  // The issuer says of our own trigger's outage that the request was wrong (docs/decisions/0020).
  const ours = answer.kind === 'refused' && answer.description.startsWith('PreTokenGeneration ');
  if (answer.kind === 'unavailable' || ours) throw issuerUnavailable();
  throw Object.hasOwn(refusals, answer.error) ? refusals[answer.error as Refused]() : refusals.invalid_request();
}

/** The refusals of RFC 6749, 5.2, and the status that they have here. */
const refusals = {
  invalid_grant: () =>
    new Refusal(
      400,
      'invalid_grant',
      'The code or refresh token is wrong, used up, expired or revoked, or is for another client.',
    ),
  invalid_client: () => new Refusal(401, 'invalid_client', 'There is no such client, or its secret is wrong.'),
  invalid_request: () => new Refusal(400, 'invalid_request', 'The issuer does not take this request.'),
  invalid_scope: () => new Refusal(400, 'invalid_scope', 'The client does not have all of these scopes.'),
  unauthorized_client: () => new Refusal(400, 'unauthorized_client', 'The client may not get tokens in this way.'),
  unsupported_grant_type: () => new Refusal(400, 'unsupported_grant_type', 'The issuer does not have this kind of grant.'),
};
type Refused = keyof typeof refusals;
export const tokenCodes: readonly Code[] = [...(Object.keys(refusals) as Refused[]), 'issuer_unavailable'];

const issuerUnavailable = (): Refusal =>
  new Refusal(503, 'issuer_unavailable', 'The issuer of tokens does not answer; try again.', {
    extra: { retry_after_seconds: 5 },
  });
