import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
  ListUserPoolClientsCommand,
  type UserPoolClientType,
} from '@aws-sdk/client-cognito-identity-provider';
import { Client, type Reply } from './client.ts';
import { checked } from './contract.ts';
import type { LocalInfo, Platform } from './platform.ts';

export interface Tokens {
  readonly access_token: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly code?: string;
}

export const newVerifier = (): string => randomBytes(32).toString('base64url');
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

/** The payload of a token, unverified: what the platform put into it. */
export const claimsIn = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

/** A person's application: it knows the pool's pages and our API, as RFC 6749 and 7636 have them. */
export class App {
  readonly redirect = 'http://localhost:3000/callback';
  private readonly info: LocalInfo;
  /** Answers that are not in the contract. */
  readonly faults: Set<string>;
  constructor(info: LocalInfo, faults = new Set<string>()) {
    this.info = info;
    this.faults = faults;
  }

  address(verifier: string, changed: Record<string, string | undefined> = {}): string {
    const asked: Record<string, string | undefined> = {
      response_type: 'code',
      client_id: this.info.user_pool.client_id,
      redirect_uri: this.redirect,
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      state: 'st-1',
      ...changed,
    };
    const given = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined);
    return `${this.info.user_pool.sign_in_url}?${new URLSearchParams(given)}`;
  }

  /** Submits the sign-in page's form. */
  submit = (email: string, verifier: string, changed: Record<string, string | undefined> = {}): Promise<Response> =>
    fetch(this.address(verifier, changed), { method: 'POST', body: new URLSearchParams({ email }), redirect: 'manual' });

  /** The code that a person brings back from the sign-in page. */
  async code(email: string, verifier: string): Promise<string> {
    const answer = await this.submit(email, verifier);
    const back = new URL(answer.headers.get('location') ?? '');
    if (back.searchParams.get('state') !== 'st-1') throw new Error(`not our state: ${back}`);
    return back.searchParams.get('code') ?? '';
  }

  ask = (body: Record<string, unknown>): Promise<Reply<Tokens>> =>
    checked(new Client(this.info.api), this.faults).call<Tokens>('POST', '/v1/auth/token', body, {
      'idempotency-key': undefined,
    });

  exchange = (code: string, code_verifier: string, changed: Record<string, unknown> = {}): Promise<Reply<Tokens>> =>
    this.ask({ grant_type: 'authorization_code', code, code_verifier, redirect_uri: this.redirect, ...changed });

  refresh = (refresh_token: string | undefined): Promise<Reply<Tokens>> =>
    this.ask({ grant_type: 'refresh_token', refresh_token });

  async signIn(email: string): Promise<Tokens> {
    const verifier = newVerifier();
    const { status, body } = await this.exchange(await this.code(email, verifier), verifier);
    if (status !== 200) throw new Error(`${email} cannot sign in: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  client = ({ access_token }: Tokens): Client => checked(new Client(this.info.api, access_token), this.faults);

  /** A client of the pool by name, with its secret, as whoever runs the platform reads it. */
  async machine(name: string): Promise<UserPoolClientType> {
    const { endpoint, id: UserPoolId } = this.info.user_pool;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const cognito = new CognitoIdentityProviderClient({ endpoint, region: 'us-east-1', credentials });
    const { UserPoolClients = [] } = await cognito.send(new ListUserPoolClientsCommand({ UserPoolId }));
    const ClientId = UserPoolClients.find(({ ClientName }) => ClientName === name)?.ClientId;
    const { UserPoolClient } = await cognito.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }));
    if (UserPoolClient === undefined) throw new Error(`no client ${name}`);
    return UserPoolClient;
  }
}

/** The e-mails that the pool has sent to an address, oldest first. */
export function mailsTo(platform: Platform, email: string): string[] {
  const folder = join(platform.data, 'mail');
  if (!existsSync(folder)) return [];
  const texts = readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  return texts.filter((text) => text.startsWith(`To: ${email}\n`));
}
