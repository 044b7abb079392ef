import { createHash, randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { PoolClientSpec, UserPoolSpec } from '../../template/model.ts';
import type { User } from './state.ts';

/** A refusal of the token endpoint, in OAuth's words (RFC 6749, 5.2). Cognito answers all of them with 400. */
export class OAuthError extends Error {
  readonly error: string;
  constructor(error: string, description?: string) {
    super(description ?? error);
    this.error = error;
  }
}

export interface Tokens {
  readonly access_token: string;
  readonly id_token?: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

/** Whom and what tokens are for. Without a user they are a machine client's own. */
export interface Grant {
  readonly source: 'TokenGeneration_HostedAuth' | 'TokenGeneration_RefreshTokens' | 'TokenGeneration_ClientCredentials';
  readonly client: PoolClientSpec;
  readonly scopes: readonly string[];
  readonly user?: User;
  readonly nonce?: string;
  readonly auth_time: number;
  readonly origin_jti?: string;
}

export interface TokenPorts {
  readonly pool: UserPoolSpec;
  readonly region: string;
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
  readonly sign: (claims: JWTPayload, seconds: number) => Promise<string>;
}

interface Changes {
  readonly claimsToAddOrOverride?: Readonly<Record<string, unknown>>;
  readonly claimsToSuppress?: readonly string[];
  readonly scopesToAdd?: readonly string[];
  readonly scopesToSuppress?: readonly string[];
}

/** What the trigger cannot change (Cognito developer guide, pre token generation trigger). */
const fixed = new Set(
  'acr amr at_hash aud auth_time azp client_id cognito:username event_id exp iat iss jti nbf nonce origin_jti scope sub token_use username version'.split(
    ' ',
  ),
);

/** Makes the tokens of a grant, after asking the pool's trigger what to put into them. */
export async function makeTokens(grant: Grant, ports: TokenPorts): Promise<Tokens> {
  const { client, user, nonce } = grant;
  const { access, id } = await askTrigger(grant, ports);
  const access_token = await ports.sign(changed(accessClaims(grant, access), access), client.accessSeconds);
  const answer: Tokens = { access_token, expires_in: client.accessSeconds, token_type: 'Bearer' };
  if (user === undefined || !grant.scopes.includes('openid')) return answer;
  const at_hash = createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url');
  const claims = { ...idClaims(grant, user), at_hash, ...(nonce !== undefined && { nonce }) };
  return { ...answer, id_token: await ports.sign(changed(claims, id), client.idSeconds) };
}

function accessClaims({ client, user, scopes, auth_time, origin_jti }: Grant, changes: Changes): JWTPayload {
  const suppressed = changes.scopesToSuppress ?? [];
  const granted = [...new Set([...scopes, ...(changes.scopesToAdd ?? [])])].filter((scope) => !suppressed.includes(scope));
  const common = { token_use: 'access', scope: granted.join(' '), auth_time, client_id: client.id, version: 2 };
  if (user === undefined) return { sub: client.id, ...common };
  return { sub: user.sub, ...common, username: user.sub, origin_jti, event_id: randomUUID() };
}

function idClaims({ client, auth_time, origin_jti }: Grant, { sub, email }: User): JWTPayload {
  const who = { sub, email, email_verified: true, 'cognito:username': sub };
  return { ...who, aud: client.id, token_use: 'id', auth_time, origin_jti, event_id: randomUUID() };
}

function changed(claims: JWTPayload, { claimsToAddOrOverride = {}, claimsToSuppress = [] }: Changes): JWTPayload {
  const free = (name: string) => !fixed.has(name);
  const added = Object.entries(claimsToAddOrOverride).filter(([name]) => free(name));
  const kept = Object.entries(claims).filter(([name]) => !(free(name) && claimsToSuppress.includes(name)));
  return { ...Object.fromEntries(kept), ...Object.fromEntries(added) };
}

async function askTrigger(grant: Grant, ports: TokenPorts): Promise<{ access: Changes; id: Changes }> {
  const { preToken } = ports.pool;
  // Before version 3 nobody is asked about a machine client's token.
  const asked = preToken !== undefined && (grant.user !== undefined || preToken.version === 'V3_0');
  if (!asked) return { access: {}, id: {} };
  const answered = (await ports.invoke(preToken.functionName, triggerEvent(grant, ports)).catch((error: Error) => {
    throw new OAuthError('invalid_request', `PreTokenGeneration failed with error ${error.message}.`);
  })) as { response?: { claimsAndScopeOverrideDetails?: { accessTokenGeneration?: Changes; idTokenGeneration?: Changes } } };
  const details = answered?.response?.claimsAndScopeOverrideDetails;
  return { access: details?.accessTokenGeneration ?? {}, id: details?.idTokenGeneration ?? {} };
}

function triggerEvent({ source, client, user, scopes }: Grant, { pool, region }: TokenPorts) {
  const { sub, email, status } = user ?? {};
  const attributes = user && { sub, email, email_verified: 'true', 'cognito:user_status': status };
  return {
    version: pool.preToken?.version === 'V3_0' ? '3' : '2',
    triggerSource: source,
    region,
    userPoolId: pool.id,
    userName: sub ?? 'ClientCredentials',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: client.id },
    request: {
      userAttributes: attributes ?? {},
      groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null },
      scopes,
    },
    response: { claimsAndScopeOverrideDetails: null },
  };
}
