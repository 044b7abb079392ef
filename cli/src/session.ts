import { createClient, type Result, VantaError } from '../../client/src/index.ts';
import type { Credential, Credentials } from './credentials.ts';
import { notSignedIn } from './exit.ts';

type Tokens = Result<'createToken'>;

export interface SessionOptions {
  readonly api: string;
  readonly credentials: Credentials;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
}

/** A token this close to its end is renewed first: the request needs some time, too. */
const marginMs = 30_000;

/** Who speaks to one API: the token of the environment, or that of the sign-in that is kept, renewed when it ends. */
export class Session {
  readonly #options: SessionOptions;
  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** An access token that holds for a while; `refused` is one that the API did not take. */
  async token(refused?: string): Promise<string> {
    const { env, credentials, api, now } = this.#options;
    const given = env['VANTA_TOKEN'];
    if (given) return given;
    const kept = credentials.of(api);
    if (kept === undefined) throw notSignedIn(`you are not signed in to ${api}: vanta login, or set VANTA_TOKEN`);
    const holds = kept.expires_at - marginMs > now() && kept.access_token !== refused;
    if (holds) return kept.access_token;
    // Who cannot renew gets the API's own word on the token, not a guess at it.
    if (kept.refresh_token === undefined && refused !== undefined) return kept.access_token;
    if (kept.refresh_token === undefined)
      throw notSignedIn('your token has ended: vanta login, or vanta token --sub ... locally');
    return (await this.#renewed(kept)).access_token;
  }

  get isSignedIn(): boolean {
    return Boolean(this.#options.env['VANTA_TOKEN']) || this.#options.credentials.of(this.#options.api) !== undefined;
  }

  /** A new token now, because what it says has changed. False when there is nothing to renew it with. */
  async renew(): Promise<boolean> {
    const { env, credentials, api } = this.#options;
    const kept = credentials.of(api);
    if (env['VANTA_TOKEN'] || kept?.refresh_token === undefined) return false;
    await this.#renewed(kept);
    return true;
  }

  keep(tokens: Pick<Tokens, 'access_token' | 'expires_in'> & { refresh_token?: string }, more: Partial<Credential> = {}): void {
    const { access_token, expires_in, refresh_token } = tokens;
    this.#options.credentials.keep(this.#options.api, {
      ...more,
      access_token,
      expires_at: this.#options.now() + expires_in * 1000,
      ...(refresh_token === undefined ? {} : { refresh_token }),
    });
  }

  async #renewed(kept: Credential): Promise<Tokens> {
    const { refresh_token = '', client_id } = kept;
    const body = { grant_type: 'refresh_token', refresh_token, ...(client_id === undefined ? {} : { client_id }) } as const;
    try {
      const tokens = await createClient({ baseUrl: this.#options.api }).createToken({ body });
      const { access_token: _old, expires_at: _end, ...more } = kept;
      this.keep(tokens, more);
      return tokens;
    } catch (error) {
      const over = error instanceof VantaError && (error.code === 'invalid_grant' || error.code === 'invalid_client');
      throw over ? notSignedIn('your sign-in has ended: vanta login') : error;
    }
  }
}

/** What a token says of itself, unverified: for hints to people only. */
export function claimsIn(token: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
  } catch {
    // Not one of ours to read: the API says what it thinks of it.
    return {};
  }
}
